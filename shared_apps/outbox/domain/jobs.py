"""Background work: each job belongs to one tenant, or says that it is the platform's.

In a room's tasks.py:

    @tenant_job(queue="bulk", every=timedelta(minutes=10))
    def roll_up() -> None:
        rollups.roll_up_accounts(at=now())          # one domain call

    @platform_job(queue="provisioning")
    def tend() -> None: ...

and where work is to be left for later: `enqueue(roll_up)`, or `enqueue(send, message_id=str(id))`
with arguments that JSON can hold. Inside a transaction the message leaves after its commit. A
message may be lost or come twice: facts travel as outbox events, jobs only do what a sweep would
find again. Queues: critical, default, bulk, and provisioning (the owner's login).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Literal, Protocol, cast

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from shared_apps.kernel.context import PlatformContext, current_tenant, required_scope
from shared_apps.kernel.errors import InvariantBroken

JobScope = Literal["tenant", "platform"]
PLATFORM_MARK = "platform"


class JobNameTaken(InvariantBroken):
    """Two jobs of one name."""


@dataclass(frozen=True, slots=True)
class Job:
    """A named piece of work; call it to do it here and now, in the bound scope."""

    name: str
    scope: JobScope
    queue: str
    every: timedelta | None
    run: Callable[..., None]

    def __call__(self, **arguments: Any) -> None:
        self.run(**arguments)


class Sender(Protocol):
    """What puts a message on a queue: config.celery.send."""

    def __call__(self, name: str, *, queue: str, tenant: str, arguments: dict[str, Any]) -> None:
        """`tenant` is a tenant's id, or PLATFORM_MARK."""


_jobs: dict[str, Job] = {}


def tenant_job(
    *, queue: str = "default", every: timedelta | None = None
) -> Callable[[Callable[..., None]], Job]:
    """Run with a tenant bound; with `every`, beat asks for it once per tenant and interval."""
    return partial(_declared, "tenant", queue, every)


def platform_job(
    *, queue: str = "default", every: timedelta | None = None
) -> Callable[[Callable[..., None]], Job]:
    """Run with the platform bound; with `every`, beat asks for it once per interval."""
    return partial(_declared, "platform", queue, every)


def _declared(
    scope: JobScope, queue: str, every: timedelta | None, run: Callable[..., None]
) -> Job:
    job = Job(f"{run.__module__}.{run.__name__}", scope, queue, every, run)
    if job.name in _jobs:
        raise JobNameTaken(f"there is already a job named {job.name}")
    _jobs[job.name] = job
    return job


def all_jobs() -> tuple[Job, ...]:
    return tuple(_jobs.values())


def enqueue(job: Job, **arguments: Any) -> None:
    """Leave a job for a worker, for the bound scope, after the running transaction if any.

    A tenant's job needs a tenant bound: NoTenant otherwise.
    """
    tenant = PLATFORM_MARK if job.scope == "platform" else str(current_tenant().id)
    enqueue_by_name(job.name, queue=job.queue, tenant=tenant, **arguments)


def enqueue_by_name(name: str, *, queue: str, tenant: str = "", **arguments: Any) -> None:
    """The same for code below the room's tasks.py, which may name a job but not import it."""
    send = cast("Sender", import_string(settings.GALLERIA_JOB_SENDER))
    mark = tenant or _mark_of_scope()
    leave = partial(send, name, queue=queue, tenant=mark, arguments=arguments)
    transaction.on_commit(leave, robust=True)


def _mark_of_scope() -> str:
    scope = required_scope()
    return PLATFORM_MARK if isinstance(scope, PlatformContext) else str(scope.id)
