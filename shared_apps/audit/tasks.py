"""Sealing, every five minutes for every tenant."""

from __future__ import annotations

from datetime import timedelta

from shared_apps.audit.domain.sealing import seal_all
from shared_apps.kernel.clock import now
from shared_apps.outbox.domain.jobs import platform_job, tenant_job


@tenant_job(queue="bulk", every=timedelta(minutes=5))
def seal() -> None:
    """Chain what was recorded since the last seal."""
    seal_all(at=now())


@platform_job(queue="bulk", every=timedelta(minutes=5))
def seal_platform() -> None:
    """The same for the platform's own record."""
    seal_all(at=now())
