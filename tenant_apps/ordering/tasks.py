"""What time does to checkouts and orders, for every tenant."""

from __future__ import annotations

from datetime import timedelta

from shared_apps.kernel.clock import now
from shared_apps.outbox.domain.jobs import tenant_job
from tenant_apps.ordering.domain import recovery, timers


@tenant_job(queue="critical", every=timedelta(minutes=1))
def tend_checkouts() -> None:
    """Go on where a checkout was cut short, ask about silent payments, let go of unpaid orders."""
    recovery.tend_checkouts(at=now())


@tenant_job(queue="default", every=timedelta(minutes=30))
def tend_orders() -> None:
    """Cancel, deliver, complete, approve and lapse what the operator's terms say is due."""
    timers.run_timers(at=now())
