"""Money back to the customer, for one split of whatever they paid with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from shared_apps.audit.domain.records import record
from shared_apps.gateways.contract import Refunded, RefundPayment, RefundState
from shared_apps.gateways.errors import CredentialsRefused, GatewayRefused
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import Conflict, NotFound, Unprocessable
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.ledger.domain.posting import Leg, post
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.payments.domain.accounts import gateway_of
from tenant_apps.payments.domain.captures import locked
from tenant_apps.payments.domain.offline import waive
from tenant_apps.payments.events import PaymentRefunded, RefundFailed, RefundRequested
from tenant_apps.payments.lifecycle import PAYMENT, PAYMENT_LIVE, REFUND, REFUND_OPEN
from tenant_apps.payments.models import GATEWAYS, OFFLINE, Payment, PaymentSplit, Refund


class MoreThanPaid(Unprocessable):
    code, title = "refund_exceeds_payment", "No more can be refunded than was paid"


class RefundUnknown(NotFound):
    code, title = "refund_unknown", "There is no such refund"


class RefundNotByHand(Conflict):
    code, title = "refund_not_by_hand", "This refund does not wait for you to send it"


class RefundNotFailed(Conflict):
    code, title = "refund_not_failed", "Only a refund that failed can be asked for again"


@dataclass(frozen=True, slots=True)
class Tender:
    """What one payment can still give back for a split: money it took, or money it need not take."""

    split: PaymentSplit
    payment: Payment
    taken: Money
    untaken: Money

    @property
    def left(self) -> Money:
        return self.taken + self.untaken


@dataclass(frozen=True, slots=True)
class RefundPart:
    """What one refund is to be: so much of one tender, collected or not."""

    tender: Tender
    amount: Money
    is_waiver: bool


@step
def send_back_surplus(*, payment_id: UUID, at: datetime) -> None:
    """Give back all of a payment that came although the subject had been paid otherwise; once."""
    payment = locked(payment_id)
    for split in payment.splits.order_by("id"):
        key = f"surplus:{payment.id}:{split.pk}"
        tender = _tender(split, payment)
        if tender.taken and not Refund.objects.filter(key=key).exists():
            part = RefundPart(tender, tender.taken, is_waiver=False)
            _begin(part, key=key, number=1, reason="paid_twice", acting=SYSTEM, at=at)


@step
def request_refund(
    *, split_subject: Ref, amount: Money, reason: str, key: str, acting: Actor, at: datetime
) -> UUID:
    """Take the amount out of escrow and send it on its way back; once per key.

    What was not collected yet is waived first; then the gateway gives back, then whoever pays by
    hand, then stored value (at once). Posts escrow -> refunds_in_transit for each part, publishes
    RefundRequested; the provider is asked after the commit, by whoever hears it. Returns the id of
    the first refund. Raises MoreThanPaid.
    """
    tenders = _locked_tenders(split_subject)
    known = Refund.objects.filter(request=key).order_by("id").first()
    if known is not None:
        return known.id
    left = sum((tender.left.minor for tender in tenders), 0)
    if amount.minor > left or not amount.minor:
        raise MoreThanPaid(
            f"{Money(left, amount.currency)} is left to refund",
            left=Money(left, amount.currency).as_json(),
        )
    refunds = [
        _begin(part, key=key, number=number, reason=reason, acting=acting, at=at)
        for number, part in enumerate(divide(amount, tenders), start=1)
    ]
    return refunds[0].id


def divide(amount: Money, tenders: Sequence[Tender]) -> list[RefundPart]:
    """Which tender gives back how much (rule): waivers first, then in the order of the tenders."""
    parts: list[RefundPart] = []
    rest = amount
    for is_waiver in (True, False):
        for tender in tenders:
            share = min(rest, tender.untaken if is_waiver else tender.taken)
            if share.minor:
                parts.append(RefundPart(tender, share, is_waiver))
                rest -= share
    return parts


def _locked_tenders(split_subject: Ref) -> list[Tender]:
    """The live payments that have a split for the subject, locked in key order."""
    found = PaymentSplit.objects.filter(
        subject=str(split_subject), payment__state__in=PAYMENT_LIVE, payment__is_surplus=False
    )
    payment_ids = list(found.values_list("payment_id", flat=True))
    rows = Payment.objects.select_for_update(of=["self"]).filter(id__in=payment_ids)
    payments = {row.id: row for row in rows.order_by("id")}
    splits = PaymentSplit.objects.filter(subject=str(split_subject), payment_id__in=payments)
    tenders = [_tender(split, payments[split.payment_id]) for split in splits.order_by("id")]
    return sorted(tenders, key=lambda tender: _turn(tender.payment.method))


def _turn(method: str) -> int:
    return 0 if method in GATEWAYS else 1 if method in OFFLINE else 2


def _tender(split: PaymentSplit, payment: Payment) -> Tender:
    asked = dict(
        Refund.objects.filter(split=split)
        .exclude(state="failed")
        .values_list("state")
        .annotate(minor=Sum("amount_minor"))
    )
    waived = asked.pop("waived", 0)
    taken = max(split.captured_minor - sum(asked.values()) - split.disputed_minor, 0)
    is_waivable = payment.is_offline or payment.state == "captured"
    untaken = split.amount_minor - split.captured_minor - waived if is_waivable else 0
    return Tender(
        split=split,
        payment=payment,
        taken=Money(taken, payment.currency),
        untaken=Money(untaken, payment.currency),
    )


def _begin(
    part: RefundPart, *, key: str, number: int, reason: str, acting: Actor, at: datetime
) -> Refund:
    payment, split = part.tender.payment, part.tender.split
    refund = Refund.objects.create(
        key=key if number == 1 else f"{key}#{number}",
        request=key,
        payment=payment,
        split=split,
        amount_minor=part.amount.minor,
        reason=reason,
        created_at=at,
    )
    if part.is_waiver:
        record_move(refund, REFUND, "waive", acting=acting, at=at, values={"settled_at": at})
        _waive(part, acting=acting, at=at)
        return refund
    _post(refund, "refund_requested", split.credit, "refunds_in_transit", at=at)
    publish(
        RefundRequested(
            refund_id=str(refund.id),
            payment_id=str(payment.id),
            subject=split.subject,
            amount_minor=part.amount.minor,
            currency=payment.currency,
            reason=reason,
        ),
        acting=acting,
    )
    if payment.is_stored:
        succeed(refund, payment, acting=acting, at=at)
    return refund


def _waive(part: RefundPart, *, acting: Actor, at: datetime) -> None:
    """Nothing was collected for it: lower what is to be collected, if it is not lowered already."""
    split = part.tender.split
    total = Refund.objects.filter(split=split, state="waived").aggregate(minor=Sum("amount_minor"))[
        "minor"
    ]
    more = total - split.waived_minor
    if more > 0:
        amount = Money(more, part.amount.currency)
        waive(part.tender.payment, split, amount, acting=acting, at=at)


@operation
def mark_refund_paid(*, refund_id: UUID, acting: Actor, at: datetime) -> None:
    """The operator has sent the money of an offline payment back by hand; audited.

    Raises RefundUnknown, RefundNotByHand.
    """
    refund = Refund.objects.select_for_update().filter(id=refund_id).first()
    if refund is None:
        raise RefundUnknown
    payment = locked(refund.payment_id)
    if not payment.is_offline or refund.state != "requested":
        raise RefundNotByHand
    succeed(refund, payment, acting=acting, at=at)
    _audit("paid", refund, acting=acting, at=at)


@operation
def repeat_refund(*, refund_id: UUID, acting: Actor, at: datetime) -> UUID:
    """Ask once more for a refund that failed or was sent back; audited. Returns the new one's id.

    Once for each failed refund. Raises RefundUnknown, RefundNotFailed, MoreThanPaid.
    """
    refund = Refund.objects.select_related("split").filter(id=refund_id).first()
    if refund is None:
        raise RefundUnknown
    if refund.state != "failed":
        raise RefundNotFailed
    _audit("repeat", refund, acting=acting, at=at)
    return request_refund(
        split_subject=Ref.parse(refund.split.subject),
        amount=refund.amount,
        reason=refund.reason,
        key=f"repeat:{refund.id}",
        acting=acting,
        at=at,
    )


def _audit(what: str, refund: Refund, *, acting: Actor, at: datetime) -> None:
    record(
        f"payments.refund.{what}",
        subject=Ref("payments.refund", str(refund.id)),
        acting=acting,
        at=at,
        changes={"amount": refund.amount.as_json()},
    )


def send_refund(*, refund_id: UUID, at: datetime) -> str:
    """Have the provider give the money back (journey); a repeat is the same refund there.

    Returns the refund's state. A refund that the provider works on is asked about instead. A
    definite no puts the money back into escrow; GatewayBusy and OutcomeUnknown leave it on its way
    and are raised. What was paid offline waits for the operator to pay it back.
    """
    refund = Refund.objects.select_related("payment__account").get(id=refund_id)
    payment = refund.payment
    if refund.state not in REFUND_OPEN or payment.account is None:
        return refund.state
    if refund.provider_id:
        return refresh_refund(refund_id=refund.id, at=at)
    try:
        made = gateway_of(payment.account).refund(
            RefundPayment(
                provider_id=payment.provider_id or "",
                amount=refund.amount,
                reference=str(refund.id),
                idempotency_key=f"{current_tenant().id}:refund:{refund.id}:{refund.attempt}",
            )
        )
    except (GatewayRefused, CredentialsRefused) as error:
        return finish_refund(refund.id, None, failure_code=error.code, at=at)
    return finish_refund(refund.id, made, at=at)


def refresh_refund(*, refund_id: UUID, at: datetime) -> str:
    """Ask the provider how a refund stands (journey): a pending one may be done, a done one bounce."""
    refund = Refund.objects.select_related("payment__account").get(id=refund_id)
    if refund.payment.account is None or not refund.provider_id:
        return refund.state
    made = gateway_of(refund.payment.account).fetch_refund(refund.provider_id)
    return finish_refund(refund.id, made, at=at)


@operation
def finish_refund(
    refund_id: UUID, made: Refunded | None, *, at: datetime, failure_code: str = ""
) -> str:
    """Take over what the provider said of a refund: gone out, on its way, refused, or sent back.

    `made` is None when the provider refused. Money that did not arrive, or came back, is in escrow
    again, and RefundFailed is published; money that went out publishes PaymentRefunded.
    """
    refund = Refund.objects.select_for_update().get(id=refund_id)
    payment = locked(refund.payment_id)
    if made is None or made.state is RefundState.FAILED:
        if refund.state in (*REFUND_OPEN, "succeeded"):
            code = failure_code or "refund_failed"
            _put_back(refund, payment, code=code, made=made, at=at)
        return refund.state
    if refund.state not in REFUND_OPEN:
        return refund.state
    if refund.provider_id != made.refund_id:
        refund.provider_id = made.refund_id
        refund.save(update_fields=["provider_id"])
    if made.state is RefundState.SUCCEEDED:
        succeed(refund, payment, acting=SYSTEM, at=at)
    elif refund.state == "requested":
        record_move(refund, REFUND, "send", acting=SYSTEM, at=at)
    return refund.state


@step
def succeed(refund: Refund, payment: Payment, *, acting: Actor, at: datetime) -> None:
    """The customer has the money of a locked refund: books it, publishes PaymentRefunded."""
    record_move(refund, REFUND, "succeed", acting=acting, at=at, values={"settled_at": at})
    _count_refunded(refund, payment, refund.amount_minor)
    if payment.state == "captured" and payment.refunded_minor == payment.captured_minor:
        record_move(payment, PAYMENT, "refund", acting=acting, at=at)
    to = payment.source if payment.is_stored else payment.clearing
    _post(refund, "refund_sent", "refunds_in_transit", to, at=at)
    publish(
        PaymentRefunded(
            refund_id=str(refund.id),
            payment_id=str(payment.id),
            subject=refund.split.subject,
            amount_minor=refund.amount_minor,
            currency=payment.currency,
        )
    )


def _put_back(
    refund: Refund, payment: Payment, *, code: str, made: Refunded | None, at: datetime
) -> None:
    had_succeeded = refund.state == "succeeded"
    told = {"failure_code": code, "settled_at": at}
    if made is not None:
        told["provider_id"] = made.refund_id
    move = "bounce" if had_succeeded else "fail"
    record_move(refund, REFUND, move, acting=SYSTEM, at=at, values=told)
    if had_succeeded:
        _count_refunded(refund, payment, -refund.amount_minor)
        if payment.state == "refunded":
            record_move(payment, PAYMENT, "bounce", acting=SYSTEM, at=at)
    source = payment.clearing if had_succeeded else "refunds_in_transit"
    kind = "refund_bounced" if had_succeeded else "refund_failed"
    _post(refund, kind, source, refund.split.credit, at=at)
    publish(
        RefundFailed(
            refund_id=str(refund.id),
            payment_id=str(payment.id),
            subject=refund.split.subject,
            amount_minor=refund.amount_minor,
            currency=payment.currency,
            had_succeeded=had_succeeded,
        )
    )


def _count_refunded(refund: Refund, payment: Payment, change: int) -> None:
    split = PaymentSplit.objects.select_for_update().get(id=refund.split_id)
    split.refunded_minor += change
    split.save(update_fields=["refunded_minor"])
    payment.refunded_minor += change
    payment.save(update_fields=["refunded_minor"])


def _post(refund: Refund, kind: str, debit: str, credit: str, *, at: datetime) -> None:
    """One leg of a refund; money in escrow carries the mark of its split."""
    ref = refund.split.subject if "escrow" in (debit, credit) else ""
    post(
        kind=kind,
        key=f"{kind}:{refund.id}",
        subject=Ref("payments.refund", str(refund.id)),
        legs=[Leg(debit, credit, refund.amount, ref=ref)],
        at=at,
    )
