"""Money that comes outside any gateway: by bank transfer, or in cash at the door."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict, Unprocessable
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.ledger.domain.posting import post
from tenant_apps.payments.domain.captures import (
    announce_captured,
    capture,
    capture_leg,
    close,
    locked,
)
from tenant_apps.payments.lifecycle import PAYMENT, PAYMENT_PAID
from tenant_apps.payments.models import Payment, PaymentSplit
from tenant_apps.payments.queries import PaymentView, view_of


class NotOffline(Unprocessable):
    code, title = "payment_not_offline", "The provider reports this payment by itself"


class PaidAlready(Conflict):
    code, title = "payment_paid", "This payment has been received already"


@operation
def mark_received(*, payment_id: UUID, amount: Money, acting: Actor, at: datetime) -> PaymentView:
    """The operator saw the money of an offline payment on their account; audited.

    Captures all that is still due, also of a payment that had expired. Raises NotOffline,
    PaidAlready, AmountDiffers when another amount came than is due.
    """
    payment = locked(payment_id)
    if not payment.is_offline:
        raise NotOffline
    if payment.state in PAYMENT_PAID:
        raise PaidAlready
    capture(payment, amount, acting=acting, at=at)
    record(
        "payments.payment.received",
        subject=Ref("payments.payment", str(payment.id)),
        acting=acting,
        at=at,
        changes={"amount": amount.as_json(), "method": payment.method},
    )
    return view_of(payment)


@step
def collect_cash(*, split_subject: Ref, acting: Actor, at: datetime) -> Money | None:
    """The cash for one split was handed over; a repeat changes nothing.

    Posts clearing:cash -> escrow for it; once nothing is left to collect the payment is captured
    and PaymentCaptured published. Returns what was collected, None when nothing is due in cash.
    """
    found = PaymentSplit.objects.filter(subject=str(split_subject), payment__method="cash")
    known = found.filter(payment__state__in=["created", "pending", "captured"]).first()
    if known is None:
        return None
    payment = locked(known.payment_id)
    split = PaymentSplit.objects.get(pk=known.pk)
    due = Money(split.to_collect_minor, payment.currency)
    if payment.state not in {"created", "pending"} or not due:
        return None
    split.captured_minor += due.minor
    split.save(update_fields=["captured_minor"])
    payment.captured_minor += due.minor
    payment.verified_at = at
    payment.save(update_fields=["captured_minor", "verified_at"])
    post(
        kind="capture",
        key=f"capture:{payment.id}:{split.pk}",
        subject=Ref("payments.payment", str(payment.id)),
        legs=[capture_leg(payment, split, due)],
        at=at,
    )
    finish_collecting(payment, acting=acting, at=at)
    return due


@step
def waive(
    payment: Payment, split: PaymentSplit, amount: Money, *, acting: Actor, at: datetime
) -> None:
    """Part of a locked payment will not be collected any more, because it is not owed."""
    split.waived_minor += amount.minor
    split.save(update_fields=["waived_minor"])
    finish_collecting(payment, acting=acting, at=at)


@step
def finish_collecting(payment: Payment, *, acting: Actor, at: datetime) -> None:
    """Once no split waits for money, the payment is captured; or over, if none ever came."""
    if any(split.to_collect_minor for split in payment.splits.all()):
        return
    if payment.captured_minor:
        record_move(payment, PAYMENT, "capture", acting=acting, at=at)
        announce_captured(payment)
    else:
        close(payment, "void", at=at)
