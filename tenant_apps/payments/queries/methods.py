"""The ways to pay that a customer may choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared_apps.gateways.registry import capabilities_of
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from tenant_apps.payments.lifecycle import PAYMENT_OPEN
from tenant_apps.payments.models import (
    GATEWAYS,
    OFFLINE,
    MethodTerms,
    Payment,
    SavedMethod,
)
from tenant_apps.payments.models.methods import DAYS_TO_PAY
from tenant_apps.payments.queries.accounts import accounts_in_use
from tenant_apps.wallet.queries import balance_of

# What a provider settles in; one that is not named takes every currency we know.
_CURRENCIES: Mapping[str, frozenset[str]] = {
    "paypal": frozenset(
        [
            "AUD",
            "BRL",
            "CAD",
            "CNY",
            "CZK",
            "DKK",
            "EUR",
            "HKD",
            "HUF",
            "ILS",
            "JPY",
            "MYR",
            "MXN",
            "TWD",
            "NZD",
            "NOK",
            "PHP",
            "PLN",
            "GBP",
            "SGD",
            "SEK",
            "CHF",
            "THB",
            "USD",
        ]
    ),
    "paystack": frozenset({"NGN", "GHS", "ZAR", "KES", "USD", "XOF"}),
    "flutterwave": frozenset(
        [
            "GBP",
            "CAD",
            "XAF",
            "COP",
            "EGP",
            "EUR",
            "GHS",
            "GNF",
            "KES",
            "MWK",
            "MAD",
            "NGN",
            "RWF",
            "SLL",
            "STD",
            "ZAR",
            "TZS",
            "UGX",
            "USD",
            "XOF",
            "ZMW",
        ]
    ),
}


@dataclass(frozen=True, slots=True)
class TermsView:
    """How the operator offers one way to pay."""

    method: str
    is_on: bool
    instructions: str
    days_to_pay: int
    account_numbers: tuple[str, ...]
    countries: tuple[str, ...]
    captures_when_placed: bool
    position: int


@dataclass(frozen=True, slots=True)
class SavedMethodView:
    """A card that the provider keeps for a customer."""

    id: UUID
    public_id: str
    method: str
    brand: str
    last4: str
    expires: str
    is_default: bool
    is_usable: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MethodView:
    """One way to pay: `kind` is gateway, offline or stored.

    `account_id` is where a gateway's payment is prepared, `balance` what a wallet holds, `source`
    its account; `saved` are cards of the customer that this gateway keeps.
    """

    method: str
    kind: str
    account_id: UUID | None = None
    is_test: bool = False
    can_save: bool = False
    instructions: str = ""
    days_to_pay: int = 0
    source: str = ""
    balance: Money | None = None
    saved: tuple[SavedMethodView, ...] = ()


def terms() -> dict[str, TermsView]:
    """The terms of every method that has any of its own, and the defaults of the others."""
    found = {row.method: row for row in MethodTerms.objects.all()}
    return {method: _terms(method, found.get(method)) for method in (*GATEWAYS, *OFFLINE)}


def _terms(method: str, row: MethodTerms | None) -> TermsView:
    if row is None:
        is_gateway = method in GATEWAYS
        position = (*GATEWAYS, *OFFLINE).index(method)
        return TermsView(method, is_gateway, "", DAYS_TO_PAY, (), (), False, position)
    return TermsView(
        method=method,
        is_on=row.is_on,
        instructions=row.instructions,
        days_to_pay=row.days_to_pay,
        account_numbers=tuple(row.account_numbers),
        countries=tuple(row.countries),
        captures_when_placed=row.captures_when_placed,
        position=row.position,
    )


def instructions_of(method: str) -> str:
    """What the operator tells customers who pay by this method."""
    rows = MethodTerms.objects.filter(method=method)
    return rows.values_list("instructions", flat=True).first() or ""


def available_methods(
    *, currency: str, country: str, amount: Money, user_id: UUID | None = None
) -> list[MethodView]:
    """The ways to pay an amount from a country, in the operator's order, the wallet first.

    A wallet is offered to who has something in it. A gateway is offered when there is an account
    and it settles in the currency; an offline method when the operator switched it on.
    """
    offered = terms()
    by_method = {
        **_at_gateways(currency, user_id),
        **_offline(offered),
    }
    shown = [
        view
        for method, view in by_method.items()
        if offered[method].is_on and _serves(offered[method], country)
    ]
    shown.sort(key=lambda view: (offered[view.method].position, view.method))
    wallet = _wallet(user_id, currency) if amount else None
    return [wallet, *shown] if wallet else shown


def _serves(row: TermsView, country: str) -> bool:
    return not row.countries or country.upper() in row.countries


def _at_gateways(currency: str, user_id: UUID | None) -> dict[str, MethodView]:
    saved = saved_methods(user_id) if user_id else []
    return {
        account.kind: MethodView(
            method=account.kind,
            kind="gateway",
            account_id=account.id,
            is_test=account.is_test,
            can_save=user_id is not None and capabilities_of(account.kind).saved_methods,
            saved=tuple(each for each in saved if each.method == account.kind and each.is_usable),
        )
        for account in accounts_in_use()
        if currency in _CURRENCIES.get(account.kind, {currency})
    }


def _offline(offered: Mapping[str, TermsView]) -> dict[str, MethodView]:
    return {
        method: MethodView(
            method=method,
            kind="offline",
            instructions=offered[method].instructions,
            days_to_pay=0 if method == "cash" else offered[method].days_to_pay,
        )
        for method in OFFLINE
        if method != "virtual_account" or _has_free_number(offered[method])
    }


def _has_free_number(row: TermsView) -> bool:
    if not row.is_on or not row.account_numbers:
        return False
    taken = Payment.objects.filter(state__in=PAYMENT_OPEN, pay_to__in=row.account_numbers)
    return taken.count() < len(row.account_numbers)


def _wallet(user_id: UUID | None, currency: str) -> MethodView | None:
    if user_id is None:
        return None
    source = f"wallet:{user_id}"
    balance = balance_of(source, currency)
    if balance.minor <= 0:
        return None
    return MethodView("wallet", "stored", source=source, balance=balance)


def saved_methods(user_id: UUID) -> list[SavedMethodView]:
    """The customer's cards, the default first. One query."""
    rows = SavedMethod.objects.select_related("account").filter(user_id=user_id)
    return [
        SavedMethodView(
            id=row.id,
            public_id=public_id("pm", row.id),
            method=row.account.kind,
            brand=row.brand,
            last4=row.last4,
            expires=row.expires,
            is_default=row.is_default,
            is_usable=row.account.state == "active",
            created_at=row.created_at,
        )
        for row in rows.order_by("-is_default", "-created_at", "-id")
    ]
