"""A vendor's stock: what is on the shelf, promised, and low."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.refusals import told_at
from tenant_apps.catalog import forms, queries
from tenant_apps.catalog.domain import inventory
from tenant_apps.catalog.domain.inventory import StockSettings
from tenant_apps.catalog.queries.inventory import RESERVATION_PREFIX
from tenant_apps.catalog.queries.products import VARIANT_PREFIX, ProductUnknown
from tenant_apps.catalog.views.showing import holder_label, movements_table
from tenant_apps.partners.permissions import Verb
from tenant_apps.partners.queries import workplace_of

PLACE = "/partner/stock/"


@never_cache
@require_safe
@role_required("vendor")
def stock(request: HttpRequest) -> HttpResponse:
    vendor = workplace_of(acting_as(request), Verb.READ_PRODUCTS)
    only_low = request.GET.get("low") == "1"
    query = request.GET.get("q", "")
    page = queries.stock_page(
        vendor.id, only_low=only_low, query=query, cursor=request.GET.get("cursor", "")
    )
    asked = urlencode({"low": "1" if only_low else "", "q": query})
    context = {
        "rows": [
            (row, forms.StockForm(initial={"on_hand": row.on_hand}, auto_id=f"id_%s_{index}"))
            for index, row in enumerate(page.items)
        ],
        "page": page,
        "query": asked,
        "here": request.get_full_path(),
        "only_low": only_low,
        "tabs": [
            {"label": _("All"), "url": PLACE, "current": not only_low, "count": None},
            {"label": _("Low"), "url": f"{PLACE}?low=1", "current": only_low, "count": None},
        ],
    }
    return render(request, "catalog/partner/stock.html", context)


@never_cache
@require_safe
@role_required("vendor")
def variant(request: HttpRequest, public: str) -> HttpResponse:
    """One variant: its counters, what happened to them, and who holds some of it."""
    vendor = workplace_of(acting_as(request), Verb.READ_PRODUCTS)
    row = queries.stock_of_variant(parse_public_id(VARIANT_PREFIX, public), vendor_id=vendor.id)
    page = queries.movements_of(row.variant_id, cursor=request.GET.get("cursor", ""))
    context = {
        "row": row,
        "page": page,
        "table": movements_table(page.items),
        "holds": [
            (hold, holder_label(hold.holder)) for hold in queries.reservations_of(row.variant_id)
        ],
        "move": forms.MoveForm(),
        "settings": forms.StockSettingsForm(
            initial={
                "low_at": row.low_at,
                "is_tracked": row.is_tracked,
                "allows_backorder": row.allows_backorder,
            }
        ),
        "place": f"{PLACE}{public}/",
    }
    return render(request, "catalog/partner/variant_stock.html", context)


@require_POST
@role_required("vendor")
@told_at("/partner/stock/{public}/")
def move(request: HttpRequest, public: str) -> HttpResponse:
    """POST kind, change, note: units come or go."""
    row = _own(request, public)
    form = forms.MoveForm(request.POST)
    if form.is_valid():
        inventory.move_stock(
            variant_id=row.variant_id, acting=acting_as(request), at=now(), **form.cleaned_data
        )
        messages.success(request, _("Noted."))
    else:
        messages.error(request, _("Say what happened and how many."))
    return redirect(f"{PLACE}{public}/")


@require_POST
@role_required("vendor")
@told_at("/partner/stock/{public}/")
def settings(request: HttpRequest, public: str) -> HttpResponse:
    """POST low_at, is_tracked, allows_backorder."""
    row = _own(request, public)
    form = forms.StockSettingsForm(request.POST)
    if form.is_valid():
        inventory.set_stock_settings(
            variant_id=row.variant_id,
            settings=StockSettings(**form.cleaned_data),
            acting=acting_as(request),
            at=now(),
        )
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Give a whole number, zero or more."))
    return redirect(f"{PLACE}{public}/")


@require_POST
@role_required("vendor")
@told_at("/partner/stock/{public}/")
def release(request: HttpRequest, public: str, reservation: str) -> HttpResponse:
    """Let what a checkout holds go by force."""
    _own(request, public)
    inventory.release_reservation(
        reservation_id=parse_public_id(RESERVATION_PREFIX, reservation),
        acting=acting_as(request),
        at=now(),
    )
    messages.success(request, _("It can be sold again."))
    return redirect(f"{PLACE}{public}/")


def _own(request: HttpRequest, public: str) -> queries.StockRow:
    vendor = workplace_of(acting_as(request), Verb.MANAGE_STOCK)
    return queries.stock_of_variant(parse_public_id(VARIANT_PREFIX, public), vendor_id=vendor.id)


@require_POST
@role_required("vendor")
@told_at("/partner/stock/")
def count(request: HttpRequest, public: str) -> HttpResponse:
    """POST on_hand: the shelf of a variant was counted."""
    vendor = workplace_of(acting_as(request), Verb.MANAGE_STOCK)
    variant_id = parse_public_id(VARIANT_PREFIX, public)
    if not queries.is_variant_of(variant_id, vendor_id=vendor.id):
        raise ProductUnknown
    form = forms.StockForm(request.POST)
    if form.is_valid():
        on_hand = form.cleaned_data["on_hand"]
        inventory.count_stock(
            variant_id=variant_id, on_hand=on_hand, acting=acting_as(request), at=now()
        )
        messages.success(request, _("Counted."))
    else:
        messages.error(request, _("Give a whole number, zero or more."))
    back = request.POST.get("next", "")
    is_ours = back.startswith(PLACE) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if is_ours else PLACE)
