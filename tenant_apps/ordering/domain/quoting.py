"""What a cart costs as it stands: read once, then priced for an address and the ways chosen.

The page shows this, and checkout writes the order from it: the same steps in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from tenant_apps.catalog.queries import Offer, offers
from tenant_apps.ordering.domain.addresses import Address
from tenant_apps.ordering.domain.delivery import DeliveryOption, Parcel, options_for
from tenant_apps.ordering.domain.planning import (
    PlannedPart,
    Reductions,
    parcels_of,
    plan_parts,
    sums_of_parts,
)
from tenant_apps.ordering.domain.pricing import Reduction, Sums
from tenant_apps.ordering.domain.selling import SaleTerms, sale_terms
from tenant_apps.ordering.domain.validation import CartProblem, CartRow, problems_of
from tenant_apps.ordering.models import Cart
from tenant_apps.promotions.domain import discounts
from tenant_apps.promotions.domain.discounts import AppliedDiscount, DiscountLine

# A code with one of these can never take anything off this cart: it is not even kept.
HOPELESS = frozenset({"unknown", "ended", "used_up", "used_by_you", "first_order_only"})


@dataclass(frozen=True, slots=True)
class Basket:
    """A cart with all that decides what may be bought and at which price."""

    currency: str
    rows: Sequence[CartRow]
    offers: Mapping[UUID, Offer]
    closed: frozenset[UUID]
    parcels: Mapping[UUID, Parcel]
    terms: SaleTerms
    codes: Sequence[str] = ()

    @property
    def buyable(self) -> list[CartRow]:
        return [row for row in self.rows if _has_price(self.offers.get(row.variant_id))]

    @property
    def line_problems(self) -> list[CartProblem]:
        """What changed about the lines since the customer last agreed."""
        return [
            problem
            for row in self.rows
            for problem in problems_of(
                row, self.offers.get(row.variant_id), self.closed, self.currency
            )
        ]

    def vendor_name(self, vendor_id: UUID) -> str:
        return next(
            each.vendor_name for each in self.offers.values() if each.vendor_id == vendor_id
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of the purchase; without an address only estimates can be given.

    `subject` is the order that has reserved codes for this cart already.
    """

    at: datetime
    address: Address | None = None
    delivery: Mapping[str, str] = field(default_factory=dict)
    email: str = ""
    user_id: UUID | None = None
    subject: Ref | None = None


@dataclass(frozen=True, slots=True)
class Priced:
    """A basket to the cent. `problems` are those of the whole: codes, delivery, minimums."""

    parts: Sequence[PlannedPart]
    options: Mapping[UUID, Sequence[DeliveryOption]]
    discounts: discounts.Quote
    problems: Sequence[CartProblem]
    sums: Sums

    @property
    def applied(self) -> Sequence[AppliedDiscount]:
        return self.discounts.applied


def read_basket(
    cart: Cart, rows: Sequence[CartRow], *, at: datetime, with_commission: bool = True
) -> Basket:
    """A cart's lines with offers and terms. Three queries, two without commission."""
    found = offers([row.variant_id for row in rows], currency=cart.currency)
    buyable = [row for row in rows if _has_price(found.get(row.variant_id))]
    parcels = parcels_of(buyable, found, cart.currency)
    return Basket(
        currency=cart.currency,
        rows=rows,
        offers=found,
        closed=frozenset(
            each.vendor_id for each in found.values() if each.is_vendor_away(at.date())
        ),
        parcels=parcels,
        terms=sale_terms(parcels.keys(), currency=cart.currency, with_commission=with_commission),
        codes=cart.codes,
    )


def price_basket(basket: Basket, asked: Asked) -> Priced:
    """Price what can be bought of a basket. Queries only for codes."""
    problems: list[CartProblem] = []
    options, chosen = {}, {}
    for vendor_id, parcel in basket.parcels.items():
        ways = options_for(parcel, basket.terms.methods_of(vendor_id), asked.address)
        options[vendor_id] = ways
        chosen[vendor_id] = _chosen(basket, vendor_id, ways, asked, problems)
        problems += _below_minimum(basket, vendor_id, parcel)
    quote = _quote(basket, chosen, asked)
    problems += [
        CartProblem("code_refused", members={"promotion_code": each.code, "reason": each.reason})
        for each in quote.refused
    ]
    parts = plan_parts(
        rows=basket.buyable,
        offers=basket.offers,
        deliveries=chosen,
        address=asked.address,
        terms=basket.terms,
        reductions=Reductions(
            {key: Reduction(each.off, each.subsidy) for key, each in quote.lines.items()},
            {key: Reduction(each.off, each.subsidy) for key, each in quote.delivery.items()},
        ),
    )
    return Priced(parts, options, quote, problems, sums_of_parts(parts, basket.currency))


def _has_price(offer: Offer | None) -> bool:
    return offer is not None and offer.is_on_sale and offer.price is not None


def _chosen(
    basket: Basket,
    vendor_id: UUID,
    ways: Sequence[DeliveryOption],
    asked: Asked,
    problems: list[CartProblem],
) -> DeliveryOption:
    """The way that was chosen, else the first; without any, one that costs nothing and says so."""
    wanted = asked.delivery.get(str(vendor_id), "")
    found = next((way for way in ways if way.code == wanted), None)
    members = {"vendor": basket.vendor_name(vendor_id)}
    if found is None and wanted:
        problems.append(CartProblem("delivery_method_unknown", None, members, vendor_id))
    if not ways:
        problems.append(CartProblem("delivery_not_offered", None, members, vendor_id))
        return DeliveryOption("", "", Money.zero(basket.currency))
    return found or ways[0]


def _below_minimum(basket: Basket, vendor_id: UUID, parcel: Parcel) -> list[CartProblem]:
    minimum = basket.terms.minimum_of(vendor_id)
    if parcel.goods >= minimum:
        return []
    members = {
        "vendor": basket.vendor_name(vendor_id),
        "minimum": minimum.as_json(),
        "missing": (minimum - parcel.goods).as_json(),
    }
    return [CartProblem("below_minimum", None, members, vendor_id)]


def _quote(basket: Basket, chosen: Mapping[UUID, DeliveryOption], asked: Asked) -> discounts.Quote:
    if not basket.codes:
        return discounts.Quote((), {}, {}, ())
    return discounts.quote(
        codes=basket.codes,
        lines=[_discount_line(basket, row) for row in basket.buyable],
        delivery={vendor_id: option.price for vendor_id, option in chosen.items()},
        user_id=asked.user_id,
        email=asked.email,
        currency=basket.currency,
        at=asked.at,
        subject=asked.subject,
    )


def _discount_line(basket: Basket, row: CartRow) -> DiscountLine:
    offer = basket.offers[row.variant_id]
    price = offer.price or Money.zero(basket.currency)
    return DiscountLine(
        key=row.variant_id,
        vendor_id=offer.vendor_id,
        product_id=offer.product_id,
        category_path=offer.category_path,
        amount=price * row.quantity,
        quantity=row.quantity,
    )
