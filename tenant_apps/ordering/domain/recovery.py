"""What time does to checkouts: go on after a crash, ask about silent payments, let go."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.transactions import operation
from tenant_apps.ordering.domain import orders, placing
from tenant_apps.ordering.domain.checkout import RESUMABLE_FOR, start_payment_of
from tenant_apps.ordering.lifecycle import ORDER_OPEN
from tenant_apps.ordering.models import Order
from tenant_apps.payments.domain import charges
from tenant_apps.payments.lifecycle import PAYMENT_LIVE
from tenant_apps.payments.queries import PaymentView, find_payment

_BATCH = 100
_QUIET_FOR = timedelta(minutes=1)
_log = logging.getLogger(__name__)


def tend_checkouts(*, at: datetime) -> int:
    """One round over the tenant's unfinished checkouts (journey); returns how many it saw.

    A draft whose payment never got its page gets it; a payment nobody told us about is asked
    for; an order beyond its time is closed, or placed if it was paid after all. What fails is
    logged and tried again in the next round.
    """
    rows = Order.objects.filter(state__in=ORDER_OPEN, created_at__lt=at - _QUIET_FOR)
    found = list(rows.order_by("created_at").values_list("id", flat=True)[:_BATCH])
    for order_id in found:
        _tend(order_id, at=at)
    return len(found)


def _tend(order_id: UUID, *, at: datetime) -> None:
    order = Order.objects.get(id=order_id)
    action: Callable[..., None] = _let_go if order.expires_at <= at else _go_on
    try:
        action(order, at=at)
    except DomainError as error:
        _log.warning("checkout not tended", extra={"order": order.number, "code": error.code})


def _go_on(order: Order, *, at: datetime) -> None:
    payment = find_payment(orders.ref_of(order.id))
    if payment is not None and payment.is_at_gateway and payment.state == "pending":
        payment = charges.settle_payment(payment_id=payment.id, at=at)
    if payment is None or payment.is_paid or _waits_for_nobody(payment):
        placing.place(order_id=order.id, at=at)
    elif payment.state not in PAYMENT_LIVE:
        orders.give_up(order_id=order.id, at=at)
    elif payment.state == "created" and at - order.created_at < RESUMABLE_FOR:
        start_payment_of(
            order_id=order.id,
            number=order.number,
            payment_id=payment.id,
            acting=SYSTEM,
            at=at,
        )


def _waits_for_nobody(payment: PaymentView) -> bool:
    """Stored value is set aside already, cash comes with the delivery."""
    is_held = payment.is_stored and payment.state == "authorised"
    return is_held or (payment.method == "cash" and payment.state == "pending")


def _let_go(order: Order, *, at: datetime) -> None:
    payment = find_payment(orders.ref_of(order.id))
    if payment is not None and payment.is_at_gateway and payment.state == "authorised":
        return  # The payments room captures it or lets it go; either is told.
    if payment is not None and payment.is_open:
        payment = charges.close_payment(payment_id=payment.id, at=at)
    if payment is not None and payment.is_paid:
        placing.place(order_id=order.id, at=at)
        return
    _expire(order.id, at=at)


@operation
def _expire(order_id: UUID, *, at: datetime) -> None:
    """Nobody paid in time."""
    orders.expire(order_id=order_id, reason="not_paid_in_time", at=at)
