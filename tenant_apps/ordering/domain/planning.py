"""From cart lines to an order with one part per vendor, priced to the cent: pure rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared_apps.kernel.ids import base32
from shared_apps.kernel.money import Money
from tenant_apps.catalog.queries import Offer
from tenant_apps.ordering.domain.addresses import Address
from tenant_apps.ordering.domain.delivery import DeliveryOption, Parcel
from tenant_apps.ordering.domain.pricing import (
    DeliveryPrice,
    LinePrice,
    Reduction,
    Sums,
    TaxTerms,
    no_sums,
    price_delivery,
    price_line,
    sums_of,
)
from tenant_apps.ordering.domain.selling import SaleTerms
from tenant_apps.ordering.domain.validation import CartRow
from tenant_apps.settlement.domain.commissions import (
    CommissionSubject,
    CommissionTerms,
    resolve_commission,
)


@dataclass(frozen=True, slots=True)
class CheckoutDetails:
    """What the customer says at checkout; `delivery` maps a vendor's id to an option's code.

    `method` is how the rest is paid ("" takes the first one there is) once gift cards and, with
    `uses_wallet`, the wallet have paid their part. `agreed_minor` is the total the customer saw,
    `agreed_due_minor` the rest to pay: others are told, never charged.
    """

    email: str
    address: Address
    phone: str = ""
    delivery: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    billing: Address | None = None
    method: str = ""
    uses_wallet: bool = False
    agreed_minor: int | None = None
    agreed_due_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Reductions:
    """What codes take off: by variant, and by vendor off the delivery."""

    lines: Mapping[UUID, Reduction] = field(default_factory=dict)
    delivery: Mapping[UUID, Reduction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedLine:
    offer: Offer
    price: LinePrice
    commission: CommissionTerms
    tax: TaxTerms
    fee_tax_bps: int
    take_bps: int


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """What one vendor will send; `sums` are of its lines and its delivery."""

    vendor_id: UUID
    vendor_name: str
    option: DeliveryOption
    delivery: DeliveryPrice
    delivery_tax: TaxTerms
    lines: tuple[PlannedLine, ...]
    sums: Sums

    @property
    def total(self) -> Money:
        return self.sums.total


def parcels_of(
    rows: Sequence[CartRow], offers: Mapping[UUID, Offer], currency: str
) -> dict[UUID, Parcel]:
    """What each vendor would send, in the order of the cart (rule). Unknown weight counts none."""
    found: dict[UUID, Parcel] = {}
    for row in rows:
        offer = offers[row.variant_id]
        before = found.get(offer.vendor_id) or Parcel(Money.zero(currency), is_digital=True)
        price = offer.price or Money.zero(currency)
        found[offer.vendor_id] = Parcel(
            goods=before.goods + price * row.quantity,
            weight_g=before.weight_g + (offer.weight_g or 0) * row.quantity,
            is_digital=before.is_digital and offer.is_digital,
        )
    return found


def plan_parts(
    *,
    rows: Sequence[CartRow],
    offers: Mapping[UUID, Offer],
    deliveries: Mapping[UUID, DeliveryOption],
    address: Address | None,
    terms: SaleTerms,
    reductions: Reductions | None = None,
) -> list[PlannedPart]:
    """Group the lines by vendor, in the order of the cart, and price each (rule)."""
    less = reductions or Reductions()
    by_vendor: dict[UUID, list[PlannedLine]] = {}
    for row in rows:
        offer = offers[row.variant_id]
        line = _planned_line(row, offer, address, terms, less.lines.get(row.variant_id))
        by_vendor.setdefault(offer.vendor_id, []).append(line)
    return [
        _planned_part(lines, deliveries[vendor_id], address, terms, less.delivery.get(vendor_id))
        for vendor_id, lines in by_vendor.items()
    ]


def sums_of_parts(parts: Sequence[PlannedPart], currency: str) -> Sums:
    """The whole order's (rule)."""
    return sum((part.sums for part in parts), start=no_sums(currency))


def _planned_line(
    row: CartRow,
    offer: Offer,
    address: Address | None,
    terms: SaleTerms,
    reduction: Reduction | None,
) -> PlannedLine:
    subject = CommissionSubject(offer.vendor_id, offer.product_id, offer.category_path)
    commission = resolve_commission(subject=subject, currency=terms.currency, rules=terms.rules)
    is_retained = terms.is_operator_liable(offer.vendor_id)
    tax = terms.taxes.terms_for(offer.tax_class, address, is_retained=is_retained)
    price = price_line(
        unit=offer.price or Money.zero(terms.currency),
        quantity=row.quantity,
        reduction=reduction,
        tax=tax,
        commission=commission,
        fee_tax_bps=terms.taxes.fee_tax_bps,
        take_bps=terms.take_bps,
    )
    return PlannedLine(offer, price, commission, tax, terms.taxes.fee_tax_bps, terms.take_bps)


def _planned_part(
    lines: list[PlannedLine],
    option: DeliveryOption,
    address: Address | None,
    terms: SaleTerms,
    reduction: Reduction | None,
) -> PlannedPart:
    vendor_id = lines[0].offer.vendor_id
    is_retained = terms.is_operator_liable(vendor_id)
    tax = terms.taxes.terms_for(terms.taxes.delivery_class, address, is_retained=is_retained)
    delivery = price_delivery(price=option.price, reduction=reduction, tax=tax)
    return PlannedPart(
        vendor_id=vendor_id,
        vendor_name=lines[0].offer.vendor_name,
        option=option,
        delivery=delivery,
        delivery_tax=tax,
        lines=tuple(lines),
        sums=sums_of([line.price for line in lines], terms.currency, delivery=delivery),
    )


def fingerprint_of(
    rows: Sequence[CartRow],
    details: CheckoutDetails,
    *,
    codes: Sequence[str] = (),
    gift_cards: Sequence[str] = (),
) -> str:
    """All that the customer agreed to, as a digest (rule): the same again is the same order."""
    agreed: list[Any] = [
        sorted([str(row.variant_id), row.quantity, row.price_seen_minor] for row in rows),
        details.email,
        details.phone,
        details.address.as_json(),
        details.billing.as_json() if details.billing else None,
        dict(details.delivery),
        [details.method, details.uses_wallet, details.agreed_minor, details.agreed_due_minor],
        sorted(codes),
        sorted(gift_cards),
    ]
    text = json.dumps(agreed, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def order_number(order_id: UUID) -> str:
    """A number that tells nothing about how many there are (rule): 8 random letters."""
    letters = base32(order_id.bytes[-5:]).upper()
    return f"{letters[:4]}-{letters[4:]}"
