"""Asking gateways about what they never told us, and laying our books beside theirs."""

from __future__ import annotations

from datetime import timedelta

from shared_apps.kernel.clock import now
from shared_apps.outbox.domain.jobs import tenant_job
from tenant_apps.payments.domain import reconciliation, reconciling


@tenant_job(queue="default", every=timedelta(minutes=10))
def reconcile() -> None:
    """Settle payments, refunds and disputes that are stuck."""
    reconciling.reconcile(at=now())


@tenant_job(queue="bulk", every=timedelta(hours=24))
def compare_statements() -> None:
    """Compare the clearing of every account with its provider's statement."""
    reconciliation.reconcile_accounts(days=reconciliation.DAYS_COMPARED, at=now())
