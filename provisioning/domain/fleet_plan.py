"""What a release has to do to a tenant: planned once for all tenants that are equally far.

A plan is a list of segments: SQL collected from Django's own operations on a reference schema,
and Python operations with the models of their moment. What cannot be planned that way (anything
non-atomic) makes the whole group fall back to Django's executor, tenant by tenant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps as installed
from django.conf import settings
from django.db.migrations import Migration, RunPython
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from provisioning.domain.migrations import owner_connection, owning
from provisioning.domain.rights import tenant_grants

Applied = frozenset[str]
_CHUNK = 100
_APPLIED = (
    "SELECT '{schema}', array_agg(app || '.' || name ORDER BY id)"
    ' FROM "{schema}".django_migrations'
)
# Names and types of columns, constraints and indexes: what collected SQL takes for granted.
_FINGERPRINTS = """
SELECT n.nspname, md5(string_agg(thing, E'\\n' ORDER BY thing)) FROM (
    SELECT c.relnamespace AS space, c.relname || '.' || a.attname || ' ' || a.atttypid || ' '
           || a.atttypmod || a.attnotnull AS thing
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
      AND c.relnamespace = ANY (%(spaces)s::regnamespace[])
    UNION ALL
    SELECT connamespace, conname || ' ' || contype::text FROM pg_constraint
    WHERE connamespace = ANY (%(spaces)s::regnamespace[])
    UNION ALL
    SELECT relnamespace, relname::text FROM pg_class
    WHERE relkind = 'i' AND relnamespace = ANY (%(spaces)s::regnamespace[])
) things JOIN pg_namespace n ON n.oid = space GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class SqlSegment:
    sql: str


@dataclass(frozen=True, slots=True)
class PythonSegment:
    """A RunPython operation and the models as they are at its place."""

    operation: RunPython
    models: Any


Segment = SqlSegment | PythonSegment


@dataclass(frozen=True, slots=True)
class Plan:
    """`migrations` are the names that get recorded; `atomic` = the segments may be used."""

    migrations: tuple[str, ...]
    segments: tuple[Segment, ...]
    atomic: bool


def applied_sets(schemas: Sequence[str]) -> dict[str, Applied]:
    """Which migrations each schema has; one query for a hundred schemas. Missing = unreadable."""
    found: dict[str, Applied] = {}
    with owning() as owner, owner.cursor() as cursor:
        for start in range(0, len(schemas), _CHUNK):
            chunk = _readable(cursor, schemas[start : start + _CHUNK])
            if chunk:
                cursor.execute(" UNION ALL ".join(_APPLIED.format(schema=name) for name in chunk))
                found |= {name: frozenset(names or ()) for name, names in cursor.fetchall()}
    return found


def _readable(cursor: Any, schemas: Sequence[str]) -> list[str]:
    cursor.execute(
        "SELECT schemaname FROM pg_tables"
        " WHERE tablename = 'django_migrations' AND schemaname = ANY (%s)",
        [list(schemas)],
    )
    return [row[0] for row in cursor.fetchall()]


def catalog_fingerprints(schemas: Sequence[str]) -> dict[str, str]:
    """A hash of each schema's columns, constraints and indexes; one query for a hundred."""
    found: dict[str, str] = {}
    with owning() as owner, owner.cursor() as cursor:
        for start in range(0, len(schemas), _CHUNK):
            chunk = list(schemas[start : start + _CHUNK])
            cursor.execute(_FINGERPRINTS, {"spaces": chunk})
            found |= dict(cursor.fetchall())
    return found


def drifted(fingerprints: Mapping[str, str], order: Sequence[str]) -> frozenset[str]:
    """Schemas that do not look like most of their group (rule); of equal numbers the elder wins."""
    counts = Counter(fingerprints[schema] for schema in order)
    if not counts:
        return frozenset()
    most = max(counts.values())
    usual = next(fingerprints[s] for s in order if counts[fingerprints[s]] == most)
    return frozenset(schema for schema in order if fingerprints[schema] != usual)


def build_plan(reference: str) -> Plan:
    """The plan for all tenants that have the same migrations as the reference."""
    with owning(reference) as owner:
        executor: Any = MigrationExecutor(owner)
        steps = executor.migration_plan(executor.loader.graph.leaf_nodes())
        names = tuple(f"{step.app_label}.{step.name}" for step, _ in steps)
        migrations = [migration for migration, _backwards in steps]
        if not all(_is_atomic(migration) for migration in migrations):
            return Plan(names, (), atomic=False)
        state = executor._create_project_state(with_applied_migrations=True)  # noqa: SLF001
        before = _tables(state)
        segments: list[Segment] = []
        for migration in migrations:
            state = _collect(migration, state, segments)
        segments.append(SqlSegment(";\n".join(_closing(state, before))))
    return Plan(names, tuple(_joined(segments)), atomic=True)


def _is_atomic(migration: Migration) -> bool:
    return bool(migration.atomic) and not any(
        isinstance(operation, RunPython) and operation.atomic is False
        for operation in migration.operations
    )


def _collect(migration: Migration, state: ProjectState, into: list[Segment]) -> ProjectState:
    """Append what one migration does, its own record last; return the state after it."""
    app = migration.app_label
    with owner_connection().schema_editor(collect_sql=True, atomic=False) as editor:
        for operation in migration.operations:
            after = state.clone()
            operation.state_forwards(app, after)
            if isinstance(operation, RunPython):
                _flush(editor, into)
                if _may_run(app, operation):
                    into.append(PythonSegment(operation, state.apps))
            else:
                operation.database_forwards(app, editor, state, after)
            state = after
    _flush(editor, into)
    into.append(
        SqlSegment(
            "INSERT INTO django_migrations (app, name, applied)"  # noqa: S608 - names of our files
            f" VALUES ('{app}', '{migration.name}', statement_timestamp())"
        )
    )
    return state


def _may_run(app: str, operation: RunPython) -> bool:
    from django.db import router

    return router.allow_migrate(owner_connection().alias, app, **operation.hints)


def _flush(editor: Any, into: list[Segment]) -> None:
    # A RunPython must find the indexes and keys that the operations before it postponed.
    for statement in editor.deferred_sql:
        editor.execute(statement)
    editor.deferred_sql.clear()
    lines = [line for line in editor.collected_sql if not line.startswith("--")]
    if lines:
        into.append(SqlSegment("\n".join(lines)))
    editor.collected_sql.clear()


def _tables(state: ProjectState) -> dict[str, tuple[str, str]]:
    """Table -> (app label, model name) of the tenant's apps in a state."""
    labels = set(_tenant_labels())
    return {
        options.get("db_table") or f"{app}_{name}": (app, name)
        for (app, name), options in (
            (key, model.options) for key, model in state.models.items() if key[0] in labels
        )
        if options.get("managed", True) and not options.get("proxy")
    }


def _tenant_labels() -> Iterator[str]:
    for config in installed.get_app_configs():
        path = f"{type(config).__module__}.{type(config).__name__}"
        if config.name in settings.TENANT_APPS or path in settings.TENANT_APPS:
            yield config.label


def _closing(state: ProjectState, before: dict[str, tuple[str, str]]) -> Iterator[str]:
    """Grants, content types and permissions of the tables that are new."""
    after = _tables(state)
    new = sorted(after.keys() - before.keys())
    if not new:
        yield "SELECT 1"
        return
    yield from tenant_grants([*new, *_through_tables(new)])
    for table in new:
        app, model = after[table]
        verbose = state.models[app, model].options.get("verbose_name") or model
        yield (
            "INSERT INTO django_content_type (app_label, model)"  # noqa: S608
            f" VALUES ('{app}', '{model}') ON CONFLICT DO NOTHING"
        )
        for action in ("add", "change", "delete", "view"):
            yield (
                "INSERT INTO auth_permission (content_type_id, codename, name)"  # noqa: S608
                f" SELECT id, '{action}_{model}', 'Can {action} {verbose}'"
                f" FROM django_content_type WHERE app_label = '{app}' AND model = '{model}'"
                " ON CONFLICT DO NOTHING"
            )


def _through_tables(tables: Sequence[str]) -> Iterator[str]:
    for model in installed.get_models():
        if model._meta.db_table in tables:
            for field in model._meta.local_many_to_many:
                yield field.m2m_db_table()


def _joined(segments: Sequence[Segment]) -> Iterator[Segment]:
    """Neighbouring SQL as one text: one round trip."""
    buffer: list[str] = []
    for segment in segments:
        if isinstance(segment, SqlSegment):
            buffer.append(segment.sql.rstrip().rstrip(";"))
            continue
        if buffer:
            yield SqlSegment(";\n".join(buffer))
            buffer = []
        yield segment
    if buffer:
        yield SqlSegment(";\n".join(buffer))
