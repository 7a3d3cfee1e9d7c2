"""Asking gateways about what they never told us."""

from __future__ import annotations

from datetime import timedelta

from shared_apps.kernel.clock import now
from shared_apps.outbox.domain.jobs import tenant_job
from tenant_apps.payments.domain import reconciling


@tenant_job(queue="default", every=timedelta(minutes=10))
def reconcile() -> None:
    """Settle payments and refunds that are stuck."""
    reconciling.reconcile(at=now())
