"""What time decides after a sale, by the operator's terms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import Exists, OuterRef, QuerySet

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.errors import DomainError
from tenant_apps.ordering.domain import after_sales, cancelling, fulfilment, returns
from tenant_apps.ordering.lifecycle import CLAIM_OPEN, RETURN_OPEN
from tenant_apps.ordering.models import Claim, OrderLine, Return, VendorOrder

_BATCH = 200
_log = structlog.get_logger(__name__)


def run_timers(*, at: datetime) -> int:
    """Do all that is due (journey), each in an operation of its own. How many were done.

    A vendor order that its vendor ignores is cancelled; one that was sent counts as delivered; one
    whose window for returns is over is completed. A return that nobody answers is approved, one
    that never arrives lapses. An open claim stops the clock, an open return that of completion.
    One that cannot be moved now is left for the next time.
    """
    terms = after_sales.terms()
    done = 0
    for days, rows, act in (
        (terms.silent_days, _silent, _cancel),
        (terms.delivery_days, _sent, _deliver),
        (terms.return_days, _settled, _complete),
        (terms.answer_days, _unanswered, _approve),
        (terms.send_back_days, _missing, _lapse),
    ):
        if days:
            due = rows(at - timedelta(days=days)).order_by("id").values_list("id", flat=True)
            done += sum(_try(act, each, at) for each in list(due[:_BATCH]))
    return done


def _try(act: Callable[[UUID, datetime], None], row_id: UUID, at: datetime) -> int:
    try:
        act(row_id, at)
    except DomainError as error:
        _log.warning("order_timer_failed", row=str(row_id), code=error.code)
        return 0
    return 1


def _silent(before: datetime) -> QuerySet[VendorOrder]:
    begun = OrderLine.objects.filter(
        vendor_order=OuterRef("pk"), shipped_quantity__gt=0, is_digital=False
    )
    ignored = _placed().filter(
        state__in=["confirmed", "partially_shipped"], confirmed_at__lte=before
    )
    return ignored.exclude(Exists(begun))


def _sent(before: datetime) -> QuerySet[VendorOrder]:
    late = _placed().filter(state="shipped", shipped_at__lte=before)
    # A replacement starts the time anew.
    return late.exclude(_claimed()).exclude(
        fulfilments__state="sent", fulfilments__shipped_at__gt=before
    )


def _settled(before: datetime) -> QuerySet[VendorOrder]:
    over = _placed().filter(state="delivered", delivered_at__lte=before)
    returned = Return.objects.filter(vendor_order=OuterRef("pk"), state__in=RETURN_OPEN)
    return over.exclude(_claimed()).exclude(Exists(returned))


def _unanswered(before: datetime) -> QuerySet[Return]:
    return Return.objects.filter(state="requested", changed_at__lte=before)


def _missing(before: datetime) -> QuerySet[Return]:
    return Return.objects.filter(state="approved", changed_at__lte=before)


def _placed() -> QuerySet[VendorOrder]:
    return VendorOrder.objects.filter(order__state="placed")


def _claimed() -> Exists:
    return Exists(Claim.objects.filter(vendor_order=OuterRef("pk"), state__in=CLAIM_OPEN))


def _cancel(row_id: UUID, at: datetime) -> None:
    cancelling.cancel_vendor_order(
        vendor_order_id=row_id, reason="vendor_silent", acting=SYSTEM, at=at
    )


def _deliver(row_id: UUID, at: datetime) -> None:
    fulfilment.deliver(vendor_order_id=row_id, acting=SYSTEM, at=at)


def _complete(row_id: UUID, at: datetime) -> None:
    fulfilment.complete(vendor_order_id=row_id, acting=SYSTEM, at=at)


def _approve(row_id: UUID, at: datetime) -> None:
    returns.approve(return_id=row_id, answer="", acting=SYSTEM, at=at)


def _lapse(row_id: UUID, at: datetime) -> None:
    returns.lapse(return_id=row_id, at=at)
