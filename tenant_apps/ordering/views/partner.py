"""A vendor's orders: only their part of each, and what they do with it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import signed_in
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import NotAllowed
from shared_apps.kernel.ids import parse_public_id
from tenant_apps.ordering import queries
from tenant_apps.ordering.domain import cancelling, fulfilment
from tenant_apps.ordering.forms import ReasonForm, ShipForm
from tenant_apps.ordering.queries import VendorOrderView
from tenant_apps.ordering.views.showing import STATUS_LABELS, vendor_order_page
from tenant_apps.ordering.views.storefront import SeeOther
from tenant_apps.partners.permissions import Verb, require
from tenant_apps.partners.queries import PartnerSummary, partner_of

SHOWN_STATES = ("", "confirmed", "processing", "shipped", "delivered", "cancelled")


class NotAVendor(NotAllowed):
    code, title = "not_a_vendor", "This page is for vendors"


@never_cache
@require_GET
@signed_in
def orders(request: HttpRequest) -> HttpResponse:
    vendor = vendor_of(request)
    state = request.GET.get("state", "")
    page = queries.vendor_orders_page(
        vendor_id=vendor.id,
        state=state if state in SHOWN_STATES else "",
        cursor=request.GET.get("cursor", ""),
    )
    tabs = [
        {
            "label": STATUS_LABELS.get(each, _("All")) if each else _("All"),
            "url": f"?state={each}" if each else "/partner/orders/",
            "current": each == state,
        }
        for each in SHOWN_STATES
    ]
    context = {"page": page, "vendor": vendor, "tabs": tabs, "query": f"state={state}"}
    return render(request, "ordering/partner/orders.html", context)


@never_cache
@require_GET
@signed_in
def order(request: HttpRequest, public: str) -> HttpResponse:
    return _page(request, part_of(request, public), ShipForm())


@require_POST
@signed_in
def process(request: HttpRequest, public: str) -> HttpResponse:
    part = part_of(request, public)
    fulfilment.start_processing(vendor_order_id=part.id, acting=acting_as(request), at=now())
    messages.success(request, _("You are preparing this order."))
    return SeeOther(f"/partner/orders/{public}/")


@require_POST
@signed_in
def ship(request: HttpRequest, public: str) -> HttpResponse:
    """POST carrier, tracking_number, tracking_url, all of them optional."""
    part = part_of(request, public)
    form = ShipForm(request.POST)
    if not form.is_valid():
        return _page(request, part, form, status=422)
    fulfilment.ship(
        vendor_order_id=part.id, tracking=form.tracking(), acting=acting_as(request), at=now()
    )
    messages.success(request, _("Marked as sent. The customer can follow it now."))
    return SeeOther(f"/partner/orders/{public}/")


@require_POST
@signed_in
def deliver(request: HttpRequest, public: str) -> HttpResponse:
    part = part_of(request, public)
    fulfilment.deliver(vendor_order_id=part.id, acting=acting_as(request), at=now())
    messages.success(request, _("Marked as delivered. Your share is yours now."))
    return SeeOther(f"/partner/orders/{public}/")


@require_POST
@signed_in
def cancel(request: HttpRequest, public: str) -> HttpResponse:
    """POST reason. The customer gets back what they paid for this part."""
    part = part_of(request, public)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    cancelling.cancel_vendor_order(
        vendor_order_id=part.id, reason=reason, acting=acting_as(request), at=now()
    )
    messages.success(request, _("Cancelled. The customer gets the money back."))
    return SeeOther(f"/partner/orders/{public}/")


def vendor_of(request: HttpRequest, acting: Actor | None = None) -> PartnerSummary:
    """The vendor the person works for and whose orders they may read; raises NotAVendor."""
    actor = acting or acting_as(request)
    vendor = partner_of(UUID(actor.id)) if actor.kind == "user" else None
    if vendor is None:
        raise NotAVendor
    require(actor, Verb.READ_ORDERS, vendor.id)
    return vendor


def part_of(request: HttpRequest, public: str) -> VendorOrderView:
    """The vendor's own part; raises OrderNotFound for anybody else's."""
    part_id = parse_public_id(queries.VENDOR_ORDER_PREFIX, public)
    return queries.vendor_order(part_id, vendor_id=vendor_of(request).id)


def _page(
    request: HttpRequest, part: VendorOrderView, form: ShipForm, *, status: int = 200
) -> HttpResponse:
    context = vendor_order_page(part, queries.vendor_order_events(part.id))
    return render(request, "ordering/partner/order.html", {**context, "form": form}, status=status)
