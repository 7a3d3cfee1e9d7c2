"""When no message came: ask the gateway ourselves, and let go what nobody pays."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared_apps.kernel.errors import DomainError
from tenant_apps.payments.domain.captures import give_up
from tenant_apps.payments.domain.charges import close_payment, settle_payment
from tenant_apps.payments.domain.disputes import follow_dispute
from tenant_apps.payments.domain.refunds import send_refund
from tenant_apps.payments.lifecycle import (
    DISPUTE_OPEN,
    PAYMENT_OPEN,
    PAYMENT_UNCAPTURED,
    REFUND_OPEN,
)
from tenant_apps.payments.models import Dispute, Payment, Refund

_SILENT_FOR = timedelta(minutes=15)
_BATCH = 100
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reconciled:
    payments: int
    refunds: int
    disputes: int
    overdue: int
    failed: int


def reconcile(*, at: datetime) -> Reconciled:
    """Ask about payments, refunds and disputes silent for a quarter of an hour (journey).

    A payment whose page has ended is closed there first, so that it cannot be paid any more. A
    transfer that did not come in time is given up. What fails is logged and comes again in the
    next round.
    """
    silent = at - _SILENT_FOR
    payments = Payment.objects.filter(
        state__in=PAYMENT_UNCAPTURED, account__isnull=False, created_at__lt=silent
    ).order_by("created_at")[:_BATCH]
    refunds = Refund.objects.filter(
        state__in=REFUND_OPEN, payment__account__isnull=False, created_at__lt=silent
    ).order_by("created_at")[:_BATCH]
    disputes = Dispute.objects.filter(state__in=DISPUTE_OPEN, opened_at__lt=silent).order_by(
        "opened_at"
    )[:_BATCH]
    overdue = Payment.objects.filter(
        state__in=PAYMENT_OPEN,
        method__in=["bank_transfer", "virtual_account"],
        expires_at__lte=at,
    ).order_by("expires_at")[:_BATCH]
    rounds: list[tuple[str, UUID, Callable[[], object]]] = [
        *[("payment", row.id, _asking(row, at)) for row in payments],
        *[("refund", row.id, _sending(row, at)) for row in refunds],
        *[("dispute", row.id, _following(row, at)) for row in disputes],
        *[("overdue", row.id, _giving_up(row, at)) for row in overdue],
    ]
    failed = sum(not _done(*each) for each in rounds)
    counts = Counter(kind for kind, *_ in rounds)
    return Reconciled(
        payments=counts["payment"],
        refunds=counts["refund"],
        disputes=counts["dispute"],
        overdue=counts["overdue"],
        failed=failed,
    )


def _asking(payment: Payment, at: datetime) -> Callable[[], object]:
    ask = close_payment if payment.expires_at <= at else settle_payment
    return lambda: ask(payment_id=payment.id, at=at)


def _sending(refund: Refund, at: datetime) -> Callable[[], object]:
    return lambda: send_refund(refund_id=refund.id, at=at)


def _following(dispute: Dispute, at: datetime) -> Callable[[], object]:
    account_id = dispute.payment.account_id
    return lambda: (
        account_id and follow_dispute(account_id=account_id, provider_id=dispute.provider_id, at=at)
    )


def _giving_up(payment: Payment, at: datetime) -> Callable[[], object]:
    return lambda: give_up(payment.id, at=at)


def _done(kind: str, row_id: UUID, action: Callable[[], object]) -> bool:
    try:
        action()
    except DomainError as error:
        _log.warning("not reconciled", extra={kind: str(row_id), "code": error.code})
        return False
    return True
