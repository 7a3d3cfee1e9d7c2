"""The operator's taxes: what holds everywhere, zones with their rates, who remits for whom."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.ids import parse_public_id
from tenant_apps.ordering.domain import tax_editing
from tenant_apps.ordering.domain.tax_editing import TaxZoneUnknown, TaxZoneView
from tenant_apps.ordering.forms import TaxesForm, TaxZoneForm
from tenant_apps.ordering.views.storefront import SeeOther
from tenant_apps.partners.queries import ID_PREFIX, vendors_page

_HOME = "/manage/taxes/"


@never_cache
@require_http_methods(["GET", "POST"])
@role_required("operator")
def taxes(request: HttpRequest) -> HttpResponse:
    """What holds everywhere; POST changes it for orders from now on."""
    form = TaxesForm(request.POST or None, initial=asdict(tax_editing.tax_choices()))
    if request.method == "POST" and form.is_valid():
        try:
            tax_editing.choose_taxes(choices=form.choices(), acting=acting_as(request), at=now())
        except Unprocessable as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Saved. It holds for orders from now on."))
            return SeeOther(_HOME)
    return _page(request, form=form, status=422 if form.errors else 200)


@require_POST
@role_required("operator")
def add_zone(request: HttpRequest) -> HttpResponse:
    form = TaxZoneForm(request.POST)
    if form.is_valid():
        try:
            tax_editing.add_tax_zone(draft=form.draft(), acting=acting_as(request), at=now())
        except Unprocessable as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Added. It holds for orders from now on."))
            return SeeOther(_HOME)
    return _page(request, zone_form=form, status=422)


@never_cache
@require_http_methods(["GET", "POST"])
@role_required("operator")
def zone(request: HttpRequest, public: str) -> HttpResponse:
    """One zone, to be changed."""
    found = _zone(public)
    form = TaxZoneForm(request.POST or None, initial=TaxZoneForm.values_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            tax_editing.change_tax_zone(
                zone_id=found.id, draft=form.draft(), acting=acting_as(request), at=now()
            )
        except Unprocessable as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Saved. It holds for orders from now on."))
            return SeeOther(_HOME)
    context = {"zone": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "ordering/manage/tax_zone.html", context, status=status)


@require_POST
@role_required("operator")
def remove_zone(request: HttpRequest, public: str) -> HttpResponse:
    zone_id = parse_public_id(tax_editing.ZONE_PREFIX, public)
    tax_editing.remove_tax_zone(zone_id=zone_id, acting=acting_as(request), at=now())
    messages.success(request, _("Removed."))
    return SeeOther(_HOME)


@require_POST
@role_required("operator")
def liability(request: HttpRequest) -> HttpResponse:
    """POST vendor=part_... liable=on|off."""
    tax_editing.choose_liability(
        vendor_id=parse_public_id(ID_PREFIX, request.POST.get("vendor", "")),
        is_operator_liable=request.POST.get("liable") == "on",
        acting=acting_as(request),
        at=now(),
    )
    messages.success(request, _("Saved. It holds for orders from now on."))
    return SeeOther(f"{_HOME}#vendors")


def put_errors(form: Form, error: Unprocessable) -> None:
    """Put a refusal at the fields it is about."""
    for name, texts in error.errors.items():
        form.add_error(name if name in form.fields else None, list(texts))
    if not error.errors:
        form.add_error(None, error.detail or str(error.title))


def _zone(public: str) -> TaxZoneView:
    zone_id = parse_public_id(tax_editing.ZONE_PREFIX, public)
    found = next((each for each in tax_editing.tax_zones() if each.id == zone_id), None)
    if found is None:
        raise TaxZoneUnknown
    return found


def _page(
    request: HttpRequest,
    *,
    form: TaxesForm | None = None,
    zone_form: TaxZoneForm | None = None,
    status: int = 200,
) -> HttpResponse:
    liable = tax_editing.liable_vendors()
    page = vendors_page(cursor=request.GET.get("cursor", ""))
    context: dict[str, Any] = {
        "form": form or TaxesForm(initial=asdict(tax_editing.tax_choices())),
        "zone_form": zone_form or TaxZoneForm(),
        "zones": tax_editing.tax_zones(),
        "vendors": [(vendor, vendor.id in liable) for vendor in page.items],
        "page": page,
    }
    return render(request, "ordering/manage/taxes.html", context, status=status)
