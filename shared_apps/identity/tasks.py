"""Forgetting proofs that have run out, once a day."""

from __future__ import annotations

from datetime import timedelta

from shared_apps.identity.domain.housekeeping import forget_expired
from shared_apps.kernel.clock import now
from shared_apps.outbox.domain.jobs import platform_job, tenant_job

_EVERY = timedelta(days=1)


@tenant_job(queue="bulk", every=_EVERY)
def forget_expired_proofs() -> None:
    forget_expired(at=now())


@platform_job(queue="bulk", every=_EVERY)
def forget_expired_platform_proofs() -> None:
    forget_expired(at=now())
