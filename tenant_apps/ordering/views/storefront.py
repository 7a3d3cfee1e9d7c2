"""Cart, checkout, the way back from the gateway, and a customer's orders."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shared_apps.identity.domain.actors import acting_as
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError, Unprocessable
from shared_apps.kernel.ids import parse_public_id, public_id
from tenant_apps.ordering import queries
from tenant_apps.ordering.domain import carts, checkout, placing
from tenant_apps.ordering.domain.cart_reading import CartView, cart_of
from tenant_apps.ordering.domain.carts import CartOwner
from tenant_apps.ordering.forms import CheckoutForm, LineForm, QuantityForm
from tenant_apps.ordering.views.after_showing import shown_parts
from tenant_apps.ordering.views.owner import guest_key_of, user_id_of, with_owner
from tenant_apps.ordering.views.showing import cart_page, explained, order_page

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
    response = HttpResponse(status=204) if _is_htmx(request) else SeeOther("/cart/")
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


@never_cache
@require_http_methods(["GET", "POST"])
@with_owner
def check_out(request: HttpRequest, owner: CartOwner) -> HttpResponse:
    """The address form; sending it leads to the gateway's page."""
    if request.method == "GET":
        return _checkout_page(request, owner, CheckoutForm(initial=_known_of(request)))
    form = CheckoutForm(request.POST)
    if form.is_valid():
        try:
            started = checkout.check_out(
                owner=owner,
                details=form.details(language=get_language() or ""),
                acting=acting_as(request),
                at=now(),
            )
        except DomainError as error:
            _tell(form, error)
        else:
            return SeeOther(started.redirect_url or _order_url(started.order_id))
    return _checkout_page(request, owner, form, status=422)


@never_cache
@require_GET
def come_back(request: HttpRequest) -> HttpResponse:
    """The gateway sent the customer back; what it says in the address proves nothing."""
    order_id = placing.finish_checkout(provider_id=request.GET.get("payment", ""), at=now())
    return SeeOther(_order_url(order_id))


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
    context = {**order_page(view), "shown": shown_parts(view.parts, at=now())}
    return render(request, "ordering/storefront/order.html", context)


def _checkout_page(
    request: HttpRequest, owner: CartOwner, form: CheckoutForm, *, status: int = 200
) -> HttpResponse:
    view: CartView = cart_of(owner=owner, at=now())
    if not view.can_check_out:
        return redirect("/cart/")
    context = {**cart_page(view), "form": form}
    return render(request, "ordering/storefront/checkout.html", context, status=status)


def _known_of(request: HttpRequest) -> dict[str, str]:
    user = request.user
    if not user.is_authenticated:
        return {}
    return {"email": getattr(user, "email", ""), "name": getattr(user, "name", "")}


def _tell(form: CheckoutForm, error: DomainError) -> None:
    """Put a refusal where the customer can do something about it."""
    fields = getattr(error, "errors", {})
    for name, texts in fields.items():
        form.add_error(name if name in form.fields else None, texts)
    if not fields:
        form.add_error(None, explained(error.code, error.members))


def _refused(request: HttpRequest, text: str) -> HttpResponse:
    if _is_htmx(request):
        return render(request, "components/alert.html", {"tone": "bad", "title": text}, status=422)
    messages.error(request, text)
    return SeeOther("/cart/")


def _is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _order_url(order_id: UUID) -> str:
    return f"/orders/{public_id(queries.ORDER_PREFIX, order_id)}/"
