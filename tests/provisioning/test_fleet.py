"""A release walks over the tenants; what breaks in one stays in that one."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from django.db import connections

from config.bench.release import NAME, coming_release
from provisioning.domain.fleet import migrate_fleet
from provisioning.domain.fleet_plan import build_plan, drifted
from provisioning.domain.migrations import migrate_schema, owning
from provisioning.domain.schemas import build_schema
from provisioning.domain.template import ensure_template
from provisioning.models import FleetItem, FleetRun
from shared_apps.kernel.clock import now
from tenants.models import Tenant
from tests.provisioning.conftest import own_database


def test_the_odd_one_out_has_drifted():
    assert drifted({"a": "x", "b": "x", "c": "y"}, ["a", "b", "c"]) == {"c"}
    assert drifted({"a": "x", "b": "y"}, ["a", "b"]) == {"b"}
    assert drifted({}, []) == frozenset()


@pytest.fixture
def fleet(database):
    """Four tenants and nobody else, in a database of their own."""
    template = ensure_template(at=now())
    names = [f"t_fleet_{uuid4().hex[:8]}_{letter}" for letter in "abcd"]
    with own_database():
        Tenant.objects.all().update(state="closed")
        for position, schema in enumerate(names):
            build_schema(schema=schema, template=template)
            Tenant.objects.create(
                slug=f"fleet-{position}",
                name=schema,
                schema_name=schema,
                role=schema,
                state="active",
                owner_email="a@b.example",
                created_at=now(),
            )
        yield names


def run_sql(statement, *, fetch=False):
    with owning() as owner, owner.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if fetch else None


def has_column(schema):
    found = run_sql(
        "SELECT 1 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        f" WHERE c.relnamespace = '{schema}'::regnamespace AND attname = 'bench_mark'",
        fetch=True,
    )
    recorded = run_sql(
        f"SELECT 1 FROM \"{schema}\".django_migrations WHERE name = '{NAME}'", fetch=True
    )
    assert bool(found) == bool(recorded)
    return bool(found)


def shape(schema):
    columns = run_sql(
        "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        f" WHERE c.relnamespace = '{schema}'::regnamespace AND a.attnum > 0 ORDER BY 1, 2",
        fetch=True,
    )
    constraints = run_sql(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        f" WHERE connamespace = '{schema}'::regnamespace ORDER BY 1",
        fetch=True,
    )
    return columns, [(name, text.replace(schema, "tenant")) for name, text in constraints]


@pytest.mark.slow
def test_current_fleet_is_left_alone(fleet):
    report = migrate_fleet(at=now())

    assert report.ok
    assert (report.total, report.current, report.done) == (4, 4, 0)


@pytest.mark.slow
def test_planned_tenants_equal_one_migrated_the_ordinary_way(fleet):
    with coming_release():
        migrate_schema(fleet[0])
        report = migrate_fleet(at=now())

    assert report.ok
    assert (report.current, report.done) == (1, 3)
    assert all(has_column(schema) for schema in fleet)
    assert shape(fleet[0]) == shape(fleet[1]) == shape(fleet[3])


@pytest.mark.slow
def test_broken_and_drifted_tenants_are_quarantined_and_the_rest_go_on(fleet):
    run_sql(f'ALTER TABLE "{fleet[1]}".themes_themeversion ADD COLUMN bench_mark integer')
    run_sql(f'DROP TABLE "{fleet[2]}".django_migrations')

    with coming_release():
        report = migrate_fleet(at=now())
        run_sql(f'ALTER TABLE "{fleet[1]}".themes_themeversion DROP COLUMN bench_mark')
        again = migrate_fleet(at=now())

    errors = {row.schema: row.error for row in report.quarantined}
    assert (report.state, report.done) == ("partial", 2)
    assert errors[fleet[1]].startswith("Drift")
    assert errors[fleet[2]].startswith("MissingSchema")
    assert has_column(fleet[0])
    assert has_column(fleet[3])
    assert (again.done, again.current) == (1, 2)
    assert has_column(fleet[1])


@pytest.mark.slow
def test_failing_python_leaves_its_tenant_untouched(fleet):
    run_sql(f'CREATE TABLE "{fleet[1]}".sabotage ()')
    check = (
        "    with schema_editor.connection.cursor() as cursor:\n"
        "        cursor.execute(\"SELECT to_regclass('sabotage')\")\n"
        "        if cursor.fetchone()[0]:\n"
        "            raise ValueError('sabotaged')\n"
    )
    with coming_release(extra=check):
        report = migrate_fleet(at=now())

    assert [(row.schema, row.error) for row in report.quarantined] == [
        (fleet[1], "ValueError: sabotaged")
    ]
    assert not has_column(fleet[1])
    assert report.done == 3


@pytest.mark.slow
def test_failed_canary_stops_the_walk(fleet):
    with coming_release(extra="    raise ValueError('broken release')\n"):
        report = migrate_fleet(canary=1, at=now())

    assert (report.state, report.pending, len(report.quarantined)) == ("canary_failed", 3, 1)
    assert not any(has_column(schema) for schema in fleet)


@pytest.mark.slow
def test_busy_tenant_is_given_up_after_three_tries_and_others_go_on(fleet):
    owner = connections["owner"].settings_dict
    address = f"postgresql://g_owner@{owner['HOST']}:{owner['PORT']}/{owner['NAME']}"
    with psycopg.connect(address) as other, coming_release():
        other.execute(f'LOCK TABLE "{fleet[1]}".themes_themeversion IN ACCESS SHARE MODE')
        report = migrate_fleet(at=now())

    assert report.done == 3
    assert [row.schema for row in report.quarantined] == [fleet[1]]
    assert "lock timeout" in report.quarantined[0].error
    assert FleetItem.objects.get(run=report.run, schema_name=fleet[1]).attempts == 3


@pytest.mark.slow
def test_interrupted_walk_is_taken_up_where_it_stopped(fleet, monkeypatch):
    from provisioning.domain import fleet as walks

    def stop(_name):
        raise KeyboardInterrupt

    with coming_release():
        monkeypatch.setattr(walks, "crash_point", stop)
        with pytest.raises(KeyboardInterrupt):
            migrate_fleet(at=now())
        monkeypatch.undo()
        report = migrate_fleet(at=now())

    assert FleetRun.objects.count() == 1
    assert (report.state, report.done, report.total) == ("done", 4, 4)
    assert all(has_column(schema) for schema in fleet)


@pytest.mark.slow
def test_non_atomic_release_goes_by_the_ordinary_executor(fleet):
    extra = "\n\nmigrations.Migration.atomic = True\n"
    concurrently = "    ]\n    atomic = False\n    operations += [\n"

    with coming_release(extra=extra, operations=concurrently):
        with owning(fleet[0]):
            assert not build_plan(fleet[0]).atomic
        report = migrate_fleet(at=now())

    assert report.ok
    assert report.done == 4
    assert all(has_column(schema) for schema in fleet)
