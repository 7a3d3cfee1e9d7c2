"""Forgetting what nobody needs any more."""

from __future__ import annotations

from datetime import timedelta

from shared_apps.kernel.clock import now
from shared_apps.outbox.domain.delivery import forget_delivered
from shared_apps.outbox.domain.idempotency import forget_expired
from shared_apps.outbox.domain.jobs import platform_job, tenant_job

_KEPT = timedelta(days=30)


@tenant_job(queue="bulk", every=timedelta(hours=6))
def tidy() -> None:
    """Delivered events after thirty days, answered keys after one."""
    _tidy()


@platform_job(queue="bulk", every=timedelta(hours=6))
def tidy_platform() -> None:
    """The same for the platform's own events and keys."""
    _tidy()


def _tidy() -> None:
    moment = now()
    forget_expired(at=moment)
    while forget_delivered(before=moment - _KEPT):
        pass
