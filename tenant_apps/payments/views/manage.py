"""The ways to pay: the operator's own accounts, and what comes outside any gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shared_apps.gateways.contract import Capabilities
from shared_apps.gateways.registry import ADAPTERS, capabilities_of
from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.domain.links import absolute_url
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError, NotFound, Unprocessable
from tenant_apps.payments import queries
from tenant_apps.payments.domain import accounts, methods
from tenant_apps.payments.forms import (
    OFFLINE_FORMS,
    GatewayTermsForm,
    KeysForm,
    PlainGatewayTermsForm,
)
from tenant_apps.payments.models import GATEWAYS, OFFLINE
from tenant_apps.payments.queries import GatewayAccountView, TermsView
from tenant_apps.payments.views.showing import method_label, section_tabs


class WayUnknown(NotFound):
    code, title = "payment_method_unknown", "There is no such way to pay"


@dataclass(frozen=True, slots=True)
class GatewayCard:
    """A gateway on the page: its account, if there is one, and what it could do."""

    kind: str
    label: str
    account: GatewayAccountView | None
    terms: TermsView
    can: Capabilities
    webhook_url: str

    @property
    def is_paused(self) -> bool:
        return self.account is not None and not self.terms.is_on


@dataclass(frozen=True, slots=True)
class OfflineCard:
    """An offline method on the page."""

    method: str
    label: str
    terms: TermsView


@never_cache
@require_GET
@role_required("operator")
def gateway(request: HttpRequest) -> HttpResponse:
    """Every way to pay, and which of them customers see."""
    cards, terms = gateway_cards(), queries.terms()
    active = [card.account for card in cards if card.account]
    context = {
        "tabs": section_tabs(""),
        "cards": cards,
        "offline": [OfflineCard(each, method_label(each), terms[each]) for each in OFFLINE],
        "has_any": bool(active) or any(terms[each].is_on for each in OFFLINE),
        "is_test_only": bool(active) and all(each.is_test for each in active),
        "retired": [each for each in queries.gateway_accounts() if each.state == "retired"],
    }
    return render(request, "payments/manage/gateway.html", context)


def gateway_cards() -> list[GatewayCard]:
    """The gateways we speak to, with the account that is in use at each."""
    terms = queries.terms()
    found = {each.kind: each for each in queries.gateway_accounts() if each.state == "active"}
    return [_card(kind, found.get(kind), terms[kind]) for kind in GATEWAYS if kind in ADAPTERS]


def _card(kind: str, account: GatewayAccountView | None, terms: TermsView) -> GatewayCard:
    url = absolute_url(f"/hooks/{kind}/{account.endpoint_token}/") if account else ""
    return GatewayCard(kind, method_label(kind), account, terms, capabilities_of(kind), url)


@never_cache
@require_http_methods(["GET", "POST"])
@role_required("operator")
def account(request: HttpRequest, kind: str) -> HttpResponse:
    """One gateway: its account, new keys, how it is offered."""
    card = _known_card(kind)
    form = KeysForm(kind, request.POST or None)
    if request.method == "POST" and form.is_valid() and _connected(request, kind, form):
        messages.success(request, _("Connected. New payments can go to this account."))
        return redirect(f"/manage/payments/accounts/{kind}/")
    context = {
        "card": card,
        "form": form,
        "terms_form": _terms_form(card),
        "has_sandbox": bool(settings.GALLERIA_PAY_SANDBOX_URL) and card.account is None,
        "secret_to_enter": accounts.secret_to_enter(kind),
    }
    status = 422 if form.errors else 200
    return render(request, "payments/manage/account.html", context, status=status)


def _known_card(kind: str) -> GatewayCard:
    card = next((each for each in gateway_cards() if each.kind == kind), None)
    if card is None:
        raise WayUnknown
    return card


def _terms_form(card: GatewayCard, data: Any = None) -> Any:
    form = GatewayTermsForm if card.can.manual_capture else PlainGatewayTermsForm
    return form.of(card.terms, data)


def _connected(request: HttpRequest, kind: str, form: KeysForm) -> bool:
    try:
        accounts.connect_account(
            kind=kind,
            keys=form.keys(),
            in_test_mode=form.in_test_mode,
            acting=acting_as(request),
            at=now(),
        )
    except DomainError as error:
        tell(form, error)
        return False
    return True


def tell(form: Form, error: DomainError) -> None:
    """Put a refusal where it belongs: at the fields it names, else above the form."""
    named = error.errors if isinstance(error, Unprocessable) else {}
    for name, said in named.items():
        form.add_error(name if name in form.fields else None, said)
    if not named:
        form.add_error(None, error.detail or str(error.title))


@require_POST
@role_required("operator")
def terms(request: HttpRequest, kind: str) -> HttpResponse:
    """How a gateway is offered at checkout."""
    card = _known_card(kind)
    form = _terms_form(card, request.POST)
    if form.is_valid():
        methods.set_terms(method=kind, wanted=form.wanted(), acting=acting_as(request), at=now())
        messages.success(request, _("Saved."))
        return redirect(f"/manage/payments/accounts/{kind}/")
    context = {"card": card, "form": KeysForm(kind), "terms_form": form}
    return render(request, "payments/manage/account.html", context, status=422)


@require_POST
@role_required("operator")
def sandbox(request: HttpRequest, kind: str) -> HttpResponse:
    """Open a test account at the sandbox, where there is one."""
    _known_card(kind)
    if not settings.GALLERIA_PAY_SANDBOX_URL:
        raise WayUnknown
    accounts.open_sandbox_account(at=now(), kind=kind)
    messages.success(request, _("Test payments work now. No money moves."))
    return redirect(f"/manage/payments/accounts/{kind}/")


@require_POST
@role_required("operator")
def change_account(request: HttpRequest, account_id: UUID, change: str) -> HttpResponse:
    """Verify an account's keys, renew its webhook secret, or retire it."""
    said = {
        "verification": (accounts.verify_account, _("The provider knows these keys.")),
        "webhook-secret": (accounts.renew_webhook, _("Messages are signed with a new secret.")),
        "retirement": (accounts.retire_account, _("Retired. Old payments and refunds go on.")),
    }
    if change not in said:
        raise WayUnknown
    do, done = said[change]
    do(account_id=account_id, acting=acting_as(request), at=now())
    messages.success(request, done)
    return redirect("/manage/payments/")


@never_cache
@require_http_methods(["GET", "POST"])
@role_required("operator")
def offline(request: HttpRequest, method: str) -> HttpResponse:
    """What customers are told who pay by transfer or in cash."""
    if method not in OFFLINE_FORMS:
        raise WayUnknown
    form = OFFLINE_FORMS[method].of(queries.terms()[method], request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            methods.set_terms(
                method=method, wanted=form.wanted(), acting=acting_as(request), at=now()
            )
        except methods.BadTerms as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("/manage/payments/")
    context = {"form": form, "label": method_label(method), "method": method}
    status = 422 if form.errors else 200
    return render(request, "payments/manage/offline.html", context, status=status)
