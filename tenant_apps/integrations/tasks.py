"""Imports in the background."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from shared_apps.kernel.clock import now
from shared_apps.outbox.domain.jobs import enqueue, tenant_job
from tenant_apps.integrations.domain import imports

_BUDGET = timedelta(minutes=7)


@tenant_job(queue="bulk")
def run_import(run_id: str) -> None:
    """Work at an import for some minutes; what is left goes back to the queue."""
    if not imports.work_on(run_id=UUID(run_id), now=now, budget=_BUDGET):
        enqueue(run_import, run_id=run_id)


@tenant_job(queue="bulk", every=timedelta(minutes=2))
def resume_imports() -> None:
    """Imports whose worker was killed, or whose message was lost, go on."""
    for run_id in imports.stale_runs(at=now()):
        enqueue(run_import, run_id=str(run_id))
