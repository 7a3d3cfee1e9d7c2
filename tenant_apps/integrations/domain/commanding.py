"""Importing from the command line: whose products they are, and the report of DESIGN 14."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.slugs import slug_of
from shared_apps.kernel.transactions import operation
from tenant_apps.integrations.domain.imports import (
    BATCH,
    FORMATS,
    ImportOrder,
    Tally,
    fill,
    put_all,
    queue_import,
    run_import,
)
from tenant_apps.integrations.domain.parsed import Parsed
from tenant_apps.integrations.domain.rows import Issue, UnreadableFile
from tenant_apps.integrations.domain.spool import open_spool
from tenant_apps.integrations.queries import ImportStatus, IssueRow, resumable
from tenant_apps.partners.domain import applications
from tenant_apps.partners.domain.applications import Application
from tenant_apps.partners.queries import PartnerNotFound, PartnerSummary, partner_at


@dataclass(frozen=True, slots=True)
class FileRequest:
    """`vendor` is a slug or a name; empty means the house itself."""

    kind: str
    path: Path
    vendor: str
    currency: str


def import_file(
    *,
    request: FileRequest,
    acting: Actor,
    now: Callable[[], datetime],
    progress: Callable[[int, int], None] | None = None,
) -> UUID:
    """Import a file here and now, going on where a killed import of it stopped (journey).

    Returns the run's id. Raises RunBusy while another process is at it, NotAVendor.
    """
    vendor = vendor_named(name=request.vendor, acting=acting, at=now())
    path = str(request.path)
    run_id = resumable(kind=request.kind, vendor_id=vendor.id, path=path)
    if run_id is None:
        order = ImportOrder(
            kind=request.kind,
            vendor_id=vendor.id,
            path=path,
            source_name=request.path.name,
            currency=request.currency,
        )
        run_id = queue_import(order=order, acting=acting, at=now(), by_hand=True)
    run_import(run_id=run_id, now=now, progress=progress, takes_over=True)
    return run_id


def preview_file(*, request: FileRequest, acting: Actor, now: Callable[[], datetime]) -> Tally:
    """What importing a file would do (journey). Every batch is really applied and rolled back,
    so that nothing is written: no product, no vendor, no run.
    """
    reading, total = FORMATS[request.kind], Tally()
    try:
        with open_spool() as spool:
            total.issues += fill(spool, reading, request.path)
            groups = spool.groups()
            while batch := list(islice(groups, BATCH)):
                parsed = [reading.parse(rows, request.currency) for rows in batch]
                total += _preview_batch(request=request, batch=parsed, acting=acting, at=now())
            total.rows = spool.count()
    except UnreadableFile as error:
        total.issues.append(Issue(1, "", error.code, error.detail))
    return total


@operation
def _preview_batch(
    *, request: FileRequest, batch: Sequence[Parsed], acting: Actor, at: datetime
) -> Tally:
    """One batch, and nothing of it stays."""
    name = request.vendor or current_tenant().name
    try:
        vendor = partner_at(slug_of(name), kind="vendor")
    except PartnerNotFound:
        vendor = applications.take_on(
            application=_application(name), owner_id=None, acting=acting, at=at
        )
    tally = put_all(batch=batch, vendor=vendor, acting=acting, at=at)
    transaction.set_rollback(True)
    return tally


def _application(name: str) -> Application:
    return Application(kind="vendor", name=name, currency=current_tenant().currency)


def vendor_named(*, name: str, acting: Actor, at: datetime) -> PartnerSummary:
    """The vendor of a slug or name, taken on when there is none yet (journey)."""
    name = name or current_tenant().name
    try:
        return partner_at(slug_of(name), kind="vendor")
    except PartnerNotFound:
        application = Application(kind="vendor", name=name, currency=current_tenant().currency)
        return applications.register(application=application, owner_id=None, acting=acting, at=at)


def empty_report(kind: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "rows": 0,
        "created": {},
        "updated": {},
        "skipped": 0,
        "errors": [],
        "warnings": [],
        "runs": [],
    }


def add_run(report: dict[str, Any], status: ImportStatus, issues: Iterable[IssueRow]) -> None:
    """Add one file's run to a report (rule)."""
    report["rows"] += status.rows_total
    report["skipped"] += status.skipped
    report["runs"].append(
        {"id": status.public_id, "file": status.source_name, "state": status.state}
    )
    _add_counts(report, created=status.created, updated=status.updated)
    for issue in issues:
        report[f"{issue.severity}s"].append(_issue_json(issue))


def add_preview(report: dict[str, Any], tally: Tally) -> None:
    """Add one file's dry run to a report (rule)."""
    report["rows"] += tally.rows
    report["skipped"] += tally.skipped
    _add_counts(report, created=tally.created, updated=tally.updated)
    for issue in sorted(tally.issues, key=lambda issue: issue.row):
        report["errors" if issue.is_error else "warnings"].append(_issue_json(issue))


def _add_counts(report: dict[str, Any], **counts: Mapping[str, int]) -> None:
    for name, made in counts.items():
        for what, count in made.items():
            report[name][what] = report[name].get(what, 0) + count


def _issue_json(issue: Issue | IssueRow) -> dict[str, Any]:
    return {
        "row": issue.row,
        "field": issue.field,
        "code": issue.code,
        "message": issue.message,
    }
