"""Recording an act, in the commit of what was done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from shared_apps.audit.models import AuditEntry
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import step

_gathered: ContextVar[list[AuditEntry] | None] = ContextVar("galleria_audit", default=None)


@contextmanager
def recorded_together() -> Iterator[None]:
    """Write what the block records in one statement at its end; inside one operation only."""
    entries: list[AuditEntry] = []
    token = _gathered.set(entries)
    try:
        yield
    finally:
        _gathered.reset(token)
    AuditEntry.objects.bulk_create(entries)


@step
def record(
    action: str,
    *,
    subject: Ref,
    acting: Actor,
    at: datetime,
    changes: Mapping[str, Any] | None = None,
) -> UUID:
    """Append who did what ("catalog.product.publish") to what; returns the entry's id.

    `changes` maps a field to [before, after] or to what mattered; never a secret. Both people
    behind an impersonated session are named, and the request's id is kept for the logs.
    """
    entry = AuditEntry(
        at=at,
        actor_kind=acting.kind,
        actor_id=acting.id,
        actor_name=acting.name,
        on_behalf_of=acting.on_behalf_of,
        action=action,
        subject_kind=subject.kind,
        subject_id=subject.id,
        changes=dict(changes or {}),
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )
    gathered = _gathered.get()
    if gathered is None:
        AuditEntry.objects.bulk_create([entry])
    else:
        gathered.append(entry)
    return entry.id
