"""Money back to the customer, for one split of a payment."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from shared_apps.gateways.contract import Refunded, RefundPayment, RefundState
from shared_apps.gateways.errors import CredentialsRefused, GatewayRefused
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.ledger.domain.posting import Leg, post
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.payments.domain.accounts import gateway_of
from tenant_apps.payments.events import PaymentRefunded, RefundRequested
from tenant_apps.payments.lifecycle import PAYMENT, REFUND
from tenant_apps.payments.models import Payment, PaymentSplit, Refund


class MoreThanPaid(Unprocessable):
    code, title = "refund_exceeds_payment", "No more can be refunded than was paid"


@step
def request_refund(
    *, split_subject: Ref, amount: Money, reason: str, key: str, acting: Actor, at: datetime
) -> UUID:
    """Take the amount out of escrow and send it on its way back; once per key.

    The provider is asked after the commit, by whoever hears RefundRequested. Raises MoreThanPaid.
    """
    split = PaymentSplit.objects.get(subject=str(split_subject))
    payment = Payment.objects.select_for_update().get(id=split.payment_id)
    known = Refund.objects.filter(key=key).first()
    if known is not None:
        return known.id
    asked = (
        Refund.objects.filter(split=split)
        .exclude(state="failed")
        .aggregate(minor=Sum("amount_minor"))["minor"]
        or 0
    )
    split.refresh_from_db()
    if amount.minor > split.captured_minor - asked:
        left = Money(split.captured_minor - asked, payment.currency)
        raise MoreThanPaid(f"{left} is left to refund", left=left.as_json())
    refund = Refund.objects.create(
        key=key,
        payment=payment,
        split=split,
        amount_minor=amount.minor,
        reason=reason,
        created_at=at,
    )
    post(
        kind="refund_requested",
        key=f"refund_requested:{refund.id}",
        subject=Ref("payments.refund", str(refund.id)),
        legs=[Leg("escrow", "refunds_in_transit", amount, ref=split.subject)],
        at=at,
    )
    publish(
        RefundRequested(
            refund_id=str(refund.id),
            payment_id=str(payment.id),
            subject=split.subject,
            amount_minor=amount.minor,
            currency=payment.currency,
            reason=reason,
        ),
        acting=acting,
    )
    return refund.id


def send_refund(*, refund_id: UUID, at: datetime) -> str:
    """Have the provider give the money back (journey); a repeat is the same refund there.

    Returns the refund's state. A definite no puts the money back into escrow; GatewayBusy and
    OutcomeUnknown leave it on its way and are raised.
    """
    refund = Refund.objects.select_related("payment__account").get(id=refund_id)
    if refund.state not in {"requested", "processing"}:
        return refund.state
    payment = refund.payment
    try:
        made = gateway_of(payment.account).refund(
            RefundPayment(
                provider_id=payment.provider_id or "",
                amount=Money(refund.amount_minor, payment.currency),
                reference=str(refund.id),
                idempotency_key=f"{current_tenant().id}:refund:{refund.id}:{refund.attempt}",
            )
        )
    except (GatewayRefused, CredentialsRefused):
        return _finish_refund(refund.id, None, at=at)
    return _finish_refund(refund.id, made, at=at)


@operation
def _finish_refund(refund_id: UUID, made: Refunded | None, *, at: datetime) -> str:
    """Take over what the provider said of a refund: gone out, still on its way, or refused."""
    refund = Refund.objects.select_for_update().get(id=refund_id)
    if refund.state not in {"requested", "processing"}:
        return refund.state
    payment = (
        Payment.objects.select_for_update(of=["self"])
        .select_related("account")
        .get(id=refund.payment_id)
    )
    if made is None or made.state is RefundState.FAILED:
        _put_back(refund, payment, at=at)
        return refund.state
    refund.provider_id = made.refund_id
    refund.save(update_fields=["provider_id"])
    if made.state is RefundState.PENDING:
        record_move(refund, REFUND, "send", acting=SYSTEM, at=at)
        return refund.state
    record_move(refund, REFUND, "succeed", acting=SYSTEM, at=at)
    _note_refunded(refund, payment, at=at)
    return refund.state


def _note_refunded(refund: Refund, payment: Payment, *, at: datetime) -> None:
    split = PaymentSplit.objects.select_for_update().get(id=refund.split_id)
    split.refunded_minor += refund.amount_minor
    split.save(update_fields=["refunded_minor"])
    payment.refunded_minor += refund.amount_minor
    payment.save(update_fields=["refunded_minor"])
    if payment.refunded_minor == payment.captured_minor:
        record_move(payment, PAYMENT, "refund", acting=SYSTEM, at=at)
    amount = Money(refund.amount_minor, payment.currency)
    post(
        kind="refund_sent",
        key=f"refund_sent:{refund.id}",
        subject=Ref("payments.refund", str(refund.id)),
        legs=[Leg("refunds_in_transit", f"clearing:{payment.account.kind}", amount)],
        at=at,
    )
    publish(
        PaymentRefunded(
            refund_id=str(refund.id),
            payment_id=str(payment.id),
            subject=split.subject,
            amount_minor=refund.amount_minor,
            currency=payment.currency,
        )
    )


def _put_back(refund: Refund, payment: Payment, *, at: datetime) -> None:
    record_move(refund, REFUND, "fail", acting=SYSTEM, at=at)
    split = PaymentSplit.objects.get(id=refund.split_id)
    amount = Money(refund.amount_minor, payment.currency)
    post(
        kind="refund_failed",
        key=f"refund_failed:{refund.id}",
        subject=Ref("payments.refund", str(refund.id)),
        legs=[Leg("refunds_in_transit", "escrow", amount, ref=split.subject)],
        at=at,
    )
