"""A vendor's orders: only their part of each, and what they do with it."""

from __future__ import annotations

from typing import Any
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
from shared_apps.kernel.errors import DomainError, NotAllowed
from shared_apps.kernel.ids import parse_public_id
from tenant_apps.ordering import queries
from tenant_apps.ordering.domain import cancelling, claims, fulfilment, goodwill, parts
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.forms.after_sales import AnswerForm, CancelForm, ParcelForm, PayBackForm
from tenant_apps.ordering.queries import VendorOrderView, after_sales
from tenant_apps.ordering.views.after_showing import shown_parts, told
from tenant_apps.ordering.views.showing import STATUS_LABELS, vendor_order_page
from tenant_apps.ordering.views.storefront import SeeOther
from tenant_apps.partners.permissions import Verb, require
from tenant_apps.partners.queries import PartnerSummary, partner_of

SHOWN_STATES = (
    "",
    "confirmed",
    "processing",
    "partially_shipped",
    "shipped",
    "delivered",
    "completed",
    "cancelled",
)


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
    return _page(request, part_of(request, public))


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
    """POST carrier, tracking_number, tracking_url and q_line_..., all optional: a parcel left.

    Without quantities it holds all that is left to send.
    """
    part = part_of(request, public)
    form = parcel_form(part, request.POST)
    if not form.is_valid():
        return _page(request, part, parcel=form, status=422)
    data = form.cleaned_data
    try:
        fulfilment.ship(
            vendor_order_id=part.id,
            tracking=Tracking(data["carrier"], data["tracking_number"], data["tracking_url"]),
            quantities=form.chosen,
            acting=acting_as(request),
            at=now(),
        )
    except parts.BadQuantities as error:
        form.add_error(None, told(error))
        return _page(request, part, parcel=form, status=422)
    messages.success(request, _("Marked as sent. The customer can follow it now."))
    return SeeOther(f"/partner/orders/{public}/")


@require_POST
@signed_in
def deliver(request: HttpRequest, public: str, parcel: str = "") -> HttpResponse:
    """One parcel, or everything on its way, arrived."""
    part = part_of(request, public)
    parcel_id = parse_public_id(queries.PARCEL_PREFIX, parcel) if parcel else None
    fulfilment.deliver(
        vendor_order_id=part.id, parcel_id=parcel_id, acting=acting_as(request), at=now()
    )
    messages.success(request, _("Marked as delivered."))
    return SeeOther(f"/partner/orders/{public}/")


@require_POST
@signed_in
def cancel(request: HttpRequest, public: str) -> HttpResponse:
    """POST reason and q_line_...: the customer gets back what they paid for these, or for all."""
    part = part_of(request, public)
    form = cancel_form(part, request.POST)
    if not form.is_valid():
        return _page(request, part, cancel=form, status=422)
    chosen = form.chosen
    quantities = {line.id: line.left for line in part.lines if line.left}
    cancelling.cancel_lines(
        vendor_order_id=part.id,
        quantities=quantities if chosen is None else chosen,
        reason=form.cleaned_data["reason"],
        acting=acting_as(request),
        at=now(),
    )
    messages.success(request, _("Cancelled. The customer gets the money back."))
    return SeeOther(f"/partner/orders/{public}/")


@require_POST
@signed_in
def pay_back(request: HttpRequest, public: str) -> HttpResponse:
    """POST reason, a_line_... and delivery: amounts that the customer gets back."""
    part = part_of(request, public)
    form = PayBackForm(request.POST, lines=part.lines, delivery_left=part.delivery_left)
    if not form.is_valid():
        return _page(request, part, refund=form, status=422)
    try:
        goodwill.pay_back(
            vendor_order_id=part.id,
            amounts=form.amounts,
            delivery_minor=form.delivery_minor,
            reason=form.cleaned_data["reason"],
            acting=acting_as(request),
            at=now(),
        )
    except DomainError as error:
        form.add_error(None, told(error))
        return _page(request, part, refund=form, status=422)
    messages.success(request, _("The customer gets the money back."))
    return SeeOther(f"/partner/orders/{public}/")


@require_POST
@signed_in
def answer_claim(request: HttpRequest, public: str, found: str) -> HttpResponse:
    """POST answer: the vendor's side of a claim, for the operator."""
    part = part_of(request, public)
    form = AnswerForm(request.POST)
    claim = after_sales.claim_with(
        parse_public_id(after_sales.CLAIM_PREFIX, found), vendor_id=part.vendor_id
    )
    text = form.cleaned_data["answer"] if form.is_valid() else ""
    claims.answer(claim_id=claim.id, text=text, acting=acting_as(request), at=now())
    messages.success(request, _("Your answer is noted."))
    return SeeOther(f"/partner/orders/{public}/")


@never_cache
@require_GET
@signed_in
def document(request: HttpRequest, public: str, found: str) -> HttpResponse:
    part = part_of(request, public)
    document_id = parse_public_id(after_sales.DOCUMENT_PREFIX, found)
    return SeeOther(after_sales.document_url(document_id, part_ids=[part.id]))


def parcel_form(part: VendorOrderView, data: Any = None) -> ParcelForm:
    return ParcelForm(data, lines=part.lines, available={line.id: line.left for line in part.lines})


def cancel_form(part: VendorOrderView, data: Any = None) -> CancelForm:
    return CancelForm(data, lines=part.lines, available={line.id: line.left for line in part.lines})


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
    request: HttpRequest, part: VendorOrderView, *, status: int = 200, **forms: Any
) -> HttpResponse:
    context = {
        **vendor_order_page(part, queries.vendor_order_events(part.id)),
        "shown": shown_parts([part], at=now())[0],
        "parcel": forms.get("parcel") or parcel_form(part),
        "cancel": forms.get("cancel") or cancel_form(part),
        "refund": forms.get("refund")
        or PayBackForm(lines=part.lines, delivery_left=part.delivery_left),
        "answer": AnswerForm(),
    }
    return render(request, "ordering/partner/order.html", context, status=status)
