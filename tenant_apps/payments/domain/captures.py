"""Money that arrived, or never will: what a payment becomes and what the books say of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from shared_apps.gateways.contract import PaymentSnapshot, PaymentState
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.errors import Conflict
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.ledger.domain.posting import Leg, post
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.payments.domain.saving import keep_method
from tenant_apps.payments.events import PaymentCaptured, PaymentClosed, SurplusReceived
from tenant_apps.payments.lifecycle import PAYMENT, PAYMENT_LIVE, PAYMENT_PAID, PAYMENT_UNCAPTURED
from tenant_apps.payments.models import STORED, Payment, PaymentSplit
from tenant_apps.payments.queries import PaymentView, view_of
from tenant_apps.wallet.domain import holds

_CLOSING: Mapping[PaymentState, str] = {
    PaymentState.FAILED: "fail",
    PaymentState.EXPIRED: "expire",
    PaymentState.CANCELLED: "void",
}
_GIVEN_UP = ("failed", "expired", "voided")


class AmountDiffers(Conflict):
    """Something else was captured than was asked: a person must look."""

    code, title = "payment_amount_differs", "The provider reports another amount than was asked"


def locked(payment_id: UUID) -> Payment:
    """The payment's row for the rest of the transaction, with its account."""
    return (
        Payment.objects.select_for_update(of=["self"]).select_related("account").get(id=payment_id)
    )


@operation
def take_over(payment_id: UUID, snapshot: PaymentSnapshot, *, at: datetime) -> PaymentView:
    """Move the payment forward to what the provider says, never back.

    Captured: splits and escrow get their money, PaymentCaptured is published. Failed, expired or
    let go: PaymentClosed is published. The gateway's fee is booked as soon as it is known, a card
    that the customer let it keep is noted. Raises AmountDiffers.
    """
    payment = locked(payment_id)
    if snapshot.state in {PaymentState.CAPTURED, PaymentState.REFUNDED}:
        if payment.state not in PAYMENT_PAID:
            capture(payment, snapshot.captured, charge_id=snapshot.charge_id, acting=SYSTEM, at=at)
        _book_fee(payment, snapshot.fee, at=at)
    elif snapshot.state is PaymentState.AUTHORISED:
        _authorise(payment, snapshot, at=at)
    elif snapshot.state in _CLOSING:
        told = {"failure_code": snapshot.failure_code, "verified_at": at}
        _close_if_open(payment, _CLOSING[snapshot.state], values=told, at=at)
    keep_method(payment, snapshot, at=at)
    return view_of(payment)


def _authorise(payment: Payment, snapshot: PaymentSnapshot, *, at: datetime) -> None:
    if payment.state not in PAYMENT.moves["authorise"].sources:
        return
    if snapshot.amount != payment.amount:
        raise AmountDiffers(asked=str(payment.amount), captured=str(snapshot.amount))
    told = {"authorised_minor": snapshot.amount.minor, "verified_at": at}
    record_move(payment, PAYMENT, "authorise", acting=SYSTEM, at=at, values=told)


def _close_if_open(
    payment: Payment, move: str, *, values: Mapping[str, object], at: datetime
) -> None:
    """A page that expired after its card was authorised says nothing about the authorisation."""
    if payment.state in PAYMENT.moves[move].sources:
        close(payment, move, values=values, at=at)


@step
def capture(
    payment: Payment, arrived: Money, *, acting: Actor, at: datetime, charge_id: str = ""
) -> None:
    """All that was still to come of a locked payment has arrived.

    Fills its splits, posts clearing -> escrow (or what the split credits), publishes
    PaymentCaptured; SurplusReceived instead when it had been given up and the subject is paid
    otherwise. Raises AmountDiffers when it is another amount.
    """
    splits = list(payment.splits.order_by("id"))
    due = {split.pk: split.to_collect_minor for split in splits}
    if arrived.minor != sum(due.values()) or arrived.currency != payment.currency:
        raise AmountDiffers(asked=str(payment.amount), captured=str(arrived))
    is_surplus = payment.state in _GIVEN_UP and _is_paid_otherwise(payment)
    record_move(
        payment,
        PAYMENT,
        "capture",
        acting=acting,
        at=at,
        values={
            "captured_minor": payment.captured_minor + arrived.minor,
            "charge_id": charge_id or payment.charge_id,
            "is_surplus": is_surplus,
            "verified_at": at,
        },
    )
    for split in splits:
        split.captured_minor += due[split.pk]
    PaymentSplit.objects.bulk_update(splits, ["captured_minor"])
    post(
        kind="capture",
        key=f"capture:{payment.id}",
        subject=Ref("payments.payment", str(payment.id)),
        legs=[
            capture_leg(payment, split, Money(due[split.pk], payment.currency))
            for split in splits
            if due[split.pk]
        ],
        at=at,
    )
    if is_surplus:
        _announce_surplus(payment)
    else:
        announce_captured(payment)


def _is_paid_otherwise(payment: Payment) -> bool:
    others = Payment.objects.filter(subject=payment.subject, state__in=PAYMENT_LIVE)
    return others.exclude(id=payment.id).exclude(method__in=STORED).exists()


def _announce_surplus(payment: Payment) -> None:
    publish(
        SurplusReceived(
            payment_id=str(payment.id),
            subject=payment.subject,
            amount_minor=payment.captured_minor,
            currency=payment.currency,
        ),
        subject=Ref.parse(payment.subject),
    )


def capture_leg(payment: Payment, split: PaymentSplit, amount: Money) -> Leg:
    """What one split's money does when it arrives (rule)."""
    ref = split.subject if split.credit == "escrow" else ""
    return Leg(debit=payment.clearing, credit=split.credit, amount=amount, ref=ref)


@step
def announce_captured(payment: Payment) -> None:
    """Publish PaymentCaptured."""
    publish(
        PaymentCaptured(
            payment_id=str(payment.id),
            reference=payment.reference,
            subject=payment.subject,
            amount_minor=payment.captured_minor,
            currency=payment.currency,
            gateway=payment.method,
            method=payment.method,
        ),
        subject=Ref.parse(payment.subject),
    )


@step
def close(
    payment: Payment, move: str, *, at: datetime, values: Mapping[str, object] | None = None
) -> None:
    """The payment will not be made: fail, expire or void it; publishes PaymentClosed.

    Stored value set aside for it is given back.
    """
    record_move(payment, PAYMENT, move, acting=SYSTEM, at=at, values=values)
    if payment.hold_id is not None:
        holds.release_hold(hold_id=payment.hold_id, at=at)
    publish(
        PaymentClosed(
            payment_id=str(payment.id),
            reference=payment.reference,
            subject=payment.subject,
            state=payment.state,
        ),
        subject=Ref.parse(payment.subject),
    )


@operation
def fail_payment(payment_id: UUID, *, code: str, at: datetime) -> None:
    """The provider refused before doing anything: the payment failed."""
    payment = locked(payment_id)
    if payment.state == "created":
        close(payment, "fail", values={"failure_code": code}, at=at)


@operation
def give_up(payment_id: UUID, *, at: datetime) -> PaymentView:
    """Give up a payment that no provider knows of: a page never shown, a transfer, a hold."""
    payment = locked(payment_id)
    is_unknown_outside = payment.account is None or payment.state == "created"
    if payment.state in PAYMENT_UNCAPTURED and is_unknown_outside:
        close(payment, "void" if payment.is_stored else "expire", at=at)
    return view_of(payment)


def _book_fee(payment: Payment, fee: Money | None, *, at: datetime) -> None:
    if fee is None or payment.fee_minor or not fee or fee.currency != payment.currency:
        return
    payment.fee_minor = fee.minor
    payment.save(update_fields=["fee_minor"])
    post(
        kind="gateway_fee",
        key=f"gateway_fee:{payment.id}",
        subject=Ref("payments.payment", str(payment.id)),
        legs=[Leg(debit="gateway_fees", credit=payment.clearing, amount=fee)],
        at=at,
    )
