"""Imports and keys as pages, the API and the command show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.pages import Page, page_of
from tenant_apps.integrations.models import ApiKey, ImportIssue, ImportRun

ID_PREFIX = "imp"
KEY_PREFIX = "key"


class ImportUnknown(NotFound):
    code, title = "record_not_found", "There is no such import here"


@dataclass(frozen=True, slots=True)
class ImportStatus:
    """How far an import is. `created` and `updated` count products, variants and images."""

    id: UUID
    kind: str
    vendor_id: UUID
    state: str
    source_name: str
    is_dry_run: bool
    rows_total: int
    rows_done: int
    created: Mapping[str, int]
    updated: Mapping[str, int]
    skipped: int
    failed: int
    error_count: int
    warning_count: int
    error: str
    created_at: datetime
    finished_at: datetime | None

    @property
    def public_id(self) -> str:
        return public_id(ID_PREFIX, self.id)

    @property
    def percent(self) -> int:
        if self.state == "finished":
            return 100
        return self.rows_done * 100 // self.rows_total if self.rows_total else 0

    @property
    def is_over(self) -> bool:
        return self.state in {"finished", "failed", "cancelled"}


@dataclass(frozen=True, slots=True)
class IssueRow:
    row: int
    field: str
    code: str
    message: str
    severity: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as lists show it; `shown` is what is left to tell it by."""

    id: UUID
    kind: str
    name: str
    shown: str
    owner_name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None

    @property
    def public_id(self) -> str:
        return public_id(KEY_PREFIX, self.id)


def keys_of(owner_id: UUID | None = None) -> list[KeyRow]:
    """The keys that are not revoked, of one person or of everybody, newest first. One query."""
    rows = ApiKey.objects.filter(revoked_at=None).select_related("owner")
    if owner_id is not None:
        rows = rows.filter(owner_id=owner_id)
    return [_key(row) for row in rows.order_by("-created_at", "-id")[:200]]


def _key(row: ApiKey) -> KeyRow:
    return KeyRow(
        id=row.id,
        kind=row.kind,
        name=row.name,
        shown=f"{'pk' if row.kind == 'publishable' else 'sk'}_\N{HORIZONTAL ELLIPSIS}{row.hint}",
        owner_name=row.owner.display_name,
        scopes=tuple(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )


def public_id_of(run_id: UUID) -> str:
    return public_id(ID_PREFIX, run_id)


def import_status(run_id: UUID) -> ImportStatus:
    """One import. Two queries; raises ImportUnknown."""
    row = ImportRun.objects.filter(pk=run_id).first()
    if row is None:
        raise ImportUnknown
    counts = ImportIssue.objects.filter(run_id=run_id).aggregate(
        errors=Count("pk", filter=Q(severity="error")),
        warnings=Count("pk", filter=Q(severity="warning")),
    )
    return _status(row, counts["errors"], counts["warnings"])


def imports_of(vendor_id: UUID, *, cursor: str = "", limit: int = 25) -> Page[ImportStatus]:
    """A vendor's imports, newest first. One query; the issues are counted on the page of one."""
    page = page_of(ImportRun.objects.filter(vendor_id=vendor_id), cursor=cursor, limit=limit)
    return Page([_status(row) for row in page.items], page.next_cursor, page.prev_cursor)


def issues_of(
    run_id: UUID, *, severity: str = "", cursor: str = "", limit: int = 100
) -> Page[IssueRow]:
    """What was noticed, by row. One query."""
    rows = ImportIssue.objects.filter(run_id=run_id)
    if severity:
        rows = rows.filter(severity=severity)
    page = page_of(rows, cursor=cursor, limit=limit, order=("row", "id"))
    return Page([_issue(row) for row in page.items], page.next_cursor, page.prev_cursor)


def all_issues(run_id: UUID) -> list[IssueRow]:
    """Every issue of a run, by row. One query."""
    rows = ImportIssue.objects.filter(run_id=run_id).order_by("row", "pk")
    return [_issue(row) for row in rows]


def resumable(*, kind: str, vendor_id: UUID, path: str) -> UUID | None:
    """An import of that very file that was interrupted. One query."""
    rows = ImportRun.objects.filter(
        kind=kind, vendor_id=vendor_id, path=path, state="running", is_dry_run=False
    )
    return rows.order_by("-created_at").values_list("pk", flat=True).first()


def _issue(row: ImportIssue) -> IssueRow:
    return IssueRow(row.row, row.field, row.code, row.message, row.severity)


def _status(row: ImportRun, errors: int = 0, warnings: int = 0) -> ImportStatus:
    return ImportStatus(
        id=row.id,
        kind=row.kind,
        vendor_id=row.vendor_id,
        state=row.state,
        source_name=row.source_name,
        is_dry_run=row.is_dry_run,
        rows_total=row.rows_total,
        rows_done=row.rows_done,
        created=row.counts.get("created", {}),
        updated=row.counts.get("updated", {}),
        skipped=row.skipped,
        failed=row.failed,
        error_count=errors,
        warning_count=warnings,
        error=row.error,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
