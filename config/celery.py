"""The task queue: turns the rooms' jobs into Celery tasks that know for whom they run.

A task that declares no scope, or comes without a tenant where it needs one, refuses to run.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import django
import structlog
from celery import Celery, Task, signals
from django.utils.module_loading import autodiscover_modules

from config.inflight import leave_room, room_for
from config.metrics import TASKS
from shared_apps.kernel.context import TenantContext, bound, platform_context, tenant_context
from shared_apps.kernel.errors import InvariantBroken
from shared_apps.outbox.domain.jobs import PLATFORM_MARK, Job, all_jobs

_HEADER = "galleria_tenant"
_FAN_OUT = "config.celery.fan_out"
_IN_FLIGHT_MAX = 4
_SPREAD_MAX = timedelta(seconds=60)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
_log = structlog.get_logger(__name__)


class TaskRefused(InvariantBroken):
    """A message that does not say for whom, or names nobody we serve."""


class ScopedTask(Task):  # type: ignore[type-arg]
    """Binds the tenant of the message's header, or the platform, for the run and no longer."""

    job: Job | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.name.startswith("celery."):
            return self.run(*args, **kwargs)
        with bound(None), self._scope() as tenant:
            if tenant is None:
                return self.run(*args, **kwargs)
            return self._run_for(tenant, kwargs)

    def _run_for(self, tenant: TenantContext, kwargs: dict[str, Any]) -> Any:
        task_id = str(self.request.id)
        if not room_for(task_id, cap=tenant.tier.limits.get("tasks_in_flight", _IN_FLIGHT_MAX)):
            # Others wait less when one tenant's flood goes to the back of the slowest queue.
            self.apply_async(
                kwargs=kwargs,
                queue="bulk",
                headers={_HEADER: str(tenant.id)},
                countdown=random.uniform(0.5, 2.0),  # noqa: S311 - spreads load, guards nothing
            )
            return None
        try:
            return self.run(**kwargs)
        finally:
            leave_room(task_id)

    @contextmanager
    def _scope(self) -> Iterator[TenantContext | None]:
        if self.job is None:
            raise TaskRefused(f"{self.name} declares no scope; use tenant_job or platform_job")
        mark = _mark_of(self.request)
        with structlog.contextvars.bound_contextvars(task=self.name, task_id=self.request.id):
            if self.job.scope == "platform":
                with platform_context(), structlog.contextvars.bound_contextvars(tenant="platform"):
                    yield None
                return
            tenant = _tenant_of(self.name, mark)
            names = {"tenant": tenant.slug, "schema": tenant.schema}
            with tenant_context(tenant), structlog.contextvars.bound_contextvars(**names):
                yield tenant


def _mark_of(request: Any) -> str:
    headers = getattr(request, "headers", None) or {}
    return str(headers.get(_HEADER) or getattr(request, _HEADER, None) or "")


def _tenant_of(task: str, mark: str) -> TenantContext:
    from tenants.lifecycle import SERVED
    from tenants.queries import find_by_id

    if not mark or mark == PLATFORM_MARK:
        raise TaskRefused(f"{task} came without a tenant")
    try:
        tenant = find_by_id(UUID(mark))
    except ValueError as error:
        raise TaskRefused(f"{task} came for {mark!r}, which is no tenant's id") from error
    if tenant is None:
        raise TaskRefused(f"{task} came for an unknown tenant {mark}")
    if tenant.state not in SERVED:
        raise TaskRefused(f"{task} came for {tenant.slug}, which is {tenant.state}")
    return tenant


app = Celery("galleria", task_cls=ScopedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")


def send(name: str, *, queue: str, tenant: str, arguments: dict[str, Any]) -> None:
    """Put a message on a queue (the Sender of shared_apps.outbox.domain.jobs)."""
    app.send_task(name, kwargs=arguments, queue=queue, headers={_HEADER: tenant}, retry=False)


def fan_out(*, job: str, spread_seconds: float) -> None:
    """Ask for a tenant's job once for every tenant we serve, spread over some seconds."""
    from tenants.lifecycle import SERVED
    from tenants.queries import all_contexts

    queue = next(known.queue for known in all_jobs() if known.name == job)
    with app.producer_or_acquire() as producer:
        for tenant in all_contexts(states=SERVED):
            app.send_task(
                job,
                queue=queue,
                headers={_HEADER: str(tenant.id)},
                countdown=random.uniform(0, spread_seconds),  # noqa: S311 - no secret
                producer=producer,
            )


@signals.import_modules.connect(weak=False)
def register_jobs(**_signal: Any) -> None:
    """Import every room's tasks.py and give Celery a task, and beat an entry, for each job."""
    django.setup()
    autodiscover_modules("tasks")
    fan_out_job = Job(_FAN_OUT, "platform", "default", None, fan_out)
    for job in (*all_jobs(), fan_out_job):
        if job.name not in app.tasks:
            app.task(name=job.name, job=job)(job.run)
    app.conf.beat_schedule = {job.name: _entry(job) for job in all_jobs() if job.every}


def _entry(job: Job) -> dict[str, Any]:
    every = job.every or timedelta()
    # An answer to an old wish is no use once the next wish is there: nothing piles up.
    options = {
        "queue": job.queue,
        "headers": {_HEADER: PLATFORM_MARK},
        "expires": every.total_seconds(),
    }
    if job.scope == "platform":
        return {"task": job.name, "schedule": every, "options": options}
    spread = min(every / 2, _SPREAD_MAX).total_seconds()
    return {
        "task": _FAN_OUT,
        "schedule": every,
        "kwargs": {"job": job.name, "spread_seconds": spread},
        "options": {**options, "queue": "default"},
    }


@signals.task_prerun.connect(weak=False)
def _log_start(task_id: str = "", task: Any = None, **_signal: Any) -> None:
    _log.info("task started", task=task.name, task_id=task_id, tenant=_mark_of(task.request))


@signals.task_postrun.connect(weak=False)
def _log_end(task_id: str = "", task: Any = None, state: str = "", **_signal: Any) -> None:
    TASKS.labels(task.name, state).inc()
    _log.info(
        "task ended", task=task.name, task_id=task_id, state=state, tenant=_mark_of(task.request)
    )
