"""What billing does by the clock."""

from __future__ import annotations

from datetime import timedelta

from billing.domain import takes
from shared_apps.kernel.clock import now
from shared_apps.outbox.domain.jobs import platform_job


@platform_job(queue="bulk", every=timedelta(minutes=10))
def pull_takes() -> None:
    """Find the takes that the relay has not brought."""
    takes.pull_takes(at=now())
