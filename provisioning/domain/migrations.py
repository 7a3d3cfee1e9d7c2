"""The ordinary way to a schema: Django's own migrations, run with the owner's login."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.core.management import call_command
from django.db import connections

from provisioning.domain.rights import platform_grants, tenant_grants

OWNER = "owner"


def owner_connection() -> Any:
    """The owner's connection; raises KeyError-like ConnectionDoesNotExist in a web process."""
    return cast("Any", connections[OWNER])


def migrate_public() -> None:
    """Bring `public` (and the extensions in `ext`) to the present migrations, with grants."""
    owner = owner_connection()
    owner.set_schema("public")
    try:
        _migrate()
        run_all(
            [
                "GRANT USAGE ON SCHEMA public, ext TO g_platform",
                "GRANT USAGE ON SCHEMA ext TO tenant_rw",
                *platform_grants(),
            ]
        )
    finally:
        owner.release_schema()


def migrate_schema(schema: str) -> None:
    """Create a tenant schema when missing and bring it to the present migrations, with grants."""
    owner = owner_connection()
    owner.set_schema(schema)
    try:
        run_all([f'CREATE SCHEMA IF NOT EXISTS "{schema}"'])
        _migrate()
        run_all(tenant_grants())
    finally:
        owner.release_schema()


def create_role(schema: str) -> None:
    """The tenant's role, named like its schema: the only key to it."""
    with owner_connection().cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [schema])
        if cursor.fetchone() is None:
            cursor.execute(f'CREATE ROLE "{schema}" NOLOGIN IN ROLE tenant_rw')
        cursor.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO "{schema}"')
        cursor.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO g_sweeper')
        cursor.execute(f'GRANT "{schema}" TO g_app WITH INHERIT FALSE, SET TRUE')


def run_all(statements: Iterable[str]) -> None:
    with owner_connection().cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _migrate() -> None:
    from django.core.management.commands.migrate import Command

    call_command(Command(), database=OWNER, interactive=False, verbosity=0)
