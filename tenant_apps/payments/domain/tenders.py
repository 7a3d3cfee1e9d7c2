"""Stored value among the payments of a subject: spent when it is placed, else given back."""

from __future__ import annotations

from datetime import datetime

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.errors import InvariantBroken
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import step
from tenant_apps.payments.domain.captures import announce_captured, close
from tenant_apps.payments.lifecycle import PAYMENT
from tenant_apps.payments.models import STORED, Payment, PaymentSplit
from tenant_apps.wallet.domain import holds


@step
def capture_stored_value(*, subject: Ref, at: datetime) -> None:
    """Spend what was set aside for the subject: held -> escrow; a repeat changes nothing.

    Captures each payment by stored value, fills its splits and publishes PaymentCaptured. Raises
    HoldOver when the amount was given back meanwhile.
    """
    for payment in _held(subject):
        if payment.hold_id is None:
            raise InvariantBroken(f"nothing was set aside for {payment.reference}")
        splits = list(payment.splits.order_by("id"))
        told = {"captured_minor": payment.amount_minor, "verified_at": at}
        record_move(payment, PAYMENT, "capture", acting=SYSTEM, at=at, values=told)
        for split in splits:
            split.captured_minor = split.amount_minor
        PaymentSplit.objects.bulk_update(splits, ["captured_minor"])
        holds.capture_hold(
            hold_id=payment.hold_id,
            parts={split.subject: Money(split.amount_minor, payment.currency) for split in splits},
            at=at,
        )
        announce_captured(payment)


@step
def release_stored_value(*, subject: Ref, at: datetime) -> None:
    """Give back what was set aside for the subject and not spent; a repeat changes nothing."""
    for payment in _held(subject):
        close(payment, "void", at=at)


def _held(subject: Ref) -> list[Payment]:
    rows = Payment.objects.filter(subject=str(subject), method__in=STORED, state="authorised")
    return list(rows.select_for_update().order_by("id"))
