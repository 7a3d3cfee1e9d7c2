"""A compiled tenant is the same as a migrated one, and safe to drop beside its siblings."""

from __future__ import annotations

import re
import subprocess

import psycopg
import pytest
from django.db import connections

from config.embedded.postgres import EmbeddedPostgres
from provisioning.domain.catalog import (
    Constraint,
    Table,
    UnsupportedObject,
    as_written,
    read_catalog,
)
from provisioning.domain.migrations import create_role, migrate_schema, owning
from provisioning.domain.pool import add_to_pool
from provisioning.domain.schemas import build_schema, drop_schema
from provisioning.domain.script import creation_order
from provisioning.domain.template import ensure_template, stored_template
from shared_apps.kernel.clock import now
from tests.running_services import FOLDER

COMPILED, MIGRATED = "t_same_compiled", "t_same_migrated"


def make(name, *references):
    keys = [Constraint(f"{name}_{other}", "", other) for other in references]
    return Table(name, foreign_keys=keys)


def ordered(**tables):
    return creation_order({name: make(name, *refs) for name, refs in tables.items()})


def test_tables_follow_what_they_reference():
    assert ordered(a=["c"], b=["a"], c=[]) == ["c", "a", "b"]
    assert ordered(a=["a"], b=[]) == ["a", "b"]


def test_a_cycle_is_broken_at_its_first_name():
    assert ordered(b=["a"], a=["b"], z=["b"]) == ["a", "b", "z"]


def test_in_lists_read_as_django_wrote_them():
    array = "ARRAY['it''s'::character varying, 'b'::character varying]"

    assert as_written(f"CHECK (((state)::text = ANY (({array})::text[])))") == (
        "CHECK ((state IN ('it''s', 'b')))"
    )
    assert as_written(f"WHERE state::text <> ALL ({array}::text[])") == (
        "WHERE state NOT IN ('it''s', 'b')"
    )


@pytest.fixture(scope="module")
def template(database):
    return ensure_template(at=now())


@pytest.fixture(scope="module")
def twins(template):
    build_schema(schema=COMPILED, template=template)
    migrate_schema(MIGRATED)
    create_role(MIGRATED)
    yield
    drop_schema(COMPILED)
    drop_schema(MIGRATED)


def pg_dump(schema, *options):
    owner = connections["owner"].settings_dict
    program = EmbeddedPostgres(FOLDER / "postgres").dump_program()
    where = ["-h", owner["HOST"], "-p", owner["PORT"], "-U", owner["USER"], "-d", owner["NAME"]]
    command = [str(program), *where, "-n", schema, *options]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [
        line
        for line in text.replace(schema, "tenant").splitlines()
        if not line.startswith(("\\restrict", "\\unrestrict"))
    ]
    return "\n".join(lines)


def masked(text):
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]*\+00", "<moment>", text)


@pytest.mark.slow
def test_dump_of_compiled_equals_dump_of_migrated(twins):
    compiled, migrated = (pg_dump(schema, "--schema-only") for schema in (COMPILED, MIGRATED))

    assert compiled.count("CREATE TABLE") > 20
    assert compiled.splitlines() == migrated.splitlines()


@pytest.mark.slow
def test_rows_and_counters_equal(twins):
    compiled, migrated = (
        masked(pg_dump(schema, "--data-only", "--inserts")) for schema in (COMPILED, MIGRATED)
    )

    assert compiled.count("INSERT INTO") > 50
    assert sorted(compiled.splitlines()) == sorted(migrated.splitlines())


@pytest.mark.slow
def test_template_is_kept_in_a_file_and_in_public(template):
    assert stored_template() == template
    assert len(template.statements) > 40


@pytest.mark.slow
def test_triggers_and_functions_are_refused(database):
    with owning() as owner, owner.cursor() as cursor:
        cursor.execute("CREATE SCHEMA t_odd")
        cursor.execute("CREATE VIEW t_odd.v AS SELECT 1 AS one")
        with pytest.raises(UnsupportedObject, match="relation v"):
            read_catalog(cursor, "t_odd")
        cursor.execute("DROP SCHEMA t_odd CASCADE")


@pytest.mark.slow
def test_dropping_one_tenant_leaves_the_others_exclusion_constraints(template):
    first, second = (add_to_pool(template=template, at=now()) for _ in range(2))
    overlap = (
        'CREATE TABLE "{0}".block (unit bigint, nights daterange,'
        " CONSTRAINT no_overlap EXCLUDE USING gist (unit WITH =, nights WITH &&))"
    )
    with owning() as owner, owner.cursor() as cursor:
        for pooled in (first, second):
            cursor.execute(overlap.format(pooled.schema_name))

        drop_schema(first.schema_name)

        insert = f"INSERT INTO \"{second.schema_name}\".block VALUES (1, '[2026-01-01,2026-01-05)')"
        cursor.execute(insert)
        with pytest.raises(Exception, match="no_overlap") as caught:
            cursor.execute(insert)
        assert isinstance(caught.value.__cause__, psycopg.errors.ExclusionViolation)
