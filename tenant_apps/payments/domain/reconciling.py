"""When no message came: ask the gateway ourselves."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared_apps.kernel.errors import DomainError
from tenant_apps.payments.domain.charges import close_payment, settle_payment
from tenant_apps.payments.domain.refunds import send_refund
from tenant_apps.payments.lifecycle import PAYMENT_OPEN, REFUND_OPEN
from tenant_apps.payments.models import Payment, Refund

_SILENT_FOR = timedelta(minutes=15)
_BATCH = 100
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reconciled:
    payments: int
    refunds: int
    failed: int


def reconcile(*, at: datetime) -> Reconciled:
    """Ask about payments and refunds silent for a quarter of an hour (journey).

    A payment whose page has ended is closed there first, so that it cannot be paid any more.
    What fails is logged and comes again in the next round.
    """
    failed = 0
    payments = list(
        Payment.objects.filter(
            state__in=PAYMENT_OPEN, account__isnull=False, created_at__lt=at - _SILENT_FOR
        ).order_by("created_at")[:_BATCH]
    )
    for payment in payments:
        ask = close_payment if payment.expires_at <= at else settle_payment
        try:
            ask(payment_id=payment.id, at=at)
        except DomainError as error:
            failed += _note("payment", payment.reference, error)
    refunds = list(
        Refund.objects.filter(
            state__in=REFUND_OPEN,
            payment__account__isnull=False,
            created_at__lt=at - _SILENT_FOR,
        ).order_by("created_at")[:_BATCH]
    )
    for refund in refunds:
        try:
            send_refund(refund_id=refund.id, at=at)
        except DomainError as error:
            failed += _note("refund", str(refund.id), error)
    return Reconciled(len(payments), len(refunds), failed)


def _note(kind: str, reference: str, error: DomainError) -> int:
    _log.warning("not reconciled", extra={kind: reference, "code": error.code})
    return 1
