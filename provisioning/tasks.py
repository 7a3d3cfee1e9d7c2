"""What the provisioning worker does: it alone, with commands, holds the owner's login."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from provisioning.domain.pool import fill_pool
from provisioning.domain.repair import resume_stuck_runs
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import platform_context


@shared_task(name="provisioning.tasks.tend", queue="provisioning", ignore_result=True)
def tend() -> None:
    """Finish or undo births that stopped, then bring the pool to its size."""
    with platform_context():
        resume_stuck_runs(at=now())
        fill_pool(target=settings.GALLERIA_POOL_TARGET, at=now())


def nudge() -> None:
    tend.apply_async(retry=False, expires=60)
