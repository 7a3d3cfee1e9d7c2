"""Disputes: a customer's bank takes the money back, and the provider decides who was right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F

from shared_apps.audit.domain.records import record
from shared_apps.gateways.contract import DisputeEvidence, DisputeSnapshot, DisputeState
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import Conflict, Unprocessable
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money, allocate
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.ledger.domain.posting import Leg, post
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.payments.domain.accounts import gateway_at, gateway_of
from tenant_apps.payments.domain.captures import locked
from tenant_apps.payments.domain.charges import SAVED_MARK, settle_payment
from tenant_apps.payments.events import DisputeClosed, DisputeOpened
from tenant_apps.payments.lifecycle import DISPUTE, DISPUTE_OPEN, PAYMENT_PAID
from tenant_apps.payments.models import (
    Dispute,
    DisputePart,
    GatewayAccount,
    Payment,
    PaymentSplit,
)
from tenant_apps.payments.queries import DisputeUnknown

_MOVES: Mapping[DisputeState, str] = {
    DisputeState.NEEDS_RESPONSE: "escalate",
    DisputeState.UNDER_REVIEW: "submit",
    DisputeState.WON: "win",
    DisputeState.LOST: "lose",
}


class DisputeAnswered(Conflict):
    code, title = "dispute_answered", "This dispute has been answered"


class NoEvidence(Unprocessable):
    code, title = "no_evidence", "There is nothing to send yet"


class MoreThanLost(Unprocessable):
    code, title = "more_than_lost", "No more can be recovered than the dispute took"


def follow_dispute(*, account_id: UUID, provider_id: str, at: datetime) -> bool:
    """Ask the provider how a dispute stands and take that over (journey).

    False when it is about a payment that is not ours.
    """
    account = GatewayAccount.objects.get(id=account_id)
    snapshot = gateway_of(account).fetch_dispute(provider_id)
    payment = _payment_of(account, snapshot)
    if payment is None:
        return False
    if payment.state not in PAYMENT_PAID:
        # The news of the dispute overtook the news of the payment.
        settle_payment(payment_id=payment.id, at=at)
    take_over(payment.id, snapshot, at=at)
    return True


def _payment_of(account: GatewayAccount, snapshot: DisputeSnapshot) -> Payment | None:
    rows = Payment.objects.filter(account__kind=account.kind)
    reference = snapshot.reference.removesuffix(SAVED_MARK)
    for lookup in ({"reference": reference}, {"charge_id": snapshot.charge_id}):
        if all(lookup.values()):
            found = rows.filter(**lookup).first()
            if found is not None:
                return found
    return None


@operation
def draft_evidence(*, dispute_id: UUID, text: str, acting: Actor, at: datetime) -> None:
    """Keep what the operator has written so far; audited. Raises DisputeUnknown, DisputeAnswered."""
    dispute = _answerable(dispute_id)
    dispute.evidence = text.strip()
    dispute.save(update_fields=["evidence"])
    record(
        "payments.dispute.draft",
        subject=Ref("payments.dispute", str(dispute.id)),
        acting=acting,
        at=at,
        changes={"length": len(dispute.evidence)},
    )


def answer_dispute(*, dispute_id: UUID, text: str, acting: Actor, at: datetime) -> None:
    """Send what speaks for us to the bank, once and for all (journey); audited.

    Keeps the text first, then submits it. Raises DisputeUnknown, DisputeAnswered, NoEvidence,
    NotOffered (answer on the provider's own pages), GatewayRefused when the time is over.
    """
    if not text.strip():
        raise NoEvidence(errors={"evidence": ["Say what speaks for you."]})
    draft_evidence(dispute_id=dispute_id, text=text, acting=acting, at=at)
    dispute = Dispute.objects.select_related("payment__account").get(id=dispute_id)
    told = DisputeEvidence(
        dispute_id=dispute.provider_id,
        explanation=dispute.evidence,
        is_final=True,
        idempotency_key=f"{current_tenant().id}:evidence:{dispute.id}:1",
        customer_email=dispute.payment.customer_email,
    )
    snapshot = gateway_at(dispute.payment).submit_evidence(told)
    _note_answer(dispute.id, "answer", acting=acting, at=at)
    take_over(dispute.payment_id, snapshot, at=at)


def accept_dispute(*, dispute_id: UUID, acting: Actor, at: datetime) -> None:
    """Give the customer right (journey); the dispute is lost. Audited.

    Raises DisputeUnknown, DisputeAnswered, NotOffered, GatewayRefused.
    """
    dispute = Dispute.objects.select_related("payment__account").filter(id=dispute_id).first()
    if dispute is None:
        raise DisputeUnknown
    if dispute.state not in DISPUTE_OPEN:
        raise DisputeAnswered
    key = f"{current_tenant().id}:accept:{dispute.id}:1"
    snapshot = gateway_at(dispute.payment).accept_dispute(dispute.provider_id, idempotency_key=key)
    _note_answer(dispute.id, "accept", acting=acting, at=at)
    take_over(dispute.payment_id, snapshot, at=at)


def _answerable(dispute_id: UUID) -> Dispute:
    dispute = Dispute.objects.select_for_update().filter(id=dispute_id).first()
    if dispute is None:
        raise DisputeUnknown
    if dispute.state not in DISPUTE_OPEN or dispute.evidence_sent_at is not None:
        raise DisputeAnswered
    return dispute


@operation
def _note_answer(dispute_id: UUID, what: str, *, acting: Actor, at: datetime) -> None:
    """The provider has our word."""
    dispute = Dispute.objects.select_for_update().get(id=dispute_id)
    dispute.evidence_sent_at = dispute.evidence_sent_at or at
    dispute.save(update_fields=["evidence_sent_at"])
    record(
        f"payments.dispute.{what}",
        subject=Ref("payments.dispute", str(dispute.id)),
        acting=acting,
        at=at,
        changes={"dispute": dispute.provider_id},
    )


@operation
def take_over(payment_id: UUID, snapshot: DisputeSnapshot, *, at: datetime) -> None:
    """Move the dispute forward to what the provider says, never back.

    A new one marks what it may take on the payment's splits and publishes DisputeOpened. What the
    provider withdrew or gave back is posted by its difference; a lost one becomes chargeback_loss.
    A decided one publishes DisputeClosed.
    """
    payment = locked(payment_id)
    dispute = Dispute.objects.filter(provider_id=snapshot.dispute_id).first()
    if dispute is None:
        dispute = _open(payment, snapshot, at=at)
    if dispute.state not in DISPUTE_OPEN:
        return
    _note(dispute, snapshot)
    _book_withdrawal(dispute, payment, snapshot, at=at)
    move = _MOVES.get(snapshot.state)
    if move and dispute.state in DISPUTE.moves[move].sources:
        record_move(dispute, DISPUTE, move, acting=SYSTEM, at=at)
    if dispute.state not in DISPUTE_OPEN:
        _decide(dispute, at=at)


def _open(payment: Payment, snapshot: DisputeSnapshot, *, at: datetime) -> Dispute:
    dispute = Dispute.objects.create(
        provider_id=snapshot.dispute_id,
        payment=payment,
        currency=snapshot.amount.currency,
        amount_minor=snapshot.amount.minor,
        reason=snapshot.reason,
        evidence_due_at=snapshot.respond_by,
        opened_at=at,
    )
    parts = _divide(dispute, payment)
    DisputePart.objects.bulk_create(parts)
    for part in parts:
        PaymentSplit.objects.filter(pk=part.split_id).update(
            disputed_minor=F("disputed_minor") + part.amount_minor
        )
    publish(
        DisputeOpened(
            dispute_id=str(dispute.id),
            payment_id=str(payment.id),
            subject=payment.subject,
            split_subjects=[part.split.subject for part in parts],
            amounts_minor=[part.amount_minor for part in parts],
            amount_minor=dispute.amount_minor,
            currency=dispute.currency,
            reason=dispute.reason,
        ),
        subject=Ref.parse(payment.subject),
    )
    return dispute


def _divide(dispute: Dispute, payment: Payment) -> list[DisputePart]:
    """Over the splits by what each still has of the customer's money, never more than that."""
    splits = list(payment.splits.order_by("id"))
    left = [row.captured_minor - row.refunded_minor - row.disputed_minor for row in splits]
    whole = min(dispute.amount_minor, sum(left))
    if not whole:
        return []
    shares = allocate(Money(whole, payment.currency), left)
    return [
        DisputePart(dispute=dispute, split=split, amount_minor=share.minor)
        for split, share in zip(splits, shares, strict=True)
        if share
    ]


def _note(dispute: Dispute, snapshot: DisputeSnapshot) -> None:
    if snapshot.respond_by and dispute.evidence_due_at != snapshot.respond_by:
        dispute.evidence_due_at = snapshot.respond_by
        dispute.save(update_fields=["evidence_due_at"])


def _book_withdrawal(
    dispute: Dispute, payment: Payment, snapshot: DisputeSnapshot, *, at: datetime
) -> None:
    """Post what the provider holds back now beyond, or short of, what it held before."""
    withheld = dispute.withdrawn_minor - dispute.reinstated_minor
    more = _withheld_by(snapshot) - withheld
    fee_more = snapshot.fee.minor - dispute.fee_minor
    number = dispute.withdrawn_minor + dispute.reinstated_minor
    if more > 0:
        dispute.withdrawn_minor += more
    else:
        dispute.reinstated_minor -= more
    dispute.fee_minor = snapshot.fee.minor
    dispute.save(update_fields=["withdrawn_minor", "reinstated_minor", "fee_minor"])
    legs = [
        *_legs("disputes_receivable", payment.clearing, more, dispute.currency),
        *_legs("chargeback_loss", payment.clearing, fee_more, dispute.currency),
    ]
    if legs:
        key = f"dispute:{dispute.id}:{number}:{dispute.fee_minor}"
        _post(dispute, "dispute_withdrawn" if more >= 0 else "dispute_reinstated", key, legs, at=at)


def _withheld_by(snapshot: DisputeSnapshot) -> int:
    """A provider that only tells the outcome has taken the whole once it is lost."""
    if snapshot.state is DisputeState.WON:
        return 0
    if snapshot.state is DisputeState.LOST:
        return snapshot.withdrawn.minor or snapshot.amount.minor
    return snapshot.withdrawn.minor


def _legs(debit: str, credit: str, minor: int, currency: str) -> list[Leg]:
    """One leg of this amount, the other way round below zero, none at zero."""
    if minor < 0:
        debit, credit = credit, debit
    return [Leg(debit, credit, Money(abs(minor), currency))] if minor else []


def _decide(dispute: Dispute, *, at: datetime) -> None:
    dispute.closed_at = at
    dispute.save(update_fields=["closed_at"])
    parts = list(dispute.parts.select_related("split").order_by("id"))
    if dispute.state == "won":
        for part in parts:
            PaymentSplit.objects.filter(pk=part.split_id).update(
                disputed_minor=F("disputed_minor") - part.amount_minor
            )
    lost = dispute.withdrawn_minor - dispute.reinstated_minor
    if lost:
        legs = _legs("chargeback_loss", "disputes_receivable", lost, dispute.currency)
        _post(dispute, "dispute_lost", f"dispute_lost:{dispute.id}", legs, at=at)
    publish(_closed(dispute, parts), subject=Ref.parse(dispute.payment.subject))


def _closed(dispute: Dispute, parts: Sequence[DisputePart]) -> DisputeClosed:
    return DisputeClosed(
        dispute_id=str(dispute.id),
        payment_id=str(dispute.payment_id),
        subject=dispute.payment.subject,
        split_subjects=[part.split.subject for part in parts],
        amounts_minor=[part.amount_minor for part in parts],
        amount_minor=dispute.amount_minor,
        currency=dispute.currency,
        outcome=dispute.state,
    )


@step
def recover_loss(
    *, dispute_id: UUID, split_subject: Ref, amount: Money, acting: Actor, at: datetime
) -> None:
    """Somebody else than the operator bears a part of a lost dispute: escrow -> chargeback_loss.

    Called once per split, after the share was taken back into escrow. A repeat changes nothing.
    Raises DisputeUnknown, MoreThanLost.
    """
    parts = DisputePart.objects.select_for_update(of=["self"]).select_related("split")
    part = parts.filter(
        dispute_id=dispute_id, dispute__state="lost", split__subject=str(split_subject)
    ).first()
    if part is None:
        raise DisputeUnknown
    if amount.minor > part.amount_minor:
        raise MoreThanLost
    if part.recovered_minor or not amount.minor:
        return
    part.recovered_minor = amount.minor
    part.save(update_fields=["recovered_minor"])
    post(
        kind="dispute_recovered",
        key=f"dispute_recovered:{part.pk}",
        subject=Ref("payments.dispute", str(dispute_id)),
        legs=[Leg("escrow", "chargeback_loss", amount, ref=str(split_subject))],
        at=at,
        meta={"actor": f"{acting.kind}:{acting.id}"},
    )


def _post(dispute: Dispute, kind: str, key: str, legs: Sequence[Leg], *, at: datetime) -> None:
    subject = Ref("payments.dispute", str(dispute.id))
    post(kind=kind, key=key, subject=subject, legs=legs, at=at)
