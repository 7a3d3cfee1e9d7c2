"""Trying again what a provider refused."""

from __future__ import annotations

from datetime import timedelta

from shared_apps.kernel.clock import now
from shared_apps.mailer.domain.messages import deliver_due
from shared_apps.outbox.domain.jobs import platform_job, tenant_job

_EVERY = timedelta(minutes=10)


@tenant_job(queue="bulk", every=_EVERY)
def deliver_again() -> None:
    deliver_due(at=now())


@platform_job(queue="bulk", every=_EVERY)
def deliver_platform_again() -> None:
    deliver_due(at=now())
