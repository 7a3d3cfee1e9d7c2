"""Which stored value pays how much of an order, and how each payment divides over its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared_apps.kernel.money import Money, allocate
from tenant_apps.ordering.models import Cart
from tenant_apps.payments.queries import PaymentView
from tenant_apps.wallet.domain.sources import wallet_of
from tenant_apps.wallet.queries import balance_of

GIFT_CARD, WALLET = "gift_card", "wallet"


@dataclass(frozen=True, slots=True)
class StoredValue:
    """A gift card or a wallet that may pay; `label` is what is shown of a card's code."""

    method: str
    source: str
    label: str
    balance: Money


@dataclass(frozen=True, slots=True)
class Tender:
    """What one source pays."""

    method: str
    source: str
    label: str
    amount: Money


def stored_value_of(cart: Cart, held: Sequence[PaymentView] = ()) -> list[StoredValue]:
    """The gift cards entered into a cart and its owner's wallet, with what they could pay.

    `held` are payments of this cart's own unfinished order: what it set aside is still there for
    it. One query each.
    """
    own: dict[str, Money] = {each.source: each.amount for each in held if each.is_stored}
    found = [(GIFT_CARD, str(source), str(label)) for source, label in cart.gift_cards]
    if cart.user_id is not None:
        found.append((WALLET, wallet_of(cart.user_id), ""))
    return [
        StoredValue(method, source, label, _balance(source, cart.currency, own))
        for method, source, label in found
    ]


def _balance(source: str, currency: str, own: Mapping[str, Money]) -> Money:
    return balance_of(source, currency) + own.get(source, Money.zero(currency))


def spend(
    whole: Money, stored: Sequence[StoredValue], *, uses_wallet: bool
) -> tuple[tuple[Tender, ...], Money]:
    """Gift cards first, in their order, then the wallet if wanted; and what is left (rule)."""
    left, tenders = whole, []
    for each in stored:
        amount = min(left, each.balance)
        if amount.minor > 0 and (each.method != WALLET or uses_wallet):
            tenders.append(Tender(each.method, each.source, each.label, amount))
            left -= amount
    return tuple(tenders), left


def divide(amounts: Sequence[Money], parts: Sequence[Money]) -> list[list[Money]]:
    """How each amount divides over the parts of an order that they sum to (rule).

    Each is spread over what is left of the parts, so that every part is paid to the cent.
    """
    left = list(parts)
    divided = []
    for amount in amounts:
        shares = allocate(amount, [part.minor for part in left])
        left = [part - share for part, share in zip(left, shares, strict=True)]
        divided.append(shares)
    return divided
