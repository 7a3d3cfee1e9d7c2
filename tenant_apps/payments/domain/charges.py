"""A payment from its row to the money in escrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from shared_apps.gateways.contract import (
    PaymentLine,
    PaymentSnapshot,
    PaymentState,
    StartedPayment,
    StartPayment,
)
from shared_apps.gateways.errors import CredentialsRefused, GatewayRefused, PaymentDeclined
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.crashes import crash_point
from shared_apps.kernel.errors import Conflict, PaymentRequired, invariant
from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money, total
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.ledger.domain.posting import Leg, post
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.payments.domain.accounts import gateway_of
from tenant_apps.payments.events import PaymentCaptured, PaymentClosed
from tenant_apps.payments.lifecycle import PAYMENT, PAYMENT_OPEN
from tenant_apps.payments.models import Payment, PaymentSplit
from tenant_apps.payments.queries import PaymentView, view_of

NOTHING_HAPPENED = (GatewayRefused, CredentialsRefused, PaymentDeclined)


class PaymentNotStarted(PaymentRequired):
    code, title = "payment_not_started", "The payment provider did not accept this payment"


class PaymentClosedAlready(Conflict):
    code, title = "payment_closed", "This payment is over; start again from the cart"


class AmountDiffers(Conflict):
    """The provider captured something else than was asked: a person must look."""

    code, title = "payment_amount_differs", "The provider reports another amount than was asked"


@dataclass(frozen=True, slots=True)
class SplitWanted:
    """The part of a payment that is for one partner; `subject` is what of theirs is paid."""

    subject: Ref
    partner_id: UUID
    amount: Money


@dataclass(frozen=True, slots=True)
class Charge:
    """What is to be paid, by whom, until when, and where the customer goes afterwards.

    In `success_url` the word `{PAYMENT_ID}` becomes the provider's id of the payment.
    """

    subject: Ref
    splits: Sequence[SplitWanted]
    lines: Sequence[PaymentLine]
    customer_email: str
    expires_at: datetime
    success_url: str
    cancel_url: str


@step
def prepare_payment(*, charge: Charge, account_id: UUID, at: datetime) -> UUID:
    """Write the payment and its splits; the provider knows nothing yet. Returns its id.

    A second live payment for the same subject is refused by the database.
    """
    currency = charge.splits[0].amount.currency
    amount = total([split.amount for split in charge.splits], currency)
    invariant(amount.minor > 0, "a payment moves an amount above zero")
    payment_id = uuid7()
    Payment.objects.create(
        id=payment_id,
        reference=public_id("pay", payment_id),
        subject=str(charge.subject),
        account_id=account_id,
        currency=currency,
        amount_minor=amount.minor,
        lines=[[line.name, line.amount.minor, line.quantity] for line in charge.lines],
        customer_email=charge.customer_email,
        success_url=charge.success_url,
        cancel_url=charge.cancel_url,
        created_at=at,
        expires_at=charge.expires_at,
    )
    PaymentSplit.objects.bulk_create(
        PaymentSplit(
            payment_id=payment_id,
            subject=str(split.subject),
            partner_id=split.partner_id,
            amount_minor=split.amount.minor,
        )
        for split in charge.splits
    )
    return payment_id


def open_payment(*, payment_id: UUID, acting: Actor, at: datetime) -> PaymentView:
    """Have the provider open its page for the payment (journey); a repeat opens the same page.

    Asks with a key made from the payment, then stores where to send the customer. Raises
    PaymentNotStarted when the provider refuses (the payment is then failed), GatewayBusy and
    OutcomeUnknown when it may work later, PaymentClosedAlready when it is over.
    """
    payment = Payment.objects.select_related("account").get(id=payment_id)
    if payment.state == "created":
        try:
            started = gateway_of(payment.account).start_payment(_start_of(payment))
        except NOTHING_HAPPENED as error:
            _fail_payment(payment.id, code=error.code, at=at)
            raise PaymentNotStarted(error.detail, reason=error.code) from error
        crash_point("after_gateway_start")
        payment = _store_start(payment.id, started, acting=acting, at=at)
    if payment.state not in {"pending", "captured"}:
        raise PaymentClosedAlready
    return view_of(payment)


def settle_payment(*, payment_id: UUID, at: datetime) -> PaymentView:
    """Ask the provider how the payment stands and take that over (journey).

    Webhook, browser and job call this alike, in any order and any number. Raises AmountDiffers,
    OutcomeUnknown.
    """
    payment = Payment.objects.select_related("account").get(id=payment_id)
    if payment.provider_id is None:
        return view_of(payment)
    snapshot = gateway_of(payment.account).fetch_payment(payment.provider_id)
    return _take_over(payment.id, snapshot, at=at)


def close_payment(*, payment_id: UUID, at: datetime) -> PaymentView:
    """Close a page that nobody has paid (journey); if somebody has, the payment is captured."""
    payment = Payment.objects.select_related("account").get(id=payment_id)
    if payment.state not in PAYMENT_OPEN:
        return view_of(payment)
    if payment.provider_id is None:
        # Nobody was ever told the address of a page, so nobody can have paid there.
        return _expire_unopened(payment.id, at=at)
    snapshot = gateway_of(payment.account).expire_payment(payment.provider_id)
    return _take_over(payment.id, snapshot, at=at)


def _start_of(payment: Payment) -> StartPayment:
    lines = [
        PaymentLine(name=name, amount=Money(minor, payment.currency), quantity=quantity)
        for name, minor, quantity in payment.lines
    ]
    return StartPayment(
        reference=payment.reference,
        amount=payment.amount,
        success_url=payment.success_url,
        cancel_url=payment.cancel_url,
        idempotency_key=f"{current_tenant().id}:start:{payment.id}:{payment.attempt}",
        lines=lines,
        customer_email=payment.customer_email,
        expires_at=payment.expires_at,
    )


@operation
def _store_start(
    payment_id: UUID, started: StartedPayment, *, acting: Actor, at: datetime
) -> Payment:
    """Remember the provider's page; whoever was faster stored the same one."""
    payment = _locked(payment_id)
    if payment.state == "created":
        told = {"provider_id": started.provider_id, "redirect_url": started.redirect_url}
        record_move(payment, PAYMENT, "open", acting=acting, at=at, values=told)
    return payment


@operation
def _take_over(payment_id: UUID, snapshot: PaymentSnapshot, *, at: datetime) -> PaymentView:
    """Move the payment forward to what the provider says, never back.

    Captured: splits and escrow get their money, PaymentCaptured is published. Failed or expired:
    PaymentClosed is published. The gateway's fee is booked as soon as it is known.
    """
    payment = _locked(payment_id)
    if snapshot.state in {PaymentState.CAPTURED, PaymentState.REFUNDED}:
        _capture(payment, snapshot, at=at)
    elif snapshot.state in {PaymentState.FAILED, PaymentState.EXPIRED}:
        _close(payment, snapshot, at=at)
    return view_of(payment)


def _capture(payment: Payment, snapshot: PaymentSnapshot, *, at: datetime) -> None:
    if payment.state not in {"captured", "refunded"}:
        if snapshot.captured != payment.amount:
            raise AmountDiffers(asked=str(payment.amount), captured=str(snapshot.captured))
        known = {
            "captured_minor": snapshot.captured.minor,
            "charge_id": snapshot.charge_id,
            "verified_at": at,
        }
        record_move(payment, PAYMENT, "capture", acting=SYSTEM, at=at, values=known)
        _fill_escrow(payment, at=at)
        publish(
            PaymentCaptured(
                payment_id=str(payment.id),
                reference=payment.reference,
                subject=payment.subject,
                amount_minor=payment.captured_minor,
                currency=payment.currency,
                gateway=payment.account.kind,
            ),
            subject=Ref.parse(payment.subject),
        )
    _book_fee(payment, snapshot.fee, at=at)


def _fill_escrow(payment: Payment, *, at: datetime) -> None:
    payment.splits.update(captured_minor=F("amount_minor"))
    legs = [
        Leg(
            debit=f"clearing:{payment.account.kind}",
            credit="escrow",
            amount=Money(split.amount_minor, payment.currency),
            ref=split.subject,
        )
        for split in payment.splits.order_by("id")
        if split.amount_minor
    ]
    post(
        kind="capture",
        key=f"capture:{payment.id}",
        subject=Ref("payments.payment", str(payment.id)),
        legs=legs,
        at=at,
    )


def _book_fee(payment: Payment, fee: Money | None, *, at: datetime) -> None:
    if fee is None or payment.fee_minor or not fee or fee.currency != payment.currency:
        return
    payment.fee_minor = fee.minor
    payment.save(update_fields=["fee_minor"])
    post(
        kind="gateway_fee",
        key=f"gateway_fee:{payment.id}",
        subject=Ref("payments.payment", str(payment.id)),
        legs=[Leg(debit="gateway_fees", credit=f"clearing:{payment.account.kind}", amount=fee)],
        at=at,
    )


def _close(payment: Payment, snapshot: PaymentSnapshot, *, at: datetime) -> None:
    if payment.state not in PAYMENT_OPEN:
        return
    payment.failure_code = snapshot.failure_code
    payment.verified_at = at
    payment.save(update_fields=["failure_code", "verified_at"])
    move = "fail" if snapshot.state is PaymentState.FAILED else "expire"
    _record_closing(payment, move, at=at)


def _record_closing(payment: Payment, move: str, *, at: datetime) -> None:
    record_move(payment, PAYMENT, move, acting=SYSTEM, at=at)
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
def _fail_payment(payment_id: UUID, *, code: str, at: datetime) -> None:
    """The provider refused before doing anything: the payment failed."""
    payment = _locked(payment_id)
    if payment.state == "created":
        payment.failure_code = code
        payment.save(update_fields=["failure_code"])
        _record_closing(payment, "fail", at=at)


@operation
def _expire_unopened(payment_id: UUID, *, at: datetime) -> PaymentView:
    """Give up a payment whose page was never shown to anybody."""
    payment = _locked(payment_id)
    if payment.state == "created":
        _record_closing(payment, "expire", at=at)
    return view_of(payment)


def _locked(payment_id: UUID) -> Payment:
    return (
        Payment.objects.select_for_update(of=["self"]).select_related("account").get(id=payment_id)
    )
