"""What settlement does by the clock."""

from __future__ import annotations

from datetime import timedelta

from shared_apps.kernel.clock import now
from shared_apps.outbox.domain.jobs import tenant_job
from tenant_apps.settlement.domain import destinations, payouts, sending


@tenant_job(queue="bulk", every=timedelta(hours=1))
def sweep_payouts() -> None:
    """Make the payouts that are due by the operator's schedule."""
    payouts.sweep(at=now())


@tenant_job(queue="bulk", every=timedelta(minutes=20))
def tend_payouts() -> None:
    """Send what was not sent, ask about what has no answer."""
    sending.tend_payouts(at=now())


@tenant_job(queue="bulk", every=timedelta(hours=1))
def refresh_destinations() -> None:
    """Look again at partners' accounts whose onboarding is not done."""
    destinations.refresh_unfinished(at=now())
