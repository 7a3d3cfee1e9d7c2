"""Physical schemas and roles: their names, how they are made in one transaction, and dropped."""

from __future__ import annotations

import re
from uuid import UUID

from django.db import transaction

from provisioning.domain.migrations import OWNER, create_role, owner_connection, owning
from provisioning.domain.template import Template
from shared_apps.kernel.crashes import crash_point
from shared_apps.kernel.errors import invariant
from shared_apps.kernel.ids import base32

_NAME = re.compile(r"t_[a-z0-9_]{1,61}\Z")


def schema_name_of(tenant_id: UUID) -> str:
    """The opaque name of a tenant's schema and of its role (rule)."""
    return f"t_{base32(tenant_id.bytes)}"


def replay(*, schema: str, template: Template) -> None:
    """Make the schema, everything in it and its role; call inside a transaction of the owner.

    Its commit does not wait for the disk: whoever makes use of the schema commits after it, and
    a crash of the server loses commits from the end only.
    """
    invariant(_NAME.match(schema), f"{schema!r} is not the name of a tenant's schema")
    with owner_connection().cursor() as cursor:
        cursor.execute(
            "SET LOCAL synchronous_commit = off;\n"
            f'CREATE SCHEMA "{schema}"; SET LOCAL search_path = "{schema}", ext;\n'
            f"{template.script};\nSET LOCAL search_path = public, ext"
        )
    crash_point("in_replay")
    create_role(schema)


def build_schema(*, schema: str, template: Template) -> bool:
    """Make a schema unless it is there; says whether it was made. One transaction of the owner."""
    with owning(), transaction.atomic(using=OWNER):
        if schema_exists(schema):
            return False
        replay(schema=schema, template=template)
    return True


def schema_exists(schema: str) -> bool:
    with owner_connection().cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = %s)", [schema])
        return bool(cursor.fetchone()[0])


def drop_schema(schema: str) -> None:
    """Drop a schema and its role, whatever of the two is still there. One transaction.

    Sessions that still hold the role keep their privileges until then, but find no table.
    """
    invariant(_NAME.match(schema), f"{schema!r} is not the name of a tenant's schema")
    with owning() as owner, transaction.atomic(using=OWNER), owner.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [schema])
        if cursor.fetchone():
            cursor.execute(f'DROP ROLE "{schema}"')
