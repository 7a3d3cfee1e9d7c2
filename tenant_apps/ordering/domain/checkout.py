"""Checkout in three phases: reserve, let the gateway open its page, place when paid.

Each phase ends in a commit that records how far it got, can be repeated and is resumed by
`recovery` after a crash:

1. reserve: the draft, its vendor orders and lines; stock held, codes counted, stored value set
   aside, the payments written (order draft, payments created or authorised);
2. pay: the gateway opens its page (payment pending); stored value, cash and nothing to pay skip it;
3. place: when paid (order placed, `placing`), or let go of everything (order expired, `orders`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.crashes import crash_point
from shared_apps.kernel.errors import DomainError, Unprocessable
from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from tenant_apps.catalog.domain import stock
from tenant_apps.catalog.domain.stock import InsufficientStock, StockLine
from tenant_apps.ordering.domain import orders, paying, placing
from tenant_apps.ordering.domain.addresses import checked_email
from tenant_apps.ordering.domain.carts import CartOwner, locked_cart
from tenant_apps.ordering.domain.paying import Reserving
from tenant_apps.ordering.domain.planning import CheckoutDetails, fingerprint_of, order_number
from tenant_apps.ordering.domain.quoting import Asked, Basket, Priced, price_basket, read_basket
from tenant_apps.ordering.domain.validation import CartProblem, CartRow
from tenant_apps.ordering.lifecycle import ORDER_OPEN
from tenant_apps.ordering.models import Cart, Order
from tenant_apps.payments.domain import charges
from tenant_apps.payments.queries import PaymentView, find_payment
from tenant_apps.places.domain.book import BookFull, save_address
from tenant_apps.promotions.domain import discounts
from tenant_apps.promotions.domain.discounts import CodeUsedUp

# The provider's page lives at least 30 minutes; the stock is held a little longer than that page,
# and a start that was cut short can be repeated until the difference is used up.
ORDER_LASTS = paying.PAGE_LASTS + timedelta(minutes=5)
RESUMABLE_FOR = timedelta(minutes=14)


class CartInvalid(Unprocessable):
    """`problems` says what changed; the customer accepts it on the cart page."""

    code, title = "cart_invalid", "Something in the cart needs another look"


@dataclass(frozen=True, slots=True)
class CheckoutStarted:
    """Where the customer goes now: to the gateway's page, else to the order.

    The order is placed, or waits for a payment that the customer makes outside.
    """

    order_id: UUID
    number: str
    redirect_url: str
    is_placed: bool


@dataclass(frozen=True, slots=True)
class Reserved:
    """`payment_id` is the one to open; stored value needs no opening."""

    order_id: UUID
    number: str
    payment_id: UUID | None
    superseded: tuple[UUID, ...] = ()


def check_out(
    *,
    owner: CartOwner,
    details: CheckoutDetails,
    keeps_address: bool = False,
    acting: Actor,
    at: datetime,
) -> CheckoutStarted:
    """Turn the owner's cart into an order and open the gateway's page for it (journey).

    Reserves stock, codes and stored value and writes the draft; starts the payment outside any
    transaction; stores where to send the customer. The same cart with the same details continues
    the order it began. With `keeps_address` it goes into the customer's address book. Raises CartInvalid (with all that changed), BadAddress, InsufficientFunds,
    NoGateway, MethodUnknown, PaymentNotStarted, OutcomeUnknown.
    """
    details = replace(details, email=checked_email(details.email))
    account_id = paying.account_for(details.method, at=at)
    reserved = _reserve(owner=owner, details=details, account_id=account_id, acting=acting, at=at)
    crash_point("after_reserve")
    if keeps_address and owner.user_id is not None:
        _keep_address(owner.user_id, details, at=at)
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
    """Phase two (journey): the gateway opens its page; what needs none is placed at once."""
    if payment_id is None:
        placing.place(order_id=order_id, at=at)
        return CheckoutStarted(order_id, number, "", is_placed=True)
    try:
        opened = charges.open_payment(payment_id=payment_id, acting=acting, at=at)
    except charges.PaymentNotStarted:
        orders.give_up(order_id=order_id, at=at)
        raise
    crash_point("after_open")
    if opened.is_paid or opened.method == "cash":
        placing.place(order_id=order_id, at=at)
        return CheckoutStarted(order_id, number, "", is_placed=True)
    return CheckoutStarted(order_id, number, opened.redirect_url, is_placed=False)


@operation
def _reserve(
    *,
    owner: CartOwner,
    details: CheckoutDetails,
    account_id: UUID | None,
    acting: Actor,
    at: datetime,
) -> Reserved:
    """Phase one: lock and check the cart, hold its stock, write the draft and its payments.

    An order begun for the same cart is continued if nothing differs, else given up.
    """
    cart = locked_cart(owner)
    if cart is None:
        raise CartInvalid(problems=[CartProblem("cart_empty").as_json()])
    rows = rows_of(cart)
    sources = [source for source, _label in cart.gift_cards]
    fingerprint = fingerprint_of(rows, details, codes=cart.codes, gift_cards=sources)
    begun = Order.objects.filter(cart=cart, state__in=ORDER_OPEN).first()
    superseded: tuple[UUID, ...] = ()
    if begun is not None:
        payment = find_payment(orders.ref_of(begun.id))
        if payment is not None and payment.is_paid:
            return Reserved(begun.id, begun.number, payment.id)
        is_alive = payment is None or payment.is_open or payment.state == "authorised"
        if begun.fingerprint == fingerprint and begun.expires_at - at > RESUMABLE_FOR and is_alive:
            return Reserved(begun.id, begun.number, _to_open(payment))
        orders.expire(order_id=begun.id, reason="superseded", at=at)
        superseded = (payment.id,) if payment is not None and payment.is_open else ()
    basket = read_basket(cart, rows, at=at)
    priced = _checked(cart, basket, details, at=at)
    plan = paying.plan_payments(cart, priced.sums.total, details)
    if changed := _not_agreed(details.agreed_due_minor, plan.rest):
        raise CartInvalid(problems=[problem.as_json() for problem in changed])
    order = _write_order(cart, details, basket, priced, plan, fingerprint=fingerprint, at=at)
    vendor_orders = orders.write_parts(order, priced.parts, tier=current_tenant().tier, at=at)
    orders.note(order, "created", acting=acting, at=at)
    _hold(order, rows, priced, at=at)
    payment_id = paying.prepare(
        order, plan, vendor_orders, priced.parts, account_id=account_id, at=at
    )
    return Reserved(order.id, order.number, payment_id, superseded)


def _to_open(payment: PaymentView | None) -> UUID | None:
    return None if payment is None or payment.is_stored else payment.id


@step
def rows_of(cart: Cart) -> list[CartRow]:
    """The lines of a locked cart in the order they were added."""
    lines = cart.lines.order_by("added_at", "id")
    return [CartRow(line.variant_id, line.quantity, line.price_seen_minor) for line in lines]


def _checked(cart: Cart, basket: Basket, details: CheckoutDetails, *, at: datetime) -> Priced:
    """The basket's price for what was said; raises CartInvalid with all that stands in the way."""
    problems = list(basket.line_problems) if basket.rows else [CartProblem("cart_empty")]
    asked = Asked(
        at=at,
        address=details.address,
        delivery=details.delivery,
        email=details.email,
        user_id=cart.user_id,
    )
    priced = price_basket(basket, asked)
    problems += priced.problems
    if not problems:
        problems += _not_agreed(details.agreed_minor, priced.sums.total)
    if problems:
        raise CartInvalid(problems=[problem.as_json() for problem in problems])
    return priced


def _not_agreed(agreed: int | None, now: Money) -> list[CartProblem]:
    """Another amount than the customer saw is told, never charged (rule)."""
    if agreed is None or agreed == now.minor:
        return []
    before = Money(agreed, now.currency).as_json()
    return [CartProblem("total_changed", members={"before": before, "now": now.as_json()})]


def _hold(order: Order, rows: Sequence[CartRow], priced: Priced, *, at: datetime) -> None:
    """Hold the stock and count the codes; raises CartInvalid when somebody was faster."""
    ref = orders.ref_of(order.id)
    try:
        stock.reserve(
            lines=[StockLine(row.variant_id, row.quantity) for row in rows],
            holder=str(ref),
            until=order.expires_at,
            at=at,
        )
        if priced.applied:
            discounts.reserve_codes(
                quote=priced.discounts,
                subject=ref,
                user_id=order.user_id,
                email=order.email,
                at=at,
            )
    except InsufficientStock as error:
        raise CartInvalid(problems=[_short(line) for line in error.members["lines"]]) from error
    except CodeUsedUp as error:
        members = {**error.members, "reason": "used_up"}
        problem = CartProblem("code_refused", members=members)
        raise CartInvalid(problems=[problem.as_json()]) from error


def _short(line: dict[str, object]) -> dict[str, object]:
    return {
        "code": "insufficient_stock",
        "variant": public_id("var", UUID(str(line["variant_id"]))),
        "available": line["available"],
    }


def _write_order(
    cart: Cart,
    details: CheckoutDetails,
    basket: Basket,
    priced: Priced,
    plan: Reserving,
    *,
    fingerprint: str,
    at: datetime,
) -> Order:
    sums, order_id = priced.sums, uuid7()
    return Order.objects.create(
        id=order_id,
        number=order_number(order_id),
        cart=cart,
        user_id=cart.user_id,
        guest_key=cart.guest_key,
        email=details.email,
        phone=details.phone,
        address=details.address.as_json(),
        billing_address=details.billing.as_json() if details.billing else None,
        language=details.language,
        currency=cart.currency,
        prices_include_tax=basket.terms.taxes.prices_include_tax,
        subtotal_minor=sums.subtotal.minor,
        delivery_minor=sums.delivery.minor,
        discount_minor=sums.discount.minor,
        discounts=[orders.discount_json(each) for each in priced.applied],
        tax_minor=sums.tax.minor,
        tax_added_minor=sums.tax_added.minor,
        total_minor=sums.total.minor,
        payment_method=plan.method,
        fingerprint=fingerprint,
        created_at=at,
        expires_at=at + (plan.lasts or ORDER_LASTS),
    )


def _keep_address(user_id: UUID, details: CheckoutDetails, *, at: datetime) -> None:
    """A full address book stands in nobody's way."""
    with suppress(BookFull):
        save_address(user_id=user_id, address=details.address, phone=details.phone, at=at)


def _close_quietly(payment_id: UUID, *, at: datetime) -> None:
    """The page of an order given up; if this fails the recovery job closes it."""
    try:
        charges.close_payment(payment_id=payment_id, at=at)
    except DomainError:
        return


def order_of_payment(subject: Ref) -> UUID | None:
    """The order a payment is for, if it is for one (rule)."""
    return UUID(subject.id) if subject.kind == orders.ORDER_KIND else None
