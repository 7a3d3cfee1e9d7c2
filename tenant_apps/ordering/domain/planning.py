"""From cart lines to an order with one part per vendor, priced to the cent: pure rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shared_apps.kernel.context import TierTerms
from shared_apps.kernel.ids import base32
from shared_apps.kernel.money import Money
from tenant_apps.catalog.queries import Offer
from tenant_apps.ordering.domain.addresses import Address
from tenant_apps.ordering.domain.delivery import DeliveryMethod, chosen_method, price_of
from tenant_apps.ordering.domain.pricing import LinePrice, Sums, TaxTerms, price_line, sums_of
from tenant_apps.ordering.domain.validation import CartRow
from tenant_apps.settlement.domain.commissions import (
    CommissionSubject,
    CommissionTerms,
    Rule,
    resolve_commission,
)

MODULE = "marketplace"


@dataclass(frozen=True, slots=True)
class CheckoutDetails:
    """What the customer says at checkout; `delivery` maps a vendor's id to a method's code."""

    email: str
    address: Address
    phone: str = ""
    delivery: Mapping[str, str] = field(default_factory=dict)
    language: str = ""


@dataclass(frozen=True, slots=True)
class PlannedLine:
    offer: Offer
    price: LinePrice
    commission: CommissionTerms
    tax: TaxTerms
    take_bps: int


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """What one vendor will send. The delivery's price is the vendor's, without commission."""

    vendor_id: UUID
    vendor_name: str
    method: DeliveryMethod
    delivery: Money
    lines: tuple[PlannedLine, ...]
    sums: Sums

    @property
    def total(self) -> Money:
        return self.sums.total + self.delivery

    @property
    def earning(self) -> Money:
        return self.sums.earning + self.delivery


def plan_parts(
    *,
    rows: Sequence[CartRow],
    offers: Mapping[UUID, Offer],
    details: CheckoutDetails,
    rules: Sequence[Rule],
    tier: TierTerms,
    currency: str,
) -> list[PlannedPart]:
    """Group the lines by vendor, in the order of the cart, and price each (rule)."""
    take_bps = tier.take_rates_bps.get(MODULE, 0)
    by_vendor: dict[UUID, list[PlannedLine]] = {}
    for row in rows:
        offer = offers[row.variant_id]
        line = _planned_line(row, offer, rules, take_bps, currency)
        by_vendor.setdefault(offer.vendor_id, []).append(line)
    return [
        _planned_part(vendor_id, lines, details, currency) for vendor_id, lines in by_vendor.items()
    ]


def _planned_line(
    row: CartRow, offer: Offer, rules: Sequence[Rule], take_bps: int, currency: str
) -> PlannedLine:
    subject = CommissionSubject(offer.vendor_id, offer.product_id, offer.category_path)
    commission = resolve_commission(subject=subject, currency=currency, rules=rules)
    tax = TaxTerms(offer.tax_class)
    price = price_line(
        unit=offer.price or Money.zero(currency),
        quantity=row.quantity,
        tax=tax,
        commission=commission,
        take_bps=take_bps,
    )
    return PlannedLine(offer, price, commission, tax, take_bps)


def _planned_part(
    vendor_id: UUID, lines: list[PlannedLine], details: CheckoutDetails, currency: str
) -> PlannedPart:
    method = chosen_method(vendor_id, details.delivery)
    return PlannedPart(
        vendor_id=vendor_id,
        vendor_name=lines[0].offer.vendor_name,
        method=method,
        delivery=price_of(method, currency),
        lines=tuple(lines),
        sums=sums_of([line.price for line in lines], currency),
    )


def fingerprint_of(rows: Sequence[CartRow], details: CheckoutDetails) -> str:
    """All that the customer agreed to, as a digest (rule): the same again is the same order."""
    agreed = [
        sorted([str(row.variant_id), row.quantity, row.price_seen_minor] for row in rows),
        details.email,
        details.phone,
        details.address.as_json(),
        dict(details.delivery),
    ]
    text = json.dumps(agreed, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def order_number(order_id: UUID) -> str:
    """A number that tells nothing about how many there are (rule): 8 random letters."""
    letters = base32(order_id.bytes[-5:]).upper()
    return f"{letters[:4]}-{letters[4:]}"
