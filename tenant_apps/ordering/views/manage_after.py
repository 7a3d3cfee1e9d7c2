"""The operator after a sale: terms, claims, returns, cancellations and money back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.money import Money
from tenant_apps.ordering import queries
from tenant_apps.ordering.domain import after_sales as terms
from tenant_apps.ordering.domain import cancelling, claims, goodwill
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.forms import ReasonForm
from tenant_apps.ordering.forms.after_sales import DecisionForm, PayBackForm, TermsForm
from tenant_apps.ordering.queries import OrderView, VendorOrderView, after_sales
from tenant_apps.ordering.queries.after_sales import ClaimView
from tenant_apps.ordering.views.after_showing import shown_claim, shown_return, told
from tenant_apps.ordering.views.storefront import SeeOther


@never_cache
@require_http_methods(["GET", "POST"])
@role_required("operator")
def settings(request: HttpRequest) -> HttpResponse:
    """Deadlines after a sale, restocking fee."""
    form = TermsForm(request.POST) if request.method == "POST" else TermsForm.of(terms.terms())
    if request.method == "POST" and form.is_valid():
        terms.choose_terms(chosen=form.terms(), acting=acting_as(request), at=now())
        messages.success(request, _("Saved. It holds for orders under way too."))
        return SeeOther("/manage/orders/settings/")
    status = 422 if form.errors else 200
    return render(request, "ordering/manage/terms.html", {"form": form}, status=status)


@require_POST
@role_required("operator")
def cancel_order(request: HttpRequest, public: str) -> HttpResponse:
    """POST reason: call off all that is not sent."""
    order = _order(public)
    form = ReasonForm(request.POST)
    cancelling.cancel_order(
        order_id=order.id,
        reason=form.cleaned_data["reason"] if form.is_valid() else "",
        acting=acting_as(request),
        at=now(),
    )
    messages.success(request, _("Cancelled. The customer gets the money back."))
    return SeeOther(f"/manage/orders/{public}/")


@require_POST
@role_required("operator")
def cancel_part(request: HttpRequest, public: str, part: str) -> HttpResponse:
    """POST reason: call off one vendor's part."""
    found = part_of(_order(public), part)
    form = ReasonForm(request.POST)
    cancelling.cancel_vendor_order(
        vendor_order_id=found.id,
        reason=form.cleaned_data["reason"] if form.is_valid() else "",
        acting=acting_as(request),
        at=now(),
    )
    messages.success(request, _("Cancelled. The customer gets the money back."))
    return SeeOther(f"/manage/orders/{public}/")


@never_cache
@require_http_methods(["GET", "POST"])
@role_required("operator")
def pay_back(request: HttpRequest, public: str, part: str) -> HttpResponse:
    """Amounts of lines and delivery that the customer gets back."""
    order = _order(public)
    found = part_of(order, part)
    form = PayBackForm(request.POST or None, lines=found.lines, delivery_left=found.delivery_left)
    if request.method == "POST" and form.is_valid():
        try:
            goodwill.pay_back(
                vendor_order_id=found.id,
                amounts=form.amounts,
                delivery_minor=form.delivery_minor,
                reason=form.cleaned_data["reason"],
                acting=acting_as(request),
                at=now(),
            )
        except DomainError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("The customer gets the money back."))
            return SeeOther(f"/manage/orders/{public}/")
    context = {"order": order, "part": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "ordering/manage/pay_back.html", context, status=status)


@never_cache
@require_GET
@role_required("operator", "staff")
def document(request: HttpRequest, public: str, found: str) -> HttpResponse:
    parts = [part.id for part in _order(public).parts]
    document_id = parse_public_id(after_sales.DOCUMENT_PREFIX, found)
    return SeeOther(after_sales.document_url(document_id, part_ids=parts))


@never_cache
@require_GET
@role_required("operator", "staff")
def all_claims(request: HttpRequest) -> HttpResponse:
    is_all = request.GET.get("state") == "all"
    page = after_sales.claims_page(is_open=not is_all, cursor=request.GET.get("cursor", ""))
    tabs = [
        {"label": _("To decide"), "url": "/manage/claims/", "current": not is_all},
        {"label": _("All"), "url": "?state=all", "current": is_all},
    ]
    shown = [shown_claim(each) for each in page.items]
    query = "state=all" if is_all else ""
    context = {"page": page, "claims": shown, "tabs": tabs, "query": query}
    return render(request, "ordering/manage/claims.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@role_required("operator")
def claim(request: HttpRequest, public: str) -> HttpResponse:
    """Decide a claim: POST decision (refund, reship, refuse), note, amount, carrier, number."""
    found = after_sales.claim_with(parse_public_id(after_sales.CLAIM_PREFIX, public))
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _decide(request, found, form)
        except DomainError as error:
            form.add_error(None, told(error))
        else:
            messages.success(request, _("Decided. Customer and seller are told."))
            return SeeOther(f"/manage/claims/{public}/")
    context = {"shown": shown_claim(found), "form": form}
    status = 422 if form.errors else 200
    return render(request, "ordering/manage/claim.html", context, status=status)


@never_cache
@require_GET
@role_required("operator", "staff")
def all_returns(request: HttpRequest) -> HttpResponse:
    is_all = request.GET.get("state") == "all"
    page = after_sales.returns_page(is_open=not is_all, cursor=request.GET.get("cursor", ""))
    tabs = [
        {"label": _("Open"), "url": "/manage/returns/", "current": not is_all},
        {"label": _("All"), "url": "?state=all", "current": is_all},
    ]
    shown = [shown_return(each) for each in page.items]
    query = "state=all" if is_all else ""
    context = {"page": page, "returns": shown, "tabs": tabs, "query": query}
    return render(request, "ordering/manage/returns.html", context)


def _decide(request: HttpRequest, found: ClaimView, form: DecisionForm) -> None:
    data, acting = form.cleaned_data, acting_as(request)
    if data["decision"] == "refund":
        amount = data["amount"]
        claims.refund(
            claim_id=found.id,
            amount=Money.from_decimal(amount, found.refund.currency) if amount else None,
            note=data["note"],
            acting=acting,
            at=now(),
        )
    elif data["decision"] == "reship":
        tracking = Tracking(data["carrier"], data["tracking_number"])
        claims.reship(
            claim_id=found.id, tracking=tracking, note=data["note"], acting=acting, at=now()
        )
    else:
        claims.refuse(claim_id=found.id, note=data["note"], acting=acting, at=now())


def _order(public: str) -> OrderView:
    return queries.any_order(parse_public_id(queries.ORDER_PREFIX, public))


def part_of(order: OrderView, part: str) -> VendorOrderView:
    """One part of the order; raises OrderNotFound for another order's."""
    part_id = parse_public_id(queries.VENDOR_ORDER_PREFIX, part)
    found = next((each for each in order.parts if each.id == part_id), None)
    if found is None:
        raise queries.OrderNotFound
    return found
