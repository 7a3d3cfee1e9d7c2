"""What time does to stored value, every ten minutes for every tenant."""

from __future__ import annotations

from datetime import timedelta

from shared_apps.kernel.clock import now
from shared_apps.outbox.domain.jobs import tenant_job
from tenant_apps.wallet.domain import holds


@tenant_job(queue="default", every=timedelta(minutes=10))
def release_expired_holds() -> None:
    """Give back what was set aside for purchases that never came about."""
    holds.release_expired(at=now())
