"""Rolling up hot accounts, every ten minutes for every tenant."""

from __future__ import annotations

from datetime import timedelta

from shared_apps.kernel.clock import now
from shared_apps.ledger.domain.rollups import roll_up_all
from shared_apps.outbox.domain.jobs import platform_job, tenant_job


@tenant_job(queue="bulk", every=timedelta(minutes=10))
def roll_up() -> None:
    """Add up what hot accounts took part in since the last time."""
    roll_up_all(at=now())


@platform_job(queue="bulk", every=timedelta(minutes=10))
def roll_up_platform() -> None:
    """The same for the platform's own books."""
    roll_up_all(at=now())
