"""The cart and a customer's orders."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError, Unprocessable
from shared_apps.kernel.ids import parse_public_id
from tenant_apps.ordering import queries
from tenant_apps.ordering.domain import carts
from tenant_apps.ordering.domain.cart_reading import cart_of
from tenant_apps.ordering.domain.carts import CartOwner
from tenant_apps.ordering.forms import CodeForm, LineForm, QuantityForm
from tenant_apps.ordering.queries.paying import how_to_pay
from tenant_apps.ordering.views.after_showing import shown_parts
from tenant_apps.ordering.views.basket import cart_page, explained
from tenant_apps.ordering.views.owner import guest_key_of, user_id_of, with_owner
from tenant_apps.ordering.views.showing import order_page

_SEE_OTHER = 303


class SeeOther(HttpResponseRedirect):
    """After a form was sent: look there now, with GET."""

    status_code = _SEE_OTHER


@never_cache
@require_GET
@with_owner
def cart(request: HttpRequest, owner: CartOwner) -> HttpResponse:
    return render(
        request, "ordering/storefront/cart.html", cart_page(cart_of(owner=owner, at=now()))
    )


@require_POST
@with_owner
def add_line(request: HttpRequest, owner: CartOwner) -> HttpResponse:
    """POST variant=var_... quantity=N, from any page that shows a product."""
    form = LineForm(request.POST)
    if not form.is_valid():
        return _refused(request, _("Choose a product and a quantity."))
    try:
        count = carts.add_to_cart(
            owner=owner,
            variant_id=form.cleaned_data["variant"],
            quantity=form.cleaned_data["quantity"],
            at=now(),
        )
    except DomainError as error:
        return _refused(request, explained(error.code, error.members))
    messages.success(request, _("Added to your basket."))
    response = HttpResponse(status=204) if is_htmx(request) else SeeOther("/cart/")
    response["X-Cart-Count"] = str(count.count)
    return response


@require_POST
@with_owner
def change_line(request: HttpRequest, owner: CartOwner, variant: str) -> HttpResponse:
    """POST quantity=N; 0 takes the line out."""
    form = QuantityForm(request.POST)
    if not form.is_valid():
        return _refused(request, _("Choose a quantity between 0 and 999."))
    try:
        carts.set_quantity(
            owner=owner,
            variant_id=parse_public_id("var", variant),
            quantity=form.cleaned_data["quantity"],
            at=now(),
        )
    except Unprocessable as error:
        return _refused(request, explained(error.code, error.members))
    return SeeOther("/cart/")


@require_POST
@with_owner
def accept_changes(request: HttpRequest, owner: CartOwner) -> HttpResponse:
    """The customer agrees to what changed meanwhile."""
    carts.accept_changes(owner=owner, at=now())
    return SeeOther("/cart/")


@require_POST
@with_owner
def add_code(request: HttpRequest, owner: CartOwner) -> HttpResponse:
    """POST code=...: a coupon or a gift card."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _refused(request, _("Type a code."))
    email = getattr(request.user, "email", "")
    try:
        kind = carts.enter_code(owner=owner, code=form.cleaned_data["code"], email=email, at=now())
    except Unprocessable as error:
        return _refused(request, explained(error.code, error.members), back=_back(request))
    is_card = kind == "gift_card"
    messages.success(request, _("Gift card added.") if is_card else _("Code added."))
    return SeeOther(_back(request))


@require_POST
@with_owner
def remove_code(request: HttpRequest, owner: CartOwner) -> HttpResponse:
    """POST code=... or the source of a gift card."""
    carts.remove_code(owner=owner, code=request.POST.get("code", "")[:120], at=now())
    return SeeOther(_back(request))


@never_cache
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    page = queries.orders_page(
        user_id=user_id_of(request),
        guest_key=guest_key_of(request),
        cursor=request.GET.get("cursor", ""),
    )
    return render(request, "ordering/storefront/orders.html", {"page": page})


@never_cache
@require_GET
def order(request: HttpRequest, public: str) -> HttpResponse:
    view = queries.order_for(
        parse_public_id(queries.ORDER_PREFIX, public),
        user_id=user_id_of(request),
        guest_key=guest_key_of(request),
    )
    context = {
        **order_page(view),
        "shown": shown_parts(view.parts, at=now()),
        "instructions": how_to_pay(view),
    }
    return render(request, "ordering/storefront/order.html", context)


def _refused(request: HttpRequest, text: str, *, back: str = "/cart/") -> HttpResponse:
    if is_htmx(request):
        return render(request, "components/alert.html", {"tone": "bad", "title": text}, status=422)
    messages.error(request, text)
    return SeeOther(back)


def _back(request: HttpRequest) -> str:
    """Codes are typed in the basket and at checkout."""
    return "/checkout/" if request.POST.get("next") == "checkout" else "/cart/"


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
