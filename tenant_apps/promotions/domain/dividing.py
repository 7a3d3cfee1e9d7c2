"""How discounts divide over lines and deliveries: pure arithmetic, one rounding per number.

Percentages come off first, then fixed amounts, then deliveries, whatever was typed first. Each
is spread over the lines it is for by largest remainder, with what is left of them as weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

from shared_apps.kernel.money import Money, allocate, percentage, total

_ORDER = {"percentage": 0, "fixed": 1, "free_delivery": 2}


@dataclass(frozen=True, slots=True)
class DiscountLine:
    """A line that discounts may apply to; `key` is its variant, `amount` its price before them."""

    key: UUID
    vendor_id: UUID
    product_id: UUID
    category_path: str
    amount: Money
    quantity: int


@dataclass(frozen=True, slots=True)
class LineDiscount:
    """What the customer saves, and the part of that which the operator bears."""

    off: Money
    subsidy: Money


@dataclass(frozen=True, slots=True)
class Offer:
    """A promotion as the rules see it, with the code that was typed for it."""

    promotion_id: UUID
    code: str
    title: str
    kind: str
    bps: int
    amount: Money
    maximum: Money
    minimum: Money
    scope: str
    targets: frozenset[str]
    vendor_id: UUID | None
    bearer: str
    share_bps: int
    is_stackable: bool

    @property
    def rank(self) -> tuple[int, str]:
        return _ORDER[self.kind], str(self.promotion_id)


@dataclass(frozen=True, slots=True)
class Division:
    """What several offers together take off, by line, by vendor's delivery and by offer."""

    lines: Mapping[UUID, LineDiscount]
    delivery: Mapping[UUID, LineDiscount]
    offers: Mapping[UUID, LineDiscount]

    @property
    def off_minor(self) -> int:
        return sum(each.off.minor for each in self.offers.values())


def is_for(offer: Offer, line: DiscountLine) -> bool:
    """Whether an offer is about this line."""
    if offer.vendor_id is not None and line.vendor_id != offer.vendor_id:
        return False
    if offer.scope == "vendor":
        return str(line.vendor_id) in offer.targets
    if offer.scope == "product":
        return str(line.product_id) in offer.targets
    if offer.scope == "category":
        path = line.category_path
        return any(path == each or path.startswith(f"{each}/") for each in offer.targets)
    return offer.scope == "all"


def problem_of(
    offer: Offer, lines: Sequence[DiscountLine], delivery: Mapping[UUID, Money], currency: str
) -> str:
    """Why an offer takes nothing off here; empty when it does."""
    concerned = [line for line in lines if is_for(offer, line)]
    has_amounts = offer.amount or offer.maximum or offer.minimum
    if has_amounts and offer.amount.currency != currency:
        return "other_currency"
    if not concerned:
        return "nothing_eligible"
    spend = total([line.amount for line in concerned], currency)
    if offer.minimum and spend < offer.minimum:
        return "minimum_not_reached"
    if offer.kind == "free_delivery":
        vendors = {line.vendor_id for line in concerned}
        is_free = not any(delivery.get(each) for each in vendors)
        return "delivery_is_free" if is_free else ""
    return "" if spend else "nothing_eligible"


def divide(
    offers: Sequence[Offer],
    lines: Sequence[DiscountLine],
    delivery: Mapping[UUID, Money],
    currency: str,
) -> Division:
    """Take the offers off together; nothing goes below zero."""
    zero = Money.zero(currency)
    left = {line.key: line.amount for line in lines}
    fees = dict(delivery)
    line_parts = {line.key: LineDiscount(zero, zero) for line in lines}
    delivery_parts = {vendor: LineDiscount(zero, zero) for vendor in delivery}
    by_offer = {}
    for offer in sorted(offers, key=lambda each: each.rank):
        concerned = [line for line in lines if is_for(offer, line)]
        if offer.kind == "free_delivery":
            taken = _delivery_off(offer, concerned, fees)
            delivery_parts = _added(delivery_parts, taken, offer)
            _take(fees, taken)
        else:
            taken = _lines_off(offer, [line.key for line in concerned], left, currency)
            line_parts = _added(line_parts, taken, offer)
            _take(left, taken)
        by_offer[offer.promotion_id] = _sum_of(taken, offer, currency)
    return Division(line_parts, delivery_parts, by_offer)


def best_together(
    offers: Sequence[Offer],
    lines: Sequence[DiscountLine],
    delivery: Mapping[UUID, Money],
    currency: str,
) -> tuple[Offer, ...]:
    """The offers that save the customer most: all that combine, or one that stands alone."""
    combining = tuple(offer for offer in offers if offer.is_stackable)
    alone = ((offer,) for offer in offers if not offer.is_stackable)
    choices = [choice for choice in chain([combining], alone) if choice]
    if not choices:
        return ()
    return max(choices, key=lambda each: divide(each, lines, delivery, currency).off_minor)


def _lines_off(
    offer: Offer, keys: Sequence[UUID], left: Mapping[UUID, Money], currency: str
) -> dict[UUID, Money]:
    weights = [left[key].minor for key in keys]
    whole = Money(sum(weights), currency)
    if not whole:
        return {}
    off = percentage(whole, offer.bps) if offer.kind == "percentage" else offer.amount
    if offer.maximum:
        off = min(off, offer.maximum)
    return dict(zip(keys, allocate(min(off, whole), weights), strict=True))


def _delivery_off(
    offer: Offer, concerned: Sequence[DiscountLine], fees: Mapping[UUID, Money]
) -> dict[UUID, Money]:
    vendors = [vendor for vendor in fees if any(line.vendor_id == vendor for line in concerned)]
    weights = [fees[vendor].minor for vendor in vendors]
    if not sum(weights):
        return {}
    whole = Money(sum(weights), fees[vendors[0]].currency)
    off = min(whole, offer.maximum) if offer.maximum else whole
    return dict(zip(vendors, allocate(off, weights), strict=True))


def _subsidy_of(offer: Offer, off: Money) -> Money:
    if offer.bearer == "operator":
        return off
    return percentage(off, offer.share_bps if offer.bearer == "shared" else 0)


def _added(
    parts: Mapping[UUID, LineDiscount], taken: Mapping[UUID, Money], offer: Offer
) -> dict[UUID, LineDiscount]:
    return {
        key: LineDiscount(part.off + taken[key], part.subsidy + _subsidy_of(offer, taken[key]))
        if key in taken
        else part
        for key, part in parts.items()
    }


def _take(left: dict[UUID, Money], taken: Mapping[UUID, Money]) -> None:
    for key, off in taken.items():
        left[key] -= off


def _sum_of(taken: Mapping[UUID, Money], offer: Offer, currency: str) -> LineDiscount:
    return LineDiscount(
        total(list(taken.values()), currency),
        total([_subsidy_of(offer, off) for off in taken.values()], currency),
    )
