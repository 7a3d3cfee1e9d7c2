"""What the provisioning worker does: it alone, with commands, holds the owner's login."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from provisioning.domain.lives import drop_due_tenants
from provisioning.domain.pool import fill_pool
from provisioning.domain.repair import resume_stuck_runs
from shared_apps.kernel.clock import now
from shared_apps.outbox.domain.jobs import platform_job


# Five seconds, so that a birth whose process died is finished or undone within a minute.
@platform_job(queue="provisioning", every=timedelta(seconds=5))
def tend() -> None:
    """Finish or undo births that stopped, then bring the pool to its size."""
    resume_stuck_runs(at=now())
    fill_pool(target=settings.GALLERIA_POOL_TARGET, at=now())


@platform_job(queue="provisioning", every=timedelta(minutes=15))
def drop_closed() -> None:
    """Drop the data of closed tenants whose grace is over."""
    drop_due_tenants(at=now())
