"""Checkout in three phases: reserve, let the gateway open its page, place when paid.

Each phase ends in a commit, can be repeated and is resumed by `recovery` after a crash.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from shared_apps.gateways.contract import PaymentLine
from shared_apps.identity.domain.links import absolute_url
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.crashes import crash_point
from shared_apps.kernel.errors import DomainError, Unprocessable
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from tenant_apps.catalog.domain import stock
from tenant_apps.catalog.domain.stock import StockLine
from tenant_apps.catalog.queries import Offer, offers
from tenant_apps.ordering.domain import orders, placing
from tenant_apps.ordering.domain.addresses import checked_email
from tenant_apps.ordering.domain.carts import CartOwner, locked_cart
from tenant_apps.ordering.domain.planning import (
    CheckoutDetails,
    PlannedPart,
    chosen_deliveries,
    fingerprint_of,
    order_number,
    parcels_of,
    plan_parts,
    sums_of_parts,
)
from tenant_apps.ordering.domain.selling import sale_terms
from tenant_apps.ordering.domain.validation import CartProblem, CartRow, validate_cart
from tenant_apps.ordering.lifecycle import ORDER_OPEN
from tenant_apps.ordering.models import Cart, Order, VendorOrder
from tenant_apps.partners.queries import partners_by_id
from tenant_apps.payments.domain import accounts, charges
from tenant_apps.payments.domain.accounts import NoGateway
from tenant_apps.payments.domain.charges import Charge, SplitWanted
from tenant_apps.payments.queries import find_payment

# The provider's page lives at least 30 minutes; the stock is held a little longer than that page,
# and a start that was cut short can be repeated until the difference is used up.
PAGE_LASTS = timedelta(minutes=45)
ORDER_LASTS = timedelta(minutes=50)
RESUMABLE_FOR = timedelta(minutes=14)


class CartInvalid(Unprocessable):
    """`problems` says what changed; the customer accepts it on the cart page."""

    code, title = "cart_invalid", "Something in the cart needs another look"


@dataclass(frozen=True, slots=True)
class CheckoutStarted:
    """Where the customer goes now: to the gateway's page, or, with nothing to pay, to the order."""

    order_id: UUID
    number: str
    redirect_url: str
    is_placed: bool


@dataclass(frozen=True, slots=True)
class Reserved:
    """What phase one left behind; `superseded` are payments of an order given up for this one."""

    order_id: UUID
    number: str
    payment_id: UUID | None
    superseded: tuple[UUID, ...] = ()


def check_out(
    *, owner: CartOwner, details: CheckoutDetails, acting: Actor, at: datetime
) -> CheckoutStarted:
    """Turn the owner's cart into an order and open the gateway's page for it (journey).

    Reserves stock and writes the draft; starts the payment outside any transaction; stores where
    to send the customer. The same cart with the same details continues the order it began.
    Raises CartInvalid, BadAddress, InsufficientStock, NoGateway, PaymentNotStarted, OutcomeUnknown.
    """
    details = replace(details, email=checked_email(details.email))
    account_id = _account(at=at)
    reserved = _reserve(owner=owner, details=details, account_id=account_id, acting=acting, at=at)
    crash_point("after_reserve")
    for payment_id in reserved.superseded:
        _close_quietly(payment_id, at=at)
    return start_payment_of(
        order_id=reserved.order_id,
        number=reserved.number,
        payment_id=reserved.payment_id,
        acting=acting,
        at=at,
    )


def start_payment_of(
    *, order_id: UUID, number: str, payment_id: UUID | None, acting: Actor, at: datetime
) -> CheckoutStarted:
    """Phase two (journey): the gateway opens its page; a free order is placed at once."""
    if payment_id is None:
        placing.place(order_id=order_id, at=at)
        return CheckoutStarted(order_id, number, "", is_placed=True)
    try:
        opened = charges.open_payment(payment_id=payment_id, acting=acting, at=at)
    except charges.PaymentNotStarted:
        orders.give_up(order_id=order_id, at=at)
        raise
    return CheckoutStarted(order_id, number, opened.redirect_url, opened.is_paid)


@operation
def _reserve(
    *,
    owner: CartOwner,
    details: CheckoutDetails,
    account_id: UUID | None,
    acting: Actor,
    at: datetime,
) -> Reserved:
    """Phase one: lock and check the cart, hold its stock, write the draft and its payment.

    An order begun for the same cart is continued if nothing differs, else given up.
    """
    cart = locked_cart(owner)
    if cart is None:
        raise CartInvalid(problems=[CartProblem("cart_empty").as_json()])
    rows = rows_of(cart)
    fingerprint = fingerprint_of(rows, details)
    begun = Order.objects.filter(cart=cart, state__in=ORDER_OPEN).first()
    superseded: tuple[UUID, ...] = ()
    if begun is not None:
        payment = find_payment(orders.ref_of(begun.id))
        is_alive = payment is None or payment.is_open
        if begun.fingerprint == fingerprint and begun.expires_at - at > RESUMABLE_FOR and is_alive:
            return Reserved(begun.id, begun.number, payment.id if payment else None)
        orders.expire(order_id=begun.id, reason="superseded", at=at)
        superseded = (payment.id,) if payment is not None and payment.is_open else ()
    parts = _checked_parts(cart, rows, details, at=at)
    order = _write_order(cart, details, parts, fingerprint=fingerprint, at=at)
    vendor_orders = orders.write_parts(order, parts, tier=current_tenant().tier, at=at)
    orders.note(order, "created", acting=acting, at=at)
    stock.reserve(
        lines=[StockLine(row.variant_id, row.quantity) for row in rows],
        holder=str(orders.ref_of(order.id)),
        until=order.expires_at,
        at=at,
    )
    payment_id = _prepare_payment(order, parts, vendor_orders, account_id, at=at)
    return Reserved(order.id, order.number, payment_id, superseded)


@step
def rows_of(cart: Cart) -> list[CartRow]:
    """The lines of a locked cart in the order they were added."""
    lines = cart.lines.order_by("added_at", "id")
    return [CartRow(line.variant_id, line.quantity, line.price_seen_minor) for line in lines]


def _checked_parts(
    cart: Cart, rows: Sequence[CartRow], details: CheckoutDetails, *, at: datetime
) -> list[PlannedPart]:
    found = offers([row.variant_id for row in rows], currency=cart.currency)
    problems = validate_cart(
        rows=rows,
        offers=found,
        closed_vendors=closed_vendors(found.values(), at=at),
        currency=cart.currency,
    )
    if problems:
        raise CartInvalid(problems=[problem.as_json() for problem in problems])
    parcels = parcels_of(rows, found, cart.currency)
    terms = sale_terms(parcels.keys(), currency=cart.currency)
    return plan_parts(
        rows=rows,
        offers=found,
        deliveries=chosen_deliveries(parcels, details, terms),
        address=details.address,
        terms=terms,
    )


def closed_vendors(found: Iterable[Offer], *, at: datetime) -> set[UUID]:
    """Which of these offers' vendors do not trade today. One query."""
    wanted = {offer.vendor_id for offer in found}
    vendors = partners_by_id(wanted).values()
    return {vendor.id for vendor in vendors if not vendor.is_open_on(at.date())}


def _write_order(
    cart: Cart,
    details: CheckoutDetails,
    parts: Sequence[PlannedPart],
    *,
    fingerprint: str,
    at: datetime,
) -> Order:
    sums = sums_of_parts(parts, cart.currency)
    order_id = uuid7()
    return Order.objects.create(
        id=order_id,
        number=order_number(order_id),
        cart=cart,
        user_id=cart.user_id,
        guest_key=cart.guest_key,
        email=details.email,
        phone=details.phone,
        address=details.address.as_json(),
        language=details.language,
        currency=cart.currency,
        subtotal_minor=sums.subtotal.minor,
        delivery_minor=sums.delivery.minor,
        discount_minor=sums.discount.minor,
        tax_minor=sums.tax.minor,
        tax_added_minor=sums.tax_added.minor,
        total_minor=sums.total.minor,
        fingerprint=fingerprint,
        created_at=at,
        expires_at=at + ORDER_LASTS,
    )


def _prepare_payment(
    order: Order,
    parts: Sequence[PlannedPart],
    vendor_orders: Sequence[VendorOrder],
    account_id: UUID | None,
    *,
    at: datetime,
) -> UUID | None:
    if not order.total_minor:
        return None
    if account_id is None:
        raise NoGateway
    charge = Charge(
        subject=orders.ref_of(order.id),
        splits=[
            SplitWanted(
                subject=orders.vendor_order_ref(row.id),
                partner_id=part.vendor_id,
                amount=part.total,
            )
            for row, part in zip(vendor_orders, parts, strict=True)
        ],
        lines=_payment_lines(order, parts, Money(order.total_minor, order.currency)),
        customer_email=order.email,
        expires_at=at + PAGE_LASTS,
        success_url=absolute_url("/checkout/return/?payment={PAYMENT_ID}"),
        cancel_url=absolute_url("/checkout/"),
    )
    return charges.prepare_payment(charge=charge, account_id=account_id, at=at)


def _payment_lines(order: Order, parts: Sequence[PlannedPart], rest: Money) -> list[PaymentLine]:
    """What the gateway's page lists; it wants lines above zero that add up to what is paid there."""
    lines = [
        PaymentLine(
            name=" · ".join(filter(None, [line.offer.title, line.offer.variant_label]))[:200],
            amount=line.price.unit,
            quantity=line.price.quantity,
        )
        for part in parts
        for line in part.lines
        if line.price.unit
    ]
    lines += [
        PaymentLine(
            name=f"{part.vendor_name}: {part.option.name}"[:200], amount=part.delivery.price
        )
        for part in parts
        if part.delivery.price
    ]
    listed = sum(line.amount.minor * line.quantity for line in lines)
    return lines if listed == rest.minor else [PaymentLine(name=order.number, amount=rest)]


def _account(*, at: datetime) -> UUID | None:
    """Where payments go; a shop without an account can still give things away."""
    try:
        return accounts.ensure_account(at=at)
    except NoGateway:
        return None


def _close_quietly(payment_id: UUID, *, at: datetime) -> None:
    """The page of an order given up; if this fails the recovery job closes it."""
    try:
        charges.close_payment(payment_id=payment_id, at=at)
    except DomainError:
        return


def order_of_payment(subject: Ref) -> UUID | None:
    """The order a payment is for, if it is for one (rule)."""
    return UUID(subject.id) if subject.kind == orders.ORDER_KIND else None
