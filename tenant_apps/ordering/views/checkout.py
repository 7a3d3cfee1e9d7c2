"""Checkout on one page, the same without scripts; and the way back from the gateway."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from shared_apps.identity.domain.actors import acting_as
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError, Unprocessable
from tenant_apps.ordering.domain import checkout, paying, placing
from tenant_apps.ordering.domain.cart_reading import CartView, cart_of
from tenant_apps.ordering.domain.carts import CartOwner
from tenant_apps.ordering.forms import CheckoutForms
from tenant_apps.ordering.views.basket import all_explained, cart_page, order_url, shown_ways
from tenant_apps.ordering.views.owner import user_id_of, with_owner
from tenant_apps.ordering.views.storefront import SeeOther, is_htmx
from tenant_apps.places.domain.book import address_book

_PAGE = "ordering/storefront/checkout.html"
_LIVE = "ordering/storefront/_checkout_live.html"


@never_cache
@require_http_methods(["GET", "POST"])
@with_owner
def check_out(request: HttpRequest, owner: CartOwner) -> HttpResponse:
    """The forms; sending them leads to the gateway's page.

    POST recalculate=1, or by script, only tells what it would cost.
    """
    is_asking = "recalculate" in request.POST or is_htmx(request)
    forms = _forms(request, owner, is_asking=is_asking)
    if request.method == "GET" or is_asking:
        return _page(request, owner, forms, name=_LIVE if is_htmx(request) else _PAGE)
    if not forms.is_valid():
        return _page(request, owner, forms, status=422)
    try:
        started = checkout.check_out(
            owner=owner,
            details=forms.details(language=get_language() or ""),
            keeps_address=forms.keeps,
            acting=acting_as(request),
            at=now(),
        )
    except DomainError as error:
        is_told = isinstance(error, Unprocessable) and forms.put_errors(error)
        told = [] if is_told else all_explained(error.code, error.members)
        return _page(request, owner, forms, told=told, status=422)
    return SeeOther(started.redirect_url or order_url(started.order_id))


@never_cache
@require_GET
def come_back(request: HttpRequest) -> HttpResponse:
    """The gateway sent the customer back; what it says in the address proves nothing."""
    order_id = placing.finish_checkout(provider_id=request.GET.get("payment", ""), at=now())
    return SeeOther(order_url(order_id))


def _forms(request: HttpRequest, owner: CartOwner, *, is_asking: bool) -> CheckoutForms:
    user = request.user
    known = {}
    if user.is_authenticated:
        known = {"email": getattr(user, "email", ""), "name": getattr(user, "name", "")}
    data = request.POST.dict() if request.method == "POST" else None
    book = address_book(owner.user_id)
    return CheckoutForms(data, book=book, known=known, is_asking=is_asking)


def _page(
    request: HttpRequest,
    owner: CartOwner,
    forms: CheckoutForms,
    *,
    name: str = _PAGE,
    told: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    view: CartView = cart_of(owner=owner, at=now(), so_far=forms.so_far())
    if not view.can_check_out:
        return redirect("/cart/")
    ways = paying.ways_to_pay(due=view.due, country=view.country, user_id=user_id_of(request))
    context: dict[str, Any] = {
        **cart_page(view),
        "forms": forms,
        "ways": shown_ways(ways),
        "way": forms.contact["method"].value() or (ways[0].method if ways else ""),
        "told": told or [],
    }
    return render(request, name, context, status=status)
