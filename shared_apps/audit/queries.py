"""Reading the record of acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from shared_apps.audit.models import AuditEntry
from shared_apps.kernel.pages import Page, page_of
from shared_apps.kernel.ref import Ref


@dataclass(frozen=True, slots=True)
class Act:
    """One entry, to show: who (for whom), did what, to what, when, and what changed."""

    id: UUID
    at: datetime
    actor: str
    actor_name: str
    on_behalf_of: str
    action: str
    subject: Ref
    changes: dict[str, Any]
    request_id: str


def acts(*, subject: Ref | None = None, cursor: str = "", limit: int = 25) -> Page[Act]:
    """What was done (to one thing, or at all), latest first."""
    rows = AuditEntry.objects.all()
    if subject is not None:
        rows = rows.filter(subject_kind=subject.kind, subject_id=subject.id)
    return _page(rows, cursor, limit)


def acts_of(actor: str, *, cursor: str = "", limit: int = 25) -> Page[Act]:
    """What one actor ("user:<id>") did, latest first."""
    kind, _, actor_id = actor.partition(":")
    return _page(AuditEntry.objects.filter(actor_kind=kind, actor_id=actor_id), cursor, limit)


def _page(rows: QuerySet[AuditEntry], cursor: str, limit: int) -> Page[Act]:
    page = page_of(rows, cursor=cursor, limit=limit, order=("-at", "-id"))
    return Page([_act(row) for row in page.items], page.next_cursor, page.prev_cursor)


def _act(row: AuditEntry) -> Act:
    return Act(
        id=row.id,
        at=row.at,
        actor=f"{row.actor_kind}:{row.actor_id}",
        actor_name=row.actor_name,
        on_behalf_of=row.on_behalf_of,
        action=row.action,
        subject=Ref(row.subject_kind, row.subject_id),
        changes=row.changes,
        request_id=row.request_id,
    )
