"""Orders that were made elsewhere before the shop came here, written by the steps of a checkout.

What was agreed then is taken as it was: the price of each piece and of each delivery. All else
follows today's terms: commission, take, taxes, and what is booked where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.money import Money
from shared_apps.kernel.transactions import operation
from tenant_apps.catalog.domain import stock
from tenant_apps.catalog.domain.stock import StockLine
from tenant_apps.catalog.queries import Offer, offers
from tenant_apps.ordering.domain import orders, placing
from tenant_apps.ordering.domain.addresses import Address
from tenant_apps.ordering.domain.delivery import DeliveryOption
from tenant_apps.ordering.domain.planning import (
    PlannedPart,
    order_number,
    plan_parts,
    sums_of_parts,
)
from tenant_apps.ordering.domain.pricing import Sums
from tenant_apps.ordering.domain.selling import sale_terms
from tenant_apps.ordering.domain.validation import CartRow
from tenant_apps.ordering.models import Cart, CartLine, Order, VendorOrder
from tenant_apps.payments.domain import captures, charges
from tenant_apps.payments.domain.charges import Charge, SplitWanted

# Money that came to the operator outside any gateway we know.
METHOD = "bank_transfer"
_LASTS = timedelta(days=1)


class PastOrderRefused(Unprocessable):
    code, title = "past_order_refused", "This order cannot be taken over as it is"


@dataclass(frozen=True, slots=True)
class PastLine:
    """A variant as it was sold then; the same variant once in an order."""

    variant_id: UUID
    quantity: int
    unit_price: Money


@dataclass(frozen=True, slots=True)
class PastOrder:
    """`id` is made from the order's id elsewhere, so that taking it over twice is once.

    `delivery` is what each vendor took for sending their part; `paid_with` is for people to read.
    """

    id: UUID
    user_id: UUID
    email: str
    address: Address
    lines: Sequence[PastLine]
    delivery: Mapping[UUID, Money]
    currency: str
    ordered_at: datetime
    paid_at: datetime
    source: str
    paid_with: str = ""


@operation
def record_past_order(*, past: PastOrder, acting: Actor, at: datetime) -> bool:
    """Write an order with its payment and place it at the moment it was paid.

    Effects, at their own times: cart, order, vendor orders and lines; stock reserved and sold; a
    payment captured into escrow; earnings, events and all else of placing. False when it is here
    already. Raises PastOrderRefused for variants that are unknown, InsufficientStock.
    """
    if Order.objects.filter(id=past.id).exists():
        return False
    found = _offers_of(past)
    rows = [CartRow(line.variant_id, line.quantity, line.unit_price.minor) for line in past.lines]
    terms = sale_terms({each.vendor_id for each in found.values()}, currency=past.currency)
    free = DeliveryOption("elsewhere", "Delivery", Money.zero(past.currency))
    planned = plan_parts(
        rows=rows,
        offers=found,
        deliveries={
            each.vendor_id: replace(free, price=past.delivery.get(each.vendor_id, free.price))
            for each in found.values()
        },
        address=past.address,
        terms=terms,
    )
    sums = sums_of_parts(planned, past.currency)
    order = _write(past, sums, includes_tax=terms.taxes.prices_include_tax)
    parts = orders.write_parts(order, planned, tier=current_tenant().tier, at=past.ordered_at)
    orders.note(order, "created", data={"source": past.source}, acting=acting, at=past.ordered_at)
    stock.reserve(
        lines=[StockLine(line.variant_id, line.quantity) for line in past.lines],
        holder=str(orders.ref_of(order.id)),
        until=at + _LASTS,
        at=past.ordered_at,
    )
    if sums.total:
        _take_money(past, order, parts, planned, acting=acting)
    placing.place_order(order_id=order.id, at=past.paid_at)
    return True


def _offers_of(past: PastOrder) -> dict[UUID, Offer]:
    """Today's offers with the prices of then."""
    prices = {line.variant_id: line.unit_price for line in past.lines}
    found = offers(prices, currency=past.currency)
    missing = [str(each) for each in prices.keys() - found.keys()]
    if missing or len(prices) != len(past.lines):
        raise PastOrderRefused("A variant is unknown or occurs twice", variants=missing)
    return {key: replace(offer, price=prices[key]) for key, offer in found.items()}


def _write(past: PastOrder, sums: Sums, *, includes_tax: bool) -> Order:
    cart = Cart.objects.create(
        user_id=past.user_id,
        currency=past.currency,
        created_at=past.ordered_at,
        updated_at=past.ordered_at,
    )
    CartLine.objects.bulk_create(
        CartLine(
            cart=cart,
            variant_id=line.variant_id,
            quantity=line.quantity,
            price_seen_minor=line.unit_price.minor,
            added_at=past.ordered_at,
        )
        for line in past.lines
    )
    return Order.objects.create(
        id=past.id,
        number=order_number(past.id),
        cart=cart,
        user_id=past.user_id,
        email=past.email,
        address=past.address.as_json(),
        currency=past.currency,
        prices_include_tax=includes_tax,
        subtotal_minor=sums.subtotal.minor,
        delivery_minor=sums.delivery.minor,
        discount_minor=sums.discount.minor,
        tax_minor=sums.tax.minor,
        tax_added_minor=sums.tax_added.minor,
        total_minor=sums.total.minor,
        payment_method=METHOD,
        fingerprint=past.source[:64],
        created_at=past.ordered_at,
        expires_at=past.paid_at + _LASTS,
    )


def _take_money(
    past: PastOrder,
    order: Order,
    parts: Sequence[VendorOrder],
    planned: Sequence[PlannedPart],
    *,
    acting: Actor,
) -> None:
    charge = Charge(
        subject=orders.ref_of(order.id),
        splits=[
            SplitWanted(orders.vendor_order_ref(row.id), row.vendor_id, part.total)
            for row, part in zip(parts, planned, strict=True)
            if part.total
        ],
        lines=(),
        customer_email=past.email,
        expires_at=order.expires_at,
        success_url="",
        cancel_url="",
        method=METHOD,
        user_id=past.user_id,
    )
    payment_id = charges.prepare_payment(charge=charge, at=past.ordered_at)
    whole = Money(order.total_minor, order.currency)
    captures.capture(captures.locked(payment_id), whole, acting=acting, at=past.paid_at)
    orders.note(order, "paid", data={"with": past.paid_with}, acting=acting, at=past.paid_at)
