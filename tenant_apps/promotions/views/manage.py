"""The operator's promotions, gift cards and loyalty credit."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.refusals import put_on_form, told_at
from tenant_apps.promotions import queries
from tenant_apps.promotions.domain import gift_cards, loyalty
from tenant_apps.promotions.domain.gift_cards import IssuedGiftCard
from tenant_apps.promotions.forms import GiftCardForm, LoyaltyForm, per_cent
from tenant_apps.promotions.views import desk, showing
from tenant_apps.promotions.views.desk import Desk

DESK = Desk("shells/manage.html", "/manage/promotions/")
CARDS = "/manage/gift-cards/"
PLACE = "/manage/promotions/{public}/"
TEAM = ("operator", "staff")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*TEAM)
def promotions(request: HttpRequest) -> HttpResponse:
    """All promotions; POST rate=N sets the loyalty credit."""
    form = LoyaltyForm(request.POST or None, initial={"rate": per_cent(loyalty.loyalty_bps())})
    if request.method == "POST" and form.is_valid():
        loyalty.choose_loyalty(bps=form.bps(), acting=acting_as(request), at=now())
        messages.success(request, _("Saved. It holds for orders completed from now on."))
        return redirect(DESK.place)
    more = {"loyalty": form, "rewarded": queries.rewarded(current_tenant().currency)}
    return desk.listed(request, DESK, {**more, "status": 422 if form.errors else 200})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*TEAM)
def create(request: HttpRequest) -> HttpResponse:
    return desk.created(request, DESK)


@never_cache
@require_safe
@role_required(*TEAM)
def promotion(request: HttpRequest, public: str) -> HttpResponse:
    return desk.shown(request, DESK, public)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*TEAM)
def change(request: HttpRequest, public: str) -> HttpResponse:
    return desk.changed(request, DESK, public)


@require_POST
@role_required(*TEAM)
@told_at(PLACE)
def move(request: HttpRequest, public: str) -> HttpResponse:
    return desk.moved(request, DESK, public)


@require_POST
@role_required(*TEAM)
@told_at(PLACE)
def vouchers(request: HttpRequest, public: str) -> HttpResponse:
    return desk.vouchers_made(request, DESK, public)


@never_cache
@require_safe
@role_required(*TEAM)
def codes(_request: HttpRequest, public: str) -> HttpResponse:
    return desk.codes_file(DESK, public)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*TEAM)
def cards(request: HttpRequest) -> HttpResponse:
    """Gift cards; POST gives one, whose code is on the answer and never again."""
    form, made = GiftCardForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            made = gift_cards.issue(draft=form.draft(), acting=acting_as(request), at=now())
        except DomainError as error:
            put_on_form(form, error)
        else:
            form = GiftCardForm()
    return _cards_page(request, form, made)


@require_POST
@role_required(*TEAM)
@told_at(CARDS)
def move_card(request: HttpRequest, public: str) -> HttpResponse:
    """POST move=block or unblock."""
    gift_cards.move_gift_card(
        card_id=parse_public_id(queries.GIFT_CARD_PREFIX, public),
        move=request.POST.get("move", ""),
        acting=acting_as(request),
        at=now(),
    )
    messages.success(request, _("Done."))
    return redirect(CARDS)


def _cards_page(
    request: HttpRequest, form: GiftCardForm, made: IssuedGiftCard | None
) -> HttpResponse:
    page = queries.gift_cards_page(cursor=request.GET.get("cursor", ""))
    context = {
        "form": form,
        "made": made,
        "page": page,
        "rows": [(row, showing.card_badge(row)) for row in page.items],
    }
    status = 422 if form.errors else 200
    return render(request, "promotions/manage/gift_cards.html", context, status=status)
