"""Payments, refunds, disputes and comparisons for the operator's pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import Page, page_of
from tenant_apps.payments.lifecycle import DISPUTE_OPEN, PAYMENT_OPEN, REFUND_OPEN
from tenant_apps.payments.models import (
    OFFLINE,
    Discrepancy,
    Dispute,
    Payment,
    PaymentSplit,
    ReconciledDay,
    Refund,
)
from tenant_apps.payments.queries.payments import PaymentView, view_of


class DisputeUnknown(NotFound):
    code, title = "dispute_unknown", "There is no such dispute"


@dataclass(frozen=True, slots=True)
class SplitView:
    """What of a payment is for one partner."""

    subject: str
    partner: str
    amount: Money
    captured: Money
    waived: Money
    refunded: Money
    disputed: Money


@dataclass(frozen=True, slots=True)
class RefundView:
    """Money on its way back; `is_by_hand`: the operator has to send it."""

    id: UUID
    public_id: str
    payment_reference: str
    payment_public_id: str
    method: str
    subject: str
    partner: str
    amount: Money
    reason: str
    state: str
    failure_code: str
    customer_email: str
    created_at: datetime
    settled_at: datetime | None

    @property
    def is_by_hand(self) -> bool:
        return self.method in OFFLINE and self.state == "requested"


@dataclass(frozen=True, slots=True)
class MoveView:
    """One change of state, for a timeline."""

    move: str
    to_state: str
    actor: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class PaymentDetail:
    """A payment with everything that belongs to it."""

    view: PaymentView
    splits: Sequence[SplitView]
    refunds: Sequence[RefundView]
    disputes: Sequence[DisputeView]
    moves: Sequence[MoveView]


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A dispute and the payment it is about."""

    id: UUID
    public_id: str
    provider_id: str
    payment_reference: str
    payment_public_id: str
    payment_subject: str
    method: str
    customer_email: str
    amount: Money
    fee: Money
    withdrawn: Money
    reason: str
    state: str
    evidence: str
    evidence_due_at: datetime | None
    evidence_sent_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state in DISPUTE_OPEN

    @property
    def is_answerable(self) -> bool:
        return self.state in {"warning", "needs_response"} and self.evidence_sent_at is None


@dataclass(frozen=True, slots=True)
class DayView:
    """One day of one account: what our books and the provider say."""

    kind: str
    date: date
    booked: Money
    reported: Money
    checked_at: datetime

    @property
    def difference(self) -> Money:
        return self.booked - self.reported


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """One thing that differs, and what is known of it."""

    kind: str
    gateway: str
    key: str
    date: date
    booked: Money
    reported: Money
    source_id: str
    payment_public_id: str


@dataclass(frozen=True, slots=True)
class ToDo:
    """How much waits for the operator."""

    transfers: int
    refunds: int
    disputes: int
    differences: int


def to_do() -> ToDo:
    """What of the payments needs a person. Four queries."""
    transfers = Payment.objects.filter(
        method__in=["bank_transfer", "virtual_account"], state__in=PAYMENT_OPEN
    )
    by_hand = Refund.objects.filter(payment__method__in=OFFLINE, state="requested")
    asked = Dispute.objects.filter(
        state__in=["warning", "needs_response"], evidence_sent_at__isnull=True
    )
    return ToDo(
        transfers=transfers.count(),
        refunds=by_hand.count(),
        disputes=asked.count(),
        differences=Discrepancy.objects.filter(settled_at=None).count(),
    )


def payments_page(
    *,
    state: str = "",
    method: str = "",
    search: str = "",
    user_id: UUID | None = None,
    cursor: str = "",
    limit: int = 25,
) -> Page[PaymentView]:
    """Payments, newest first, of one customer or of all. One query."""
    rows = Payment.objects.select_related("account")
    if user_id is not None:
        rows = rows.filter(user_id=user_id)
    if state == "open":
        rows = rows.filter(state__in=[*PAYMENT_OPEN, "authorised"])
    elif state:
        rows = rows.filter(state=state)
    if method:
        rows = rows.filter(method=method)
    if search:
        text = search.strip()
        rows = rows.filter(
            Q(reference=text)
            | Q(provider_id=text)
            | Q(charge_id=text)
            | Q(pay_to=text)
            | Q(customer_email__iexact=text)
        )
    page = page_of(rows, cursor=cursor, limit=limit)
    return Page([view_of(row) for row in page.items], page.next_cursor, page.prev_cursor)


@dataclass(frozen=True, slots=True)
class PartnerPaymentView:
    """What a customer paid for one partner."""

    payment_public_id: str
    method: str
    state: str
    amount: Money
    captured: Money
    refunded: Money
    created_at: datetime


def partner_payments_page(
    *, partner_id: UUID, cursor: str = "", limit: int = 25
) -> Page[PartnerPaymentView]:
    """The parts of payments that are for one partner, newest first. One query."""
    rows = PaymentSplit.objects.select_related("payment").filter(partner_id=partner_id)
    page = page_of(rows, cursor=cursor, limit=limit, order=("-id",))
    items = [
        PartnerPaymentView(
            payment_public_id=row.payment.public_id,
            method=row.payment.method,
            state=row.payment.state,
            amount=Money(row.amount_minor, row.payment.currency),
            captured=Money(row.captured_minor, row.payment.currency),
            refunded=Money(row.refunded_minor, row.payment.currency),
            created_at=row.payment.created_at,
        )
        for row in page.items
    ]
    return Page(items, page.next_cursor, page.prev_cursor)


def payment_detail(payment_id: UUID, *, user_id: UUID | None = None) -> PaymentDetail | None:
    """A payment with its splits, refunds, disputes and history; of one customer or of anybody."""
    rows = Payment.objects.select_related("account").filter(id=payment_id)
    if user_id is not None:
        rows = rows.filter(user_id=user_id)
    row = rows.first()
    if row is None:
        return None
    refunds = Refund.objects.select_related("payment", "split__partner").filter(payment=row)
    disputes = Dispute.objects.select_related("payment").filter(payment=row)
    return PaymentDetail(
        view=view_of(row),
        splits=_splits(row),
        refunds=[refund_view(each) for each in refunds.order_by("-id")],
        disputes=[dispute_view(each) for each in disputes.order_by("-id")],
        moves=[
            MoveView(each.move, each.to_state, each.actor, each.at, each.note)
            for each in row.moves.order_by("id")
        ],
    )


def _splits(row: Payment) -> list[SplitView]:
    def money(minor: int) -> Money:
        return Money(minor, row.currency)

    return [
        SplitView(
            subject=split.subject,
            partner=split.partner.name if split.partner else "",
            amount=money(split.amount_minor),
            captured=money(split.captured_minor),
            waived=money(split.waived_minor),
            refunded=money(split.refunded_minor),
            disputed=money(split.disputed_minor),
        )
        for split in row.splits.select_related("partner").order_by("id")
    ]


def refunds_page(*, state: str = "", cursor: str = "", limit: int = 25) -> Page[RefundView]:
    """Refunds, newest first; `by_hand` are those the operator still has to send. One query."""
    rows = Refund.objects.select_related("payment", "split__partner")
    if state == "by_hand":
        rows = rows.filter(state="requested", payment__method__in=OFFLINE)
    elif state == "open":
        rows = rows.filter(state__in=REFUND_OPEN)
    elif state:
        rows = rows.filter(state=state)
    page = page_of(rows, cursor=cursor, limit=limit)
    return Page([refund_view(row) for row in page.items], page.next_cursor, page.prev_cursor)


def refund_view(row: Refund) -> RefundView:
    """The row as the pages show it; needs payment and partner loaded."""
    return RefundView(
        id=row.id,
        public_id=row.public_id,
        payment_reference=row.payment.reference,
        payment_public_id=row.payment.public_id,
        method=row.payment.method,
        subject=row.split.subject,
        partner=row.split.partner.name if row.split.partner else "",
        amount=row.amount,
        reason=row.reason,
        state=row.state,
        failure_code=row.failure_code,
        customer_email=row.payment.customer_email,
        created_at=row.created_at,
        settled_at=row.settled_at,
    )


def disputes_page(*, state: str = "", cursor: str = "", limit: int = 25) -> Page[DisputeView]:
    """Disputes, newest first; `open` are the undecided ones. One query."""
    rows = Dispute.objects.select_related("payment")
    if state == "open":
        rows = rows.filter(state__in=DISPUTE_OPEN)
    elif state:
        rows = rows.filter(state=state)
    page = page_of(rows, cursor=cursor, limit=limit, order=("-opened_at", "-id"))
    return Page([dispute_view(row) for row in page.items], page.next_cursor, page.prev_cursor)


def dispute(dispute_id: UUID) -> DisputeView:
    """Raises DisputeUnknown."""
    row = Dispute.objects.select_related("payment").filter(id=dispute_id).first()
    if row is None:
        raise DisputeUnknown
    return dispute_view(row)


def dispute_moves(dispute_id: UUID) -> list[MoveView]:
    """The history of a dispute, oldest first."""
    rows = Dispute.objects.get(id=dispute_id).moves.order_by("id")
    return [MoveView(row.move, row.to_state, row.actor, row.at, row.note) for row in rows]


def dispute_view(row: Dispute) -> DisputeView:
    """The row as the pages show it; needs the payment loaded."""
    return DisputeView(
        id=row.id,
        public_id=row.public_id,
        provider_id=row.provider_id,
        payment_reference=row.payment.reference,
        payment_public_id=row.payment.public_id,
        payment_subject=row.payment.subject,
        method=row.payment.method,
        customer_email=row.payment.customer_email,
        amount=row.amount,
        fee=Money(row.fee_minor, row.currency),
        withdrawn=Money(row.withdrawn_minor - row.reinstated_minor, row.currency),
        reason=row.reason,
        state=row.state,
        evidence=row.evidence,
        evidence_due_at=row.evidence_due_at,
        evidence_sent_at=row.evidence_sent_at,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )


def reconciled_days(*, limit: int = 60) -> list[DayView]:
    """What the last comparisons found, latest day first. One query."""
    rows = ReconciledDay.objects.select_related("account").order_by(
        "-date", "account__kind", "currency"
    )
    return [
        DayView(
            kind=row.account.kind,
            date=row.date,
            booked=Money(row.booked_minor, row.currency),
            reported=Money(row.reported_minor, row.currency),
            checked_at=row.checked_at,
        )
        for row in rows[:limit]
    ]


def open_differences(*, limit: int = 100) -> list[DifferenceView]:
    """What books and provider still tell differently, latest first. One query."""
    rows = list(
        Discrepancy.objects.select_related("account")
        .filter(settled_at=None)
        .order_by("-date", "key")[:limit]
    )
    return [
        DifferenceView(
            kind=row.kind,
            gateway=row.account.kind,
            key=row.key,
            date=row.date,
            booked=row.booked,
            reported=row.reported,
            source_id=row.source_id,
            payment_public_id=_payment_of(row.key),
        )
        for row in rows
    ]


def _payment_of(key: str) -> str:
    name, _, identifier = key.partition(":")
    if name != "payment":
        return ""
    return Payment(id=UUID(identifier)).public_id
