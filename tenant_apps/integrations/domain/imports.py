"""Importing a file: queued by an operation, applied batch by batch, resumed after a kill."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Self, cast
from uuid import UUID

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor, ActorKind
from shared_apps.kernel.errors import Conflict, DomainError, NotFound, Unprocessable
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.catalog.domain import moderation, products
from tenant_apps.catalog.domain.products import Put
from tenant_apps.integrations.domain.parsed import Format, Parsed
from tenant_apps.integrations.domain.rows import Issue, Row, UnreadableFile, read_rows
from tenant_apps.integrations.domain.shopify import SHOPIFY
from tenant_apps.integrations.domain.spool import Spool, open_spool
from tenant_apps.integrations.domain.woocommerce import WOOCOMMERCE
from tenant_apps.integrations.events import ImportFinished, ImportQueued
from tenant_apps.integrations.lifecycle import IMPORT
from tenant_apps.integrations.models import ImportIssue, ImportRun
from tenant_apps.partners import permissions
from tenant_apps.partners.permissions import Verb
from tenant_apps.partners.queries import PartnerSummary

FORMATS: dict[str, Format] = {"shopify-products": SHOPIFY, "woocommerce-products": WOOCOMMERCE}
BATCH = 50
STALE = timedelta(seconds=90)
_STORED = "stored:"
UPLOAD_SIZE_MAX = 50 * 1024 * 1024


class UnknownRun(NotFound):
    code, title = "record_not_found", "There is no such import here"


class RunBusy(Conflict):
    code, title = "import_running", "Another process is at this import"


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What to import for whom. `path` is a file on this machine or a stored upload."""

    kind: str
    vendor_id: UUID
    path: str
    source_name: str
    currency: str
    is_dry_run: bool = False


@dataclass(slots=True)
class Tally:
    """What a batch, or a whole run, did."""

    rows: int = 0
    created: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    skipped: int = 0
    failed: int = 0
    issues: list[Issue] = field(default_factory=list)

    def take(self, put: Put) -> None:
        if put.outcome == "unchanged":
            self.skipped += 1
            return
        own = self.created if put.outcome == "created" else self.updated
        _add(own, products=1)
        _add(self.created, variants=put.written.variants_created, images=put.written.images_created)
        _add(self.updated, variants=put.written.variants_updated)

    def __iadd__(self, other: Tally) -> Self:
        self.rows += other.rows
        self.skipped += other.skipped
        self.failed += other.failed
        self.issues += other.issues
        _add(self.created, **other.created)
        _add(self.updated, **other.updated)
        return self


def _add(counts: dict[str, int], **more: int) -> None:
    for name, count in more.items():
        if count:
            counts[name] = counts.get(name, 0) + count


@operation
def queue_import(*, order: ImportOrder, acting: Actor, at: datetime, by_hand: bool = False) -> UUID:
    """Note a file to be imported. Effects: run, audit, ImportQueued unless the caller itself
    runs it (by_hand).

    Raises NotYourPartner, NotAVendor, Unprocessable for an unknown kind.
    """
    permissions.require(acting, Verb.EDIT_PRODUCTS, order.vendor_id)
    vendor = products.trading_vendor(order.vendor_id)
    if order.kind not in FORMATS:
        raise Unprocessable(errors={"kind": [f"Choose one of: {', '.join(sorted(FORMATS))}"]})
    run = ImportRun.objects.create(
        kind=order.kind,
        vendor_id=vendor.id,
        source_name=order.source_name[:255],
        path=order.path,
        currency=order.currency,
        is_dry_run=order.is_dry_run,
        actor_kind=acting.kind,
        actor_id=acting.id,
        actor_name=acting.name,
        actor_roles=sorted(acting.roles),
        created_at=at,
        heartbeat_at=at,
    )
    record(
        "integrations.import.queue",
        subject=Ref("integrations.import", str(run.id)),
        acting=acting,
        at=at,
        changes={"kind": order.kind, "file": order.source_name},
    )
    if not by_hand:
        publish(ImportQueued(run_id=str(run.id), kind=order.kind))
    return run.id


@dataclass(frozen=True, slots=True)
class Upload:
    kind: str
    vendor_id: UUID
    file: UploadedFile[bytes]
    currency: str
    is_dry_run: bool = False


def receive_upload(*, upload: Upload, acting: Actor, at: datetime) -> UUID:
    """Keep an uploaded file where every worker reaches it, then queue it (journey: storage).

    Raises UnreadableFile for one that is too large, and what queue_import raises.
    """
    if (upload.file.size or 0) > UPLOAD_SIZE_MAX:
        raise UnreadableFile(f"At most {UPLOAD_SIZE_MAX // 1024 // 1024} MB at a time")
    # The storage puts its own prefix of the tenant in front whenever it is given this name.
    name = f"imports/{uuid7()}.csv"
    default_storage.save(name, upload.file)
    order = ImportOrder(
        kind=upload.kind,
        vendor_id=upload.vendor_id,
        path=f"{_STORED}{name}",
        source_name=upload.file.name or "upload.csv",
        currency=upload.currency,
        is_dry_run=upload.is_dry_run,
    )
    return queue_import(order=order, acting=acting, at=at)


def run_import(
    *,
    run_id: UUID,
    now: Callable[[], datetime],
    stop_at: datetime | None = None,
    progress: Callable[[int, int], None] | None = None,
    takes_over: bool = False,
) -> bool:
    """Apply a queued or interrupted run, a batch a transaction (journey). True when finished.

    Effects of each batch: products, states, issues, counts and position in one commit, so that a
    killed run goes on exactly after what is in the shop. A dry run keeps only its report.
    `takes_over` is for whoever knows that the process before is gone.
    Raises UnknownRun, RunBusy.
    """
    run = _claim(run_id=run_id, at=now(), takes_over=takes_over)
    try:
        with local_file(run.path) as path, open_spool() as spool:
            reading = FORMATS[run.kind]
            issues = fill(spool, reading, path)
            total = spool.count()
            if run.rows_total == 0:
                _note_reading(run_id=run_id, rows_total=total, issues=issues, at=now())
            position = run.position
            groups = islice(spool.groups(), position, None)
            while batch := list(islice(groups, BATCH)):
                parsed = [reading.parse(rows, run.currency) for rows in batch]
                done = _apply_batch(run_id=run_id, position=position, batch=parsed, at=now())
                position += len(batch)
                if progress is not None:
                    progress(done, total)
                if stop_at is not None and now() >= stop_at:
                    _let_go(run_id=run_id, at=now())
                    return False
    except UnreadableFile as error:
        _fail(run_id=run_id, error=error, at=now())
        return True
    _finish(run_id=run_id, at=now())
    return True


def work_on(*, run_id: UUID, now: Callable[[], datetime], budget: timedelta) -> bool:
    """A worker's share of a run; one that another process is at counts as done (journey)."""
    try:
        return run_import(run_id=run_id, now=now, stop_at=now() + budget)
    except RunBusy:
        return True


def fill(spool: Spool, reading: Format, path: Path) -> list[Issue]:
    """Bring the file into groups; what is wrong with rows as such, and what all rows lack."""
    notices: dict[str, Issue] = {}

    def watched() -> Iterator[Row | Issue]:
        for row in read_rows(path, required=reading.required):
            if isinstance(row, Row):
                for notice in reading.notices(row):
                    notices.setdefault(notice.code, notice)
            yield row

    issues = list(spool.fill(watched(), reading.keys_of))
    return [*notices.values(), *issues, *map(reading.orphan, spool.orphans())]


@operation
def _claim(*, run_id: UUID, at: datetime, takes_over: bool) -> ImportRun:
    """Take a run: a queued one, or one whose process has been silent for a while."""
    run = _locked(run_id)
    if run.state == "running" and run.heartbeat_at > at - STALE and not takes_over:
        raise RunBusy
    if run.state != "running":
        record_move(run, IMPORT, "start", acting=_actor(run), at=at)
    ImportRun.objects.filter(pk=run_id).update(heartbeat_at=at)
    return run


@operation
def _let_go(*, run_id: UUID, at: datetime) -> None:
    """Leave a run to whoever comes next."""
    ImportRun.objects.filter(pk=run_id).update(heartbeat_at=at - STALE)


@operation
def _note_reading(*, run_id: UUID, rows_total: int, issues: Sequence[Issue], at: datetime) -> None:
    """How many rows there are and which of them cannot be read."""
    run = _locked(run_id)
    run.rows_total, run.heartbeat_at = rows_total, at
    unreadable = len({issue.row for issue in issues if issue.is_error})
    run.rows_done, run.failed = run.rows_done + unreadable, run.failed + unreadable
    run.save(update_fields=["rows_total", "heartbeat_at", "rows_done", "failed"])
    _write_issues(run, issues)


@operation
def _apply_batch(*, run_id: UUID, position: int, batch: Sequence[Parsed], at: datetime) -> int:
    """One batch of products; those with errors are left out. Returns the rows done so far.

    Raises RunBusy when the run was cancelled or somebody else has taken it over.
    """
    run = _locked(run_id)
    if run.state != "running" or run.position != position:
        raise RunBusy(f"This import is {run.state} and at {run.position}")
    vendor = products.trading_vendor(run.vendor_id)
    sid = transaction.savepoint()
    tally = put_all(batch=batch, vendor=vendor, acting=_actor(run), at=at)
    if run.is_dry_run:
        transaction.savepoint_rollback(sid)
    run.position += len(batch)
    run.rows_done += tally.rows
    run.skipped += tally.skipped
    run.failed += tally.failed
    run.counts = {
        name: _sum(run.counts.get(name, {}), getattr(tally, name))
        for name in ("created", "updated")
    }
    run.heartbeat_at = at
    run.save(update_fields=["position", "rows_done", "skipped", "failed", "counts", "heartbeat_at"])
    _write_issues(run, tally.issues)
    return run.rows_done


@step
def put_all(
    *, batch: Sequence[Parsed], vendor: PartnerSummary, acting: Actor, at: datetime
) -> Tally:
    """Put the products of a batch into the shop, each in a savepoint of its own."""
    total = Tally()
    for parsed in batch:
        tally = Tally(rows=parsed.rows, issues=list(parsed.issues))
        if parsed.draft is None:
            tally.failed += 1
        else:
            _put_one(parsed, vendor, tally, acting=acting, at=at)
        total += tally
    return total


def _put_one(
    parsed: Parsed, vendor: PartnerSummary, tally: Tally, *, acting: Actor, at: datetime
) -> None:
    """One product in a savepoint of its own: what is wrong with it is only its own harm."""
    draft = parsed.draft
    if draft is None:
        return
    try:
        with transaction.atomic():
            put = products.put_product(vendor=vendor, draft=draft, acting=acting, at=at)
            moderation.bring_to(product_id=put.product_id, state=parsed.state, acting=acting, at=at)
    except DomainError as error:
        tally.failed += 1
        tally.issues += _issues_of(error, parsed)
        return
    tally.take(put)
    tally.issues += [
        Issue(
            variant.row or parsed.first_row,
            "SKU",
            "duplicate_sku",
            f"Another variant has the SKU {variant.sku}; this one goes without",
            is_error=False,
        )
        for variant in put.without_sku
    ]


def _issues_of(error: DomainError, parsed: Parsed) -> list[Issue]:
    """A refusal by row and field: "variants.2.sku" belongs to the row of that variant."""
    if not isinstance(error, Unprocessable) or not error.errors:
        return [Issue(parsed.first_row, "", error.code, error.detail)]
    issues = []
    for name, messages in error.errors.items():
        head, _, rest = name.partition(".")
        index, _, column = rest.partition(".")
        variants = parsed.draft.variants if parsed.draft else ()
        is_variant = head == "variants" and index.isdigit() and int(index) < len(variants)
        row = variants[int(index)].row if is_variant else parsed.first_row
        issues += [
            Issue(row, column if is_variant else name, error.code, message) for message in messages
        ]
    return issues


def _sum(first: dict[str, int], second: dict[str, int]) -> dict[str, int]:
    total = dict(first)
    _add(total, **second)
    return total


@operation
def _finish(*, run_id: UUID, at: datetime) -> None:
    """Everything is through. Effects: move, ImportFinished."""
    run = _locked(run_id)
    record_move(run, IMPORT, "finish", acting=_actor(run), at=at)
    ImportRun.objects.filter(pk=run_id).update(finished_at=at, rows_done=run.rows_total)
    publish(
        ImportFinished(
            run_id=str(run_id),
            kind=run.kind,
            vendor_id=str(run.vendor_id),
            created=run.counts.get("created", {}).get("products", 0),
            updated=run.counts.get("updated", {}).get("products", 0),
            failed=run.failed,
        )
    )


@operation
def _fail(*, run_id: UUID, error: UnreadableFile, at: datetime) -> None:
    """The file as such cannot be read: the run says why."""
    run = _locked(run_id)
    record_move(run, IMPORT, "fail", acting=_actor(run), at=at, note=error.detail)
    ImportRun.objects.filter(pk=run_id).update(finished_at=at, error=error.detail)
    _write_issues(run, [Issue(1, "", error.code, error.detail)])


@operation
def cancel_import(*, run_id: UUID, acting: Actor, at: datetime) -> None:
    """Stop a run after its present batch; what is in stays in. Raises NotYourPartner."""
    run = _locked(run_id)
    permissions.require(acting, Verb.EDIT_PRODUCTS, run.vendor_id)
    record_move(run, IMPORT, "cancel", acting=acting, at=at)
    ImportRun.objects.filter(pk=run_id).update(finished_at=at)


def stale_runs(*, at: datetime, limit: int = 20) -> list[UUID]:
    """Runs that wait for a worker or lost theirs. One query."""
    rows = ImportRun.objects.filter(state__in=["queued", "running"], heartbeat_at__lte=at - STALE)
    return list(rows.order_by("created_at").values_list("pk", flat=True)[:limit])


@step
def _write_issues(run: ImportRun, issues: Sequence[Issue]) -> None:
    ImportIssue.objects.bulk_create(
        ImportIssue(
            run=run,
            row=issue.row,
            field=issue.field[:120],
            code=issue.code,
            message=issue.message[:500],
            severity="error" if issue.is_error else "warning",
        )
        for issue in issues
    )


def _actor(run: ImportRun) -> Actor:
    """Whoever ordered the import acts, with the roles held then."""
    return Actor(
        cast("ActorKind", run.actor_kind), run.actor_id, run.actor_name, frozenset(run.actor_roles)
    )


def _locked(run_id: UUID) -> ImportRun:
    run = ImportRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise UnknownRun
    return run


@contextmanager
def local_file(path: str) -> Iterator[Path]:
    """The file on this machine: where it is, or a copy of a stored upload."""
    if not path.startswith(_STORED):
        if not Path(path).is_file():
            raise UnreadableFile("There is no such file")
        yield Path(path)
        return
    with tempfile.TemporaryDirectory(prefix="galleria-upload-") as folder:
        local = Path(folder) / "upload.csv"
        with default_storage.open(path.removeprefix(_STORED)) as stored, local.open("wb") as copy:
            shutil.copyfileobj(stored, copy)
        yield local
