"""What comes back to a vendor, and what they sell without a parcel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import signed_in
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.ids import parse_public_id
from shared_apps.media.domain.files import Upload, bytes_of
from tenant_apps.catalog.queries import Offer, is_variant_of, offers, stock_page
from tenant_apps.ordering.domain import digital_goods, inspections, returns
from tenant_apps.ordering.forms import ShipForm
from tenant_apps.ordering.forms.after_sales import (
    AnswerForm,
    DigitalForm,
    InspectionForm,
    KeysForm,
)
from tenant_apps.ordering.queries import after_sales
from tenant_apps.ordering.queries.after_sales import DigitalGoodView, ReturnView
from tenant_apps.ordering.views.after_showing import shown_return, told
from tenant_apps.ordering.views.partner import vendor_of
from tenant_apps.ordering.views.storefront import SeeOther


@never_cache
@require_GET
@signed_in
def inbox(request: HttpRequest) -> HttpResponse:
    """Returns of the vendor's goods, those that wait first in a tab of their own."""
    is_all = request.GET.get("state") == "all"
    page = after_sales.returns_page(
        vendor_id=vendor_of(request).id,
        is_open=not is_all,
        cursor=request.GET.get("cursor", ""),
    )
    tabs = [
        {"label": _("Open"), "url": "/partner/returns/", "current": not is_all},
        {"label": _("All"), "url": "?state=all", "current": is_all},
    ]
    query = "state=all" if is_all else ""
    shown = [shown_return(each) for each in page.items]
    context = {"page": page, "returns": shown, "tabs": tabs, "query": query}
    return render(request, "ordering/partner/returns.html", context)


@never_cache
@require_GET
@signed_in
def one(request: HttpRequest, public: str) -> HttpResponse:
    return _page(request, return_of(request, public))


@require_POST
@signed_in
def answer(request: HttpRequest, public: str) -> HttpResponse:
    """POST decision (approve, refuse) and answer."""
    found = return_of(request, public)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, answer=form, status=422)
    decide = returns.refuse if form.cleaned_data["decision"] == "refuse" else returns.approve
    try:
        decide(
            return_id=found.id,
            answer=form.cleaned_data["answer"],
            acting=acting_as(request),
            at=now(),
        )
    except DomainError as error:
        form.add_error(None, told(error))
        return _page(request, found, answer=form, status=422)
    messages.success(request, _("The customer has your answer."))
    return SeeOther(f"/partner/returns/{public}/")


@require_POST
@signed_in
def receive(request: HttpRequest, public: str) -> HttpResponse:
    found = return_of(request, public)
    returns.receive(return_id=found.id, acting=acting_as(request), at=now())
    messages.success(request, _("Received. Look at it and say what you found."))
    return SeeOther(f"/partner/returns/{public}/")


@require_POST
@signed_in
def inspect(request: HttpRequest, public: str) -> HttpResponse:
    """POST restocked_line_..., written_off_line_..., refused_line_... and answer."""
    found = return_of(request, public)
    form = InspectionForm(request.POST, found=found)
    if not form.is_valid():
        return _page(request, found, inspection=form, status=422)
    try:
        inspections.inspect(
            return_id=found.id,
            findings=form.findings(),
            answer=form.cleaned_data["answer"],
            acting=acting_as(request),
            at=now(),
        )
    except DomainError as error:
        form.add_error(None, told(error))
        return _page(request, found, inspection=form, status=422)
    messages.success(request, _("Noted. What you accepted is settled."))
    return SeeOther(f"/partner/returns/{public}/")


@require_POST
@signed_in
def replace(request: HttpRequest, public: str) -> HttpResponse:
    """POST carrier, tracking_number, tracking_url: the replacement left."""
    found = return_of(request, public)
    form = ShipForm(request.POST)
    if not form.is_valid():
        return _page(request, found, parcel=form, status=422)
    inspections.send_replacement(
        return_id=found.id, tracking=form.tracking(), acting=acting_as(request), at=now()
    )
    messages.success(request, _("Marked as sent. The customer can follow it now."))
    return SeeOther(f"/partner/returns/{public}/")


@never_cache
@require_GET
@signed_in
def digital(request: HttpRequest) -> HttpResponse:
    """The vendor's digital goods."""
    vendor = vendor_of(request)
    goods = after_sales.digital_goods_of(vendor.id)
    context = {"goods": goods, "others": undecided_goods(vendor.id, goods)}
    return render(request, "ordering/partner/digital.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
def digital_good(request: HttpRequest, variant: str) -> HttpResponse:
    """What buyers of one variant get: POST upload, download_limit, valid_days, has_keys."""
    variant_id, good = _good_of(request, variant)
    start = {"download_limit": 5, "valid_days": 0}
    if good is not None:
        start = {
            "download_limit": good.download_limit,
            "valid_days": good.valid_days,
            "has_keys": good.has_keys,
        }
    form = DigitalForm(request.POST or None, request.FILES or None, initial=start)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["upload"]
        upload = Upload(sent.name, bytes_of(sent)) if sent else None
        try:
            digital_goods.offer_digital(
                variant_id=variant_id,
                upload=upload,
                terms=form.terms(),
                acting=acting_as(request),
                at=now(),
            )
        except DomainError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("Saved."))
            return SeeOther(f"/partner/digital/{variant}/")
    return _digital_page(request, variant, good, form, KeysForm())


@require_POST
@signed_in
def digital_keys(request: HttpRequest, variant: str) -> HttpResponse:
    """POST keys, one a line."""
    variant_id, good = _good_of(request, variant)
    form = KeysForm(request.POST)
    if form.is_valid():
        try:
            count = digital_goods.add_keys(
                variant_id=variant_id,
                keys=form.cleaned_data["keys"].splitlines(),
                acting=acting_as(request),
                at=now(),
            )
        except DomainError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("%(count)s new keys.") % {"count": count})
            return SeeOther(f"/partner/digital/{variant}/")
    return _digital_page(request, variant, good, DigitalForm(), form)


def undecided_goods(vendor_id: UUID, goods: list[DigitalGoodView]) -> list[Offer]:
    """Variants of digital products for which nothing was added yet."""
    rows = stock_page(vendor_id, limit=100).items
    known = {each.variant_id for each in goods}
    found = offers([row.variant_id for row in rows if row.variant_id not in known])
    return [offer for offer in found.values() if offer.is_digital]


def return_of(request: HttpRequest, public: str) -> ReturnView:
    """A return of the vendor's own goods; raises NotHere for anybody else's."""
    return_id = parse_public_id(after_sales.RETURN_PREFIX, public)
    return after_sales.return_with(return_id, vendor_id=vendor_of(request).id)


def _good_of(request: HttpRequest, variant: str) -> tuple[UUID, DigitalGoodView | None]:
    vendor = vendor_of(request)
    variant_id = parse_public_id("var", variant)
    if not is_variant_of(variant_id, vendor_id=vendor.id):
        raise after_sales.NotHere
    goods = after_sales.digital_goods_of(vendor.id)
    return variant_id, next((each for each in goods if each.variant_id == variant_id), None)


def _digital_page(
    request: HttpRequest,
    variant: str,
    good: DigitalGoodView | None,
    form: DigitalForm,
    keys: KeysForm,
) -> HttpResponse:
    variant_id = parse_public_id("var", variant)
    offer = offers([variant_id])[variant_id]
    context = {"good": good, "offer": offer, "form": form, "keys": keys, "variant": variant}
    status = 422 if form.errors or keys.errors else 200
    return render(request, "ordering/partner/digital_good.html", context, status=status)


def _page(
    request: HttpRequest, found: ReturnView, *, status: int = 200, **forms: Any
) -> HttpResponse:
    context = {
        "shown": shown_return(found),
        "answer": forms.get("answer") or AnswerForm(),
        "inspection": forms.get("inspection") or InspectionForm(found=found),
        "parcel": forms.get("parcel") or ShipForm(),
    }
    return render(request, "ordering/partner/return.html", context, status=status)
