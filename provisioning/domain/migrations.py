"""The ordinary way to a schema: Django's own migrations, run with the owner's login."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.core.management import call_command
from django.db import connections

from provisioning.domain.rights import platform_grants, tenant_grants

OWNER = "owner"


def owner_connection() -> Any:
    """The owner's connection; raises ConnectionDoesNotExist in a web process."""
    return cast("Any", connections[OWNER])


def has_owner() -> bool:
    """Whether this process holds the owner's login (provisioning worker and commands do)."""
    return OWNER in connections.databases


@contextmanager
def owning(schema: str = "public", *, alias: str = OWNER) -> Iterator[Any]:
    """The owner's connection with `schema` leading its search path; puts back what was before."""
    owner = cast("Any", connections[alias])
    before = owner._explicit_schema  # noqa: SLF001 - our own backend
    owner.set_schema(schema)
    try:
        yield owner
    finally:
        owner.schema_name = before


def migrate_public() -> None:
    """Bring `public` (and the extensions in `ext`) to the present migrations, with grants."""
    with owning():
        _migrate(OWNER)
        run_all(
            [
                "GRANT USAGE ON SCHEMA public, ext TO g_platform",
                "GRANT USAGE ON SCHEMA ext TO tenant_rw",
                *platform_grants(existing_tables("public")),
            ]
        )


def migrate_schema(schema: str, *, alias: str = OWNER) -> None:
    """Create a tenant schema when missing and bring it to the present migrations, with grants."""
    with owning(schema, alias=alias):
        run_all([f'CREATE SCHEMA IF NOT EXISTS "{schema}"'], alias=alias)
        _migrate(alias)
        run_all(tenant_grants(existing_tables(schema, alias=alias)), alias=alias)


def existing_tables(schema: str, *, alias: str = OWNER) -> frozenset[str]:
    """The tables of a schema."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
        return frozenset(row[0] for row in cursor.fetchall())


def create_role(schema: str) -> None:
    """The tenant's role, named like its schema: the only key to it."""
    with owner_connection().cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [schema])
        if cursor.fetchone() is None:
            cursor.execute(f'CREATE ROLE "{schema}" NOLOGIN IN ROLE tenant_rw')
        cursor.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO "{schema}", g_sweeper')
        cursor.execute(f'GRANT "{schema}" TO g_app WITH INHERIT FALSE, SET TRUE')


def run_all(statements: Iterable[str], *, alias: str = OWNER) -> None:
    with connections[alias].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _migrate(alias: str) -> None:
    from django.core.management.commands.migrate import Command

    call_command(Command(), database=alias, interactive=False, verbosity=0)
