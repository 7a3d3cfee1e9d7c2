"""What customers do with what they bought: cancel, receive, send back, complain, download."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shared_apps.identity.domain.actors import acting_as
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.ids import parse_public_id
from tenant_apps.ordering import queries
from tenant_apps.ordering.domain import (
    cancelling,
    claims,
    digital_goods,
    edits,
    fulfilment,
    returns,
)
from tenant_apps.ordering.domain.addresses import Address
from tenant_apps.ordering.domain.claims import Complaint
from tenant_apps.ordering.forms.after_sales import CancelForm, ClaimForm, ReturnForm
from tenant_apps.ordering.queries import OrderView, VendorOrderView, after_sales
from tenant_apps.ordering.views.after_showing import (
    downloads_page,
    exchanges_for,
    told,
)
from tenant_apps.ordering.views.owner import guest_key_of, owner_of, user_id_of
from tenant_apps.ordering.views.storefront import SeeOther
from tenant_apps.places.domain.address_fields import SameCountryForm


@dataclass(frozen=True, slots=True)
class Asking:
    """A page that asks about one part of an order before something is done."""

    title: str
    intro: str
    submit: str
    is_final: bool = False


@require_POST
def cancel_order(request: HttpRequest, public: str) -> HttpResponse:
    """Call off all that can still be; POST without fields."""
    order = order_of(request, public)
    cancelling.cancel_order(
        order_id=order.id,
        reason="customer",
        owner=owner_of(request),
        acting=acting_as(request),
        at=now(),
    )
    messages.success(request, _("Cancelled. Your money is on its way back."))
    return back(order)


@never_cache
@require_http_methods(["GET", "POST"])
def cancel_part(request: HttpRequest, public: str, part: str) -> HttpResponse:
    """Choose how many of which lines to call off."""
    order, found = part_of(request, public, part)
    available = {line.id: line.left for line in found.lines}
    form = CancelForm(request.POST or None, lines=found.lines, available=available, start=0)
    if request.method == "POST" and form.is_valid():
        try:
            cancelling.cancel_lines(
                vendor_order_id=found.id,
                quantities=form.quantities,
                reason=form.cleaned_data["reason"],
                owner=owner_of(request),
                acting=acting_as(request),
                at=now(),
            )
        except DomainError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("Cancelled. Your money is on its way back."))
            return back(order)
    asking = Asking(
        _("Cancel items"),
        _("How many of each shall not be sent? You get back exactly what you paid for them."),
        _("Cancel these"),
        is_final=True,
    )
    return ask(request, order, found, form, asking)


@require_POST
def receive(request: HttpRequest, public: str, part: str) -> HttpResponse:
    """The customer says that it arrived."""
    order, found = part_of(request, public, part)
    fulfilment.deliver(
        vendor_order_id=found.id, owner=owner_of(request), acting=acting_as(request), at=now()
    )
    messages.success(request, _("Thank you. The seller is paid now."))
    return back(order)


@never_cache
@require_http_methods(["GET", "POST"])
def send_back(request: HttpRequest, public: str, part: str) -> HttpResponse:
    """Ask to send goods back, for the money or another variant."""
    order, found = part_of(request, public, part)
    available = {line.id: 0 if line.is_digital else line.kept for line in found.lines}
    form = ReturnForm(
        request.POST or None,
        lines=found.lines,
        available=available,
        start=0,
        exchanges=exchanges_for(found),
    )
    if request.method == "POST" and form.is_valid():
        try:
            returns.request_return(
                vendor_order_id=found.id,
                asked=form.asked(),
                owner=owner_of(request),
                acting=acting_as(request),
                at=now(),
            )
        except DomainError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("The seller has your request and will answer."))
            return back(order)
    asking = Asking(
        _("Send something back"),
        _(
            "Wait for the seller's answer before you send it. A variant that costs more or less "
            "cannot be exchanged: send this one back for the money and order the other."
        ),
        _("Ask to send it back"),
    )
    return ask(request, order, found, form, asking)


@never_cache
@require_http_methods(["GET", "POST"])
def complain(request: HttpRequest, public: str, part: str) -> HttpResponse:
    """Open a claim that the operator decides."""
    order, found = part_of(request, public, part)
    available = {line.id: line.kept for line in found.lines}
    form = ClaimForm(request.POST or None, lines=found.lines, available=available)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            claims.open_claim(
                vendor_order_id=found.id,
                complaint=Complaint(form.quantities, data["kind"], data["note"]),
                owner=owner_of(request),
                acting=acting_as(request),
                at=now(),
            )
        except DomainError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("We look into it and tell you what we decide."))
            return back(order)
    asking = Asking(
        _("Report a problem"),
        _("We ask the seller and decide: your money back, a new parcel, or neither."),
        _("Report it"),
    )
    return ask(request, order, found, form, asking)


@require_POST
def withdraw_return(request: HttpRequest, public: str, found: str) -> HttpResponse:
    """The customer keeps it after all."""
    order = order_of(request, public)
    returns.withdraw(
        return_id=parse_public_id(after_sales.RETURN_PREFIX, found),
        owner=owner_of(request),
        acting=acting_as(request),
        at=now(),
    )
    messages.success(request, _("Your request is withdrawn."))
    return back(order)


@require_POST
def withdraw_claim(request: HttpRequest, public: str, found: str) -> HttpResponse:
    """It arrived after all."""
    order = order_of(request, public)
    claims.withdraw(
        claim_id=parse_public_id(after_sales.CLAIM_PREFIX, found),
        owner=owner_of(request),
        acting=acting_as(request),
        at=now(),
    )
    messages.success(request, _("Your report is withdrawn."))
    return back(order)


@never_cache
@require_http_methods(["GET", "POST"])
def change_address(request: HttpRequest, public: str) -> HttpResponse:
    """Send it elsewhere in the same country, before anybody prepares it."""
    order = order_of(request, public)
    known = Address.from_json(order.address).as_json()
    form = SameCountryForm(request.POST or None, country=known["country"], initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            edits.change_address(
                order_id=order.id,
                address=form.address(),
                owner=owner_of(request),
                acting=acting_as(request),
                at=now(),
            )
        except DomainError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("The address is changed."))
            return back(order)
    context = {"order": order, "form": form}
    status = 422 if form.errors else 200
    return render(request, "ordering/storefront/address.html", context, status=status)


@never_cache
@require_GET
def document(request: HttpRequest, public: str, found: str) -> HttpResponse:
    """An invoice or credit note, by an address that is valid for a quarter of an hour."""
    order = order_of(request, public)
    document_id = parse_public_id(after_sales.DOCUMENT_PREFIX, found)
    parts = [part.id for part in order.parts]
    return SeeOther(after_sales.document_url(document_id, part_ids=parts))


@never_cache
@require_GET
def downloads(request: HttpRequest) -> HttpResponse:
    """Everything the customer may fetch."""
    found = after_sales.downloads_of(user_id=user_id_of(request), guest_key=guest_key_of(request))
    context = downloads_page(found, at=now())
    return render(request, "ordering/storefront/downloads.html", context)


@require_POST
def download(request: HttpRequest, found: str) -> HttpResponse:
    """Fetch a file; counts once."""
    url = digital_goods.fetch(
        grant_id=parse_public_id(after_sales.DOWNLOAD_PREFIX, found),
        owner=owner_of(request),
        acting=acting_as(request),
        at=now(),
    )
    return SeeOther(url)


def order_of(request: HttpRequest, public: str) -> OrderView:
    """The customer's or guest's own order; raises OrderNotFound for anybody else's."""
    return queries.order_for(
        parse_public_id(queries.ORDER_PREFIX, public),
        user_id=user_id_of(request),
        guest_key=guest_key_of(request),
    )


def part_of(request: HttpRequest, public: str, part: str) -> tuple[OrderView, VendorOrderView]:
    """One part of the customer's own order; raises OrderNotFound."""
    order = order_of(request, public)
    part_id: UUID = parse_public_id(queries.VENDOR_ORDER_PREFIX, part)
    found = next((each for each in order.parts if each.id == part_id), None)
    if found is None:
        raise queries.OrderNotFound
    return order, found


def back(order: OrderView) -> SeeOther:
    return SeeOther(f"/orders/{order.public_id}/")


def ask(
    request: HttpRequest,
    order: OrderView,
    part: VendorOrderView,
    form: forms.Form,
    asking: Asking,
) -> HttpResponse:
    context = {"order": order, "part": part, "form": form, "asking": asking}
    status = 422 if form.errors else 200
    return render(request, "ordering/storefront/part_form.html", context, status=status)
