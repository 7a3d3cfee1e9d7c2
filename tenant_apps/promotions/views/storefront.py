"""Gift cards for customers: buy one, see what is left, put it into the wallet."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.models import User
from shared_apps.identity.permissions import signed_in
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.money import Money, exponent
from shared_apps.kernel.refusals import put_on_form, sentence_of
from tenant_apps.promotions.domain import gift_card_sales, gift_cards
from tenant_apps.promotions.domain.gift_cards import GiftCardUnknown
from tenant_apps.promotions.forms import CodeForm, PurchaseForm
from themes.templatetags.ui import money

WALLET = "/account/wallet/"
SUGGESTED = (10, 25, 50, 100)


class SeeOther(HttpResponseRedirect):
    """After a form was sent: look there now, with GET."""

    status_code = 303


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def buy(request: HttpRequest) -> HttpResponse:
    """The form of a purchase; sending it leads to the gateway's page."""
    user = request.user if isinstance(request.user, User) else None
    known = {"buyer_email": user.email, "buyer_name": user.name} if user else {}
    form = PurchaseForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            opened = gift_card_sales.buy(
                purchase=form.purchase(user.id if user else None),
                acting=acting_as(request),
                at=now(),
            )
        except DomainError as error:
            put_on_form(form, error)
        else:
            return SeeOther(opened.redirect_url or "/gift-cards/")
    status = 422 if form.errors else 200
    return render(request, "promotions/storefront/buy.html", _page(form), status=status)


@never_cache
@require_GET
def come_back(request: HttpRequest) -> HttpResponse:
    """The gateway sent the buyer back; what it says in the address proves nothing."""
    payment = gift_card_sales.finish_sale(provider_id=request.GET.get("payment", ""), at=now())
    context = {"payment": payment}
    return render(request, "promotions/storefront/bought.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def balance(request: HttpRequest) -> HttpResponse:
    """POST code=...: what is left on that card."""
    form, card = CodeForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            card = gift_cards.find(form.cleaned_data["code"])
        except GiftCardUnknown:
            form.add_error("code", _("No gift card has this code. Look at every sign again."))
    status = 422 if form.errors else 200
    context = {"form": form, "card": card}
    return render(request, "promotions/storefront/balance.html", context, status=status)


@require_POST
@signed_in
def redeem(request: HttpRequest) -> HttpResponse:
    """POST code=...: everything on the card goes into my wallet."""
    user = cast("User", request.user)
    try:
        amount = gift_cards.redeem(
            code=request.POST.get("code", ""), user_id=user.id, acting=acting_as(request), at=now()
        )
    except DomainError as error:
        messages.error(request, sentence_of(error))
    else:
        text = _("%(amount)s is in your wallet now.") % {"amount": money(amount)}
        messages.success(request, text)
    return redirect(WALLET)


def _page(form: PurchaseForm) -> dict[str, object]:
    currency = current_tenant().currency
    unit = 10 ** exponent(currency)
    return {
        "form": form,
        "currency": currency,
        "amounts": [Money(each * unit, currency) for each in SUGGESTED],
    }
