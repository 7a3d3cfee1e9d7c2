"""A release walks over all tenants: canaries first, one transaction each, resumable.

Who is current is found with one query; who drifted or fails is quarantined and reported while the
rest go on. A killed walk is taken up where it stopped.
"""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, transaction
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.loader import MigrationLoader

from provisioning.domain.fleet_plan import (
    Plan,
    PythonSegment,
    SqlSegment,
    applied_sets,
    build_plan,
    catalog_fingerprints,
    drifted,
)
from provisioning.domain.migrations import OWNER, migrate_schema, owning
from provisioning.models import FleetItem, FleetRun
from shared_apps.kernel.crashes import crash_point
from tenants.queries import all_contexts

_ATTEMPTS_MAX = 3
_LOCK_TIMEOUT = "2s"
_STATEMENT_TIMEOUT = "60s"
_PAUSE_SECONDS = 0.5
_ENDED = frozenset({"closed", "requested"})
State = FleetItem.State


@dataclass(frozen=True, slots=True)
class Quarantined:
    schema: str
    tenant_id: str
    error: str


@dataclass(frozen=True, slots=True)
class FleetReport:
    """The outcome of one walk; `ok` when every tenant has every migration."""

    run: UUID
    state: str
    total: int
    done: int
    current: int
    pending: int
    quarantined: tuple[Quarantined, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        return self.state == FleetRun.State.DONE


def migrate_fleet(*, canary: int = 0, at: datetime) -> FleetReport:
    """Bring every tenant to the present migrations (journey), with the owner's login.

    The first `canary` tenants go alone: if one of them fails, nobody else is touched and the
    walk ends `canary_failed`. A tenant whose locks are busy is tried three times. Expects the
    platform to be bound.
    """
    started = time.perf_counter()
    # Reading all migrations takes as long as many tenants: once a walk.
    graph = MigrationLoader(None).graph
    run = _open_run(target=_hash_of(graph), canary=canary, at=at)
    items = list(run.items.filter(state=State.PENDING).order_by("position"))
    plans = _Plans(items, graph)
    failed_canary = False
    with _not_waiting_for_the_disk():
        for item in items:
            if failed_canary and item.position >= run.canary:
                break
            _migrate_one(item, plans)
            crash_point("in_fleet")
            failed_canary |= item.position < run.canary and item.state == State.QUARANTINED
    return _close_run(run, failed_canary=failed_canary, at=at, started=started)


@contextmanager
def _not_waiting_for_the_disk() -> Iterator[None]:
    """An item's mark lost with the server's crash is found again: the schema says how far it is."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


def _hash_of(graph: MigrationGraph) -> str:
    """What the migrations on disk lead to, as a name for walks."""
    leaves = sorted(graph.leaf_nodes())
    return hashlib.sha256(repr(leaves).encode()).hexdigest()


def _open_run(*, target: str, canary: int, at: datetime) -> FleetRun:
    """The unfinished walk to the same target, else a new one over all tenants."""
    unfinished = FleetRun.objects.filter(target=target, state=FleetRun.State.RUNNING).first()
    if unfinished is not None:
        return unfinished
    run = FleetRun.objects.create(target=target, canary=canary, started_at=at)
    tenants = [tenant for tenant in all_contexts() if tenant.state not in _ENDED]
    FleetItem.objects.bulk_create(
        FleetItem(run=run, tenant_id=tenant.id, schema_name=tenant.schema, position=position)
        for position, tenant in enumerate(tenants)
    )
    return run


class _Plans:
    """For each schema of a walk its plan, or why it gets none; plans are made when first asked."""

    def __init__(self, items: Sequence[FleetItem], graph: MigrationGraph) -> None:
        schemas = [item.schema_name for item in items]
        self._applied = applied_sets(schemas)
        self._plans: dict[frozenset[str], Plan] = {}
        nodes = {f"{app}.{name}" for app, name in graph.nodes}
        groups: dict[frozenset[str], list[str]] = defaultdict(list)
        for schema in schemas:
            if schema in self._applied and nodes - self._applied[schema]:
                groups[self._applied[schema]].append(schema)
        self._pending = {schema for group in groups.values() for schema in group}
        self._drifted: set[str] = set()
        for group in groups.values():
            self._drifted |= drifted(catalog_fingerprints(group), group)

    def trouble_with(self, schema: str) -> str:
        if schema not in self._applied:
            return "MissingSchema: no migrations table can be read there"
        if schema in self._drifted:
            return "Drift: its columns, constraints or indexes differ from those of its group"
        return ""

    def is_current(self, schema: str) -> bool:
        return schema not in self._pending

    def plan_for(self, schema: str) -> Plan:
        applied = self._applied[schema]
        if applied not in self._plans:
            self._plans[applied] = build_plan(schema)
        return self._plans[applied]


def _migrate_one(item: FleetItem, plans: _Plans) -> None:
    started = time.perf_counter()
    trouble = plans.trouble_with(item.schema_name)
    if not trouble and plans.is_current(item.schema_name):
        item.state = State.CURRENT
    else:
        error = trouble or _attempt(item, plans)
        item.state = State.QUARANTINED if error else State.DONE
        item.error = error
    FleetItem.objects.filter(pk=item.pk).update(
        state=item.state,
        error=item.error,
        attempts=item.attempts,
        milliseconds=round((time.perf_counter() - started) * 1000),
    )


def _attempt(item: FleetItem, plans: _Plans) -> str:
    """Apply the plan; "" when it is in, else why not. Busy locks are waited for, twice."""
    while True:
        item.attempts += 1
        try:
            apply_plan(schema=item.schema_name, plan=plans.plan_for(item.schema_name))
        except Exception as error:  # noqa: BLE001 - one tenant's failure must not stop the others
            is_busy = isinstance(error.__cause__, psycopg.errors.LockNotAvailable)
            if is_busy and item.attempts < _ATTEMPTS_MAX:
                time.sleep(_PAUSE_SECONDS)
                continue
            return f"{type(error).__name__}: {error}".strip()
        return ""


def apply_plan(*, schema: str, plan: Plan) -> None:
    """Do all of a plan to one tenant in one transaction, or nothing of it.

    A plan that is not atomic goes by Django's executor, which commits migration by migration.
    """
    if not plan.atomic:
        _migrate_the_long_way(schema)
        return
    with owning(schema) as owner, transaction.atomic(using=OWNER), owner.cursor() as cursor:
        # Not waiting for the disk is safe: the item is marked done by a later commit, and a crash
        # loses commits from the end only.
        limits = (
            f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'; SET LOCAL synchronous_commit = off;"
            f" SET LOCAL statement_timeout = '{_STATEMENT_TIMEOUT}'"
        )
        for segment in plan.segments:
            if isinstance(segment, SqlSegment):
                # The limits travel with the first statements.
                cursor.execute(f"{limits};\n{segment.sql}" if limits else segment.sql)
                limits = ""
                continue
            if limits:
                cursor.execute(limits)
                limits = ""
            _run_python(owner, segment)


def _migrate_the_long_way(schema: str) -> None:
    with owning(schema) as owner, owner.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{_LOCK_TIMEOUT}'")
        try:
            migrate_schema(schema)
        finally:
            cursor.execute("RESET lock_timeout")


def _run_python(owner: Any, segment: PythonSegment) -> None:
    with owner.schema_editor(atomic=False) as editor:
        segment.operation.code(segment.models, editor)


def _close_run(run: FleetRun, *, failed_canary: bool, at: datetime, started: float) -> FleetReport:
    rows = list(run.items.order_by("position"))
    by_state = {state: sum(row.state == state for row in rows) for state in State}
    if failed_canary:
        run.state = FleetRun.State.CANARY_FAILED
    else:
        clean = not by_state[State.QUARANTINED]
        run.state = FleetRun.State.DONE if clean else FleetRun.State.PARTIAL
    FleetRun.objects.filter(pk=run.pk).update(state=run.state, finished_at=at)
    return FleetReport(
        run=run.pk,
        state=run.state,
        total=len(rows),
        done=by_state[State.DONE],
        current=by_state[State.CURRENT],
        pending=by_state[State.PENDING],
        quarantined=tuple(
            Quarantined(row.schema_name, str(row.tenant_id), row.error)
            for row in rows
            if row.state == State.QUARANTINED
        ),
        seconds=round(time.perf_counter() - started, 3),
    )
