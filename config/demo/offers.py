"""Codes, vouchers, gift cards and something in the customer's wallet; what is there stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from config.demo import people
from config.demo.people import CUSTOMER_NAME
from config.demo.seeding import Hands
from shared_apps.identity.queries import find_by_email
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.money import Money, exponent
from tenant_apps.promotions.domain import gift_cards, loyalty, promotions
from tenant_apps.promotions.domain.gift_cards import GiftCardDraft
from tenant_apps.promotions.domain.promotions import PromotionDraft
from tenant_apps.promotions.queries import codes_page, gift_cards_page, promotions_page
from tenant_apps.wallet.domain import balances
from tenant_apps.wallet.queries import statement

LETTERS = "A thank-you by letter"
VOUCHERS = 40
LOYALTY_BPS = 100
RUNNING_SINCE = timedelta(days=20)


def promote(*, hands: Hands, at: datetime) -> int:
    """Set the marketplace's offers up as far as they are missing; says how many are new."""
    there = {view.title: view.id for view in promotions_page(limit=100).items}
    known = len(there)
    for draft, vendor_id in _drafts(hands, at):
        if draft.title not in there:
            there[draft.title] = promotions.create_promotion(
                draft=draft, vendor_id=vendor_id, acting=SYSTEM, at=at
            )
    letters = there[LETTERS]
    if not codes_page(letters, limit=1).items:
        promotions.generate_vouchers(promotion_id=letters, count=VOUCHERS, acting=SYSTEM, at=at)
    if not loyalty.loyalty_bps():
        loyalty.choose_loyalty(bps=LOYALTY_BPS, acting=SYSTEM, at=at)
    _give(hands, at)
    return len(there) - known


def _drafts(hands: Hands, at: datetime) -> list[tuple[PromotionDraft, UUID | None]]:
    """A welcome, free delivery from a spend, one shared with the shops, vouchers, a shop's own."""
    currency = hands.world.currency
    unit = 10 ** exponent(currency)
    shop = next(iter(hands.shops.values()))
    delivery = {"kind": "free_delivery", "minimum_minor": 60 * unit, "is_stackable": True}
    five = {
        "kind": "fixed",
        "amount_minor": 5 * unit,
        "minimum_minor": 40 * unit,
        "bearer": "shared",
        "share_bps": 5000,
        "uses_max": 200,
        "is_stackable": True,
    }
    return [
        (_draft("Welcome", "WELCOME10", currency, at, bps=1000, is_first_order_only=True), None),
        (_draft("Delivery is on us", "FREESHIP", currency, at, **delivery), None),
        (_draft("Five off, shared with the makers", "FIVE-OFF", currency, at, **five), None),
        (_draft(LETTERS, "", currency, at, bps=2000, maximum_minor=30 * unit), None),
        (_draft("A week of ours", "OURWEEK", currency, at, bps=1500, bearer="vendor"), shop.id),
    ]


def _draft(title: str, code: str, currency: str, at: datetime, **terms: Any) -> PromotionDraft:
    values = {"kind": "percentage", "uses_per_customer": 1, **terms}
    return PromotionDraft(
        title=title, currency=currency, starts_at=at - RUNNING_SINCE, code=code, **values
    )


def _give(hands: Hands, at: datetime) -> None:
    """Two gift cards, and a little credit for the customer."""
    currency = hands.world.currency
    amount = Money(25 * 10 ** exponent(currency), currency)
    if not gift_cards_page(limit=1).items:
        for note in ("Prize of the autumn raffle", "Lost parcel"):
            gift_cards.issue(draft=GiftCardDraft(amount, note=note), acting=SYSTEM, at=at)
    customer = find_by_email(people.customer_email(hands.world))
    if customer is not None and not statement(f"wallet:{customer.id}", currency, limit=1).items:
        note = f"For {CUSTOMER_NAME}, who waited"
        balances.give_credit(user_id=customer.id, amount=amount, note=note, acting=SYSTEM, at=at)
