"""Phase three: a paid order is placed, once, whoever brings the news."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.crashes import crash_point
from shared_apps.kernel.errors import PaymentRequired
from shared_apps.kernel.lifecycle import record_move, record_moves
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.domain.publishing import publish, publish_all
from tenant_apps.catalog.domain import stock
from tenant_apps.catalog.domain.stock import InsufficientStock, StockLine
from tenant_apps.ordering.domain import orders
from tenant_apps.ordering.events import OrderPlaced, VendorOrderCancelled, VendorOrderConfirmed
from tenant_apps.ordering.lifecycle import CART, ORDER, VENDOR_ORDER
from tenant_apps.ordering.models import Cart, CartLine, Order, OrderLine, VendorOrder
from tenant_apps.payments.domain import charges, refunds, tenders
from tenant_apps.payments.domain.owed import owed_or_paid
from tenant_apps.payments.lifecycle import PAYMENT_LIVE
from tenant_apps.payments.queries import PaymentView, payment_of_provider, payments_of
from tenant_apps.promotions.domain import discounts
from tenant_apps.promotions.domain.discounts import CodeUsedUp
from tenant_apps.settlement.domain.earnings import Share, record_earnings, release_earning
from tenant_apps.settlement.domain.terms import is_released_at_payment

SETTLED = ("placed", "rejected")


class OrderNotPaid(PaymentRequired):
    code, title = "order_not_paid", "This order is not paid"


def finish_checkout(*, provider_id: str, at: datetime) -> UUID:
    """The customer is back from the gateway's page: ask it, and place the order (journey).

    Returns the order's id, paid or not; the webhook may have been here first. Raises
    PaymentUnknown, OutcomeUnknown.
    """
    payment = payment_of_provider(provider_id)
    if payment.is_open:
        payment = charges.settle_payment(payment_id=payment.id, at=at)
        crash_point("after_capture")
    order_id = UUID(payment.subject.id)
    if payment.is_paid:
        place(order_id=order_id, at=at)
    return order_id


@operation
def place(*, order_id: UUID, at: datetime) -> str:
    """Place a paid order. The order's state afterwards; effects and errors as place_order."""
    return place_order(order_id=order_id, at=at)


@step
def place_order(*, order_id: UUID, at: datetime) -> str:
    """Accept what was paid for; a repeat changes nothing.

    Locks cart and order; sells the stock; spends the stored value and confirms the codes; confirms
    the vendor orders, notes their earnings and empties the cart; publishes OrderPlaced and
    VendorOrderConfirmed. What is no longer in stock is cancelled and its part refunded, the other
    vendors' parts are not touched; with nothing left, or when the cart was bought by another order
    meanwhile, the order is rejected and all is refunded. Raises OrderUnknown, OrderNotPaid.
    """
    order = _locked(order_id)
    if order.state in SETTLED:
        return order.state
    payments = _live_payments(order)
    vendor_orders = list(order.vendor_orders.order_by("number").prefetch_related("lines"))
    if _is_whole(order, payments) and _has_codes(order, at=at):
        _give_up_others(order, at=at)
        short = _sell(order, vendor_orders, at=at)
    else:
        short = {row.id for row in vendor_orders}
    kept = [row for row in vendor_orders if row.id not in short]
    if not kept:
        _reject(order, vendor_orders, at=at)
        return order.state
    if any(payment.is_stored for payment in payments):
        tenders.capture_stored_value(subject=orders.ref_of(order.id), at=at)
    if order.discounts:
        discounts.confirm_codes(subject=orders.ref_of(order.id), at=at)
    for row in vendor_orders:
        if row.id in short:
            _give_back(order, row, reason="out_of_stock", at=at)
    record_move(order, ORDER, "place", acting=SYSTEM, at=at, values={"placed_at": at})
    is_cash = any(payment.method == "cash" for payment in payments)
    _confirm(order, kept, is_paid=not is_cash, at=at)
    _empty_cart(order, vendor_orders, at=at)
    _announce(order, kept, at=at)
    return order.state


def _live_payments(order: Order) -> list[PaymentView]:
    """What pays the order; raises OrderNotPaid while any of it is still to come.

    Stored value is set aside until now, cash comes with the delivery.
    """
    if not order.total_minor:
        return []
    found = [each for each in payments_of(orders.ref_of(order.id)) if each.state in PAYMENT_LIVE]
    arrived = [each for each in found if each.is_paid and not each.is_stored]
    for each in found:
        is_held = each.is_stored and each.state == "authorised"
        if not (each.is_paid or is_held or each.method == "cash"):
            raise OrderNotPaid
    if not arrived and not _is_whole(order, found):
        raise OrderNotPaid
    return found


def _is_whole(order: Order, payments: Sequence[PaymentView]) -> bool:
    """Late money finds the stored value given back that should have paid the rest (rule)."""
    return sum(payment.amount.minor for payment in payments) == order.total_minor


def _has_codes(order: Order, *, at: datetime) -> bool:
    """An order that had expired gave its codes back: whether it could have them again."""
    if order.state != "expired" or not order.discounts:
        return True
    try:
        with transaction.atomic():
            discounts.reserve_codes(
                quote=orders.quote_of(order),
                subject=orders.ref_of(order.id),
                user_id=order.user_id,
                email=order.email,
                at=at,
            )
    except CodeUsedUp:
        return False
    return True


def _give_up_others(order: Order, *, at: datetime) -> None:
    """Money came for an order given up after the cart had begun another: that one is over."""
    if order.state == "expired":
        others = Order.objects.filter(cart_id=order.cart_id, state="draft").exclude(pk=order.pk)
        for other_id in others.values_list("id", flat=True):
            orders.expire(order_id=other_id, reason="superseded", at=at)


def _reject(order: Order, vendor_orders: Sequence[VendorOrder], *, at: datetime) -> None:
    """Nothing of it can be had: all money goes back, codes and stored value are free."""
    ref = orders.ref_of(order.id)
    stock.release(holder=str(ref), at=at)
    tenders.release_stored_value(subject=ref, at=at)
    if order.discounts:
        discounts.give_back_codes(subject=ref, at=at)
    for row in vendor_orders:
        _give_back(order, row, reason="out_of_stock", at=at)
    record_move(order, ORDER, "reject", acting=SYSTEM, at=at)
    orders.note(order, "rejected", acting=SYSTEM, at=at)


def _locked(order_id: UUID) -> Order:
    """Cart before order, as checkout locks them; then nobody waits crosswise."""
    cart_id = Order.objects.filter(id=order_id).values_list("cart_id", flat=True).first()
    if cart_id is None:
        raise orders.OrderUnknown
    Cart.objects.select_for_update().get(id=cart_id)
    return Order.objects.select_for_update(of=["self"]).select_related("cart").get(id=order_id)


def _sell(order: Order, vendor_orders: Sequence[VendorOrder], *, at: datetime) -> set[UUID]:
    """Sell the stock; the ids of the vendor orders for which it is not there any more."""
    if order.cart.state != "open":
        return {row.id for row in vendor_orders}
    holder = str(orders.ref_of(order.id))
    short: set[UUID] = set()
    while left := [row for row in vendor_orders if row.id not in short]:
        try:
            with transaction.atomic():
                stock.sell(lines=_stock_lines(left), holder=holder, subject=holder, at=at)
        except InsufficientStock as error:
            missing = {UUID(str(line["variant_id"])) for line in error.members["lines"]}
            short |= {row.id for row in left if missing & _variants(row)}
        else:
            return short
    stock.release(holder=holder, at=at)
    return short


def _stock_lines(vendor_orders: Sequence[VendorOrder]) -> list[StockLine]:
    return [
        StockLine(line.variant_id, line.quantity)
        for row in vendor_orders
        for line in row.lines.all()
    ]


def _variants(row: VendorOrder) -> set[UUID]:
    return {line.variant_id for line in row.lines.all()}


def _confirm(order: Order, kept: Sequence[VendorOrder], *, is_paid: bool, at: datetime) -> None:
    record_moves(kept, VENDOR_ORDER, "confirm", acting=SYSTEM, at=at, values={"confirmed_at": at})
    record_earnings(shares=[_share_of(row, next(iter(row.lines.all()))) for row in kept], at=at)
    if is_paid and is_released_at_payment():
        for row in kept:
            release_earning(subject=orders.vendor_order_ref(row.id), acting=SYSTEM, at=at)


def _share_of(row: VendorOrder, line: OrderLine) -> Share:
    return Share(
        subject=orders.vendor_order_ref(row.id),
        partner_id=row.vendor_id,
        module="marketplace",
        gross=Money(row.total_minor, row.currency),
        subsidy=Money(row.subsidy_minor, row.currency),
        commission=Money(row.commission_minor, row.currency),
        commission_tax=Money(row.commission_tax_minor, row.currency),
        retained_tax=Money(row.retained_tax_minor, row.currency),
        tax_code=line.tax_class,
        take=Money(row.take_minor, row.currency),
        take_bps=line.take_bps,
        tier_code=line.tier_code,
        tier_version=line.tier_version,
    )


def _give_back(order: Order, row: VendorOrder, *, reason: str, at: datetime) -> None:
    record_move(row, VENDOR_ORDER, "cancel", acting=SYSTEM, at=at, note=reason)
    orders.note(order, "cancelled", vendor_order=row, data={"reason": reason}, acting=SYSTEM, at=at)
    request_refund_of(row, reason=reason, at=at)
    publish(
        VendorOrderCancelled(
            vendor_order_id=str(row.id),
            order_id=str(order.id),
            number=row.number,
            vendor_id=str(row.vendor_id),
            reason=reason,
        ),
        subject=orders.vendor_order_ref(row.id),
    )


@step
def request_refund_of(row: VendorOrder, *, reason: str, at: datetime) -> None:
    """Send all that was paid for a vendor order back, once; what was not paid yet is waived."""
    subject: Ref = orders.vendor_order_ref(row.id)
    amount = owed_or_paid(subject, row.currency)
    if amount:
        refunds.request_refund(
            split_subject=subject,
            amount=amount,
            reason=reason,
            key=f"cancel:{row.id}",
            acting=SYSTEM,
            at=at,
        )


def _empty_cart(order: Order, vendor_orders: Sequence[VendorOrder], *, at: datetime) -> None:
    """The cart is ordered; what was put into it after checkout began goes on in a new one."""
    cart = order.cart
    record_move(cart, CART, "order", acting=SYSTEM, at=at)
    bought = {line.variant_id: line.quantity for row in vendor_orders for line in row.lines.all()}
    left = [
        (line, line.quantity - bought.get(line.variant_id, 0))
        for line in cart.lines.all()
        if line.quantity > bought.get(line.variant_id, 0)
    ]
    if not left:
        return
    fresh = Cart.objects.create(
        user_id=cart.user_id,
        guest_key=cart.guest_key,
        currency=cart.currency,
        created_at=at,
        updated_at=at,
    )
    CartLine.objects.bulk_create(
        CartLine(
            cart=fresh,
            variant_id=line.variant_id,
            quantity=quantity,
            price_seen_minor=line.price_seen_minor,
            added_at=line.added_at,
        )
        for line, quantity in left
    )


def _announce(order: Order, kept: Sequence[VendorOrder], *, at: datetime) -> None:
    orders.note_all(order, {None: "placed", **dict.fromkeys(kept, "confirmed")}, at=at)
    placed = OrderPlaced(
        order_id=str(order.id),
        number=order.number,
        user_id=str(order.user_id or ""),
        email=order.email,
        total_minor=order.total_minor,
        currency=order.currency,
        vendor_order_ids=[str(row.id) for row in kept],
    )
    confirmed = [(_confirmed(order, row), orders.vendor_order_ref(row.id)) for row in kept]
    publish_all([(placed, orders.ref_of(order.id)), *confirmed])


def _confirmed(order: Order, row: VendorOrder) -> VendorOrderConfirmed:
    return VendorOrderConfirmed(
        vendor_order_id=str(row.id),
        order_id=str(order.id),
        number=row.number,
        vendor_id=str(row.vendor_id),
        total_minor=row.total_minor,
        currency=row.currency,
    )
