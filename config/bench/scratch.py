"""A database of their own for benches that make and drop tenants; nothing else is touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connections
from psycopg import sql

from config.embedded.bootstrap import DatabaseUrls, bootstrap_cluster
from provisioning.domain.migrations import has_owner, migrate_public, owner_connection
from shared_apps.kernel.context import platform_context


class NeedsOwner(LookupError):
    """A bench that makes tenants was started without DATABASE_ADMIN_URL."""


@contextmanager
def scratch_database() -> Iterator[str]:
    """A fresh, migrated database that both connections speak to until the block ends."""
    if not has_owner():
        raise NeedsOwner("this bench needs the owner's login: set DATABASE_ADMIN_URL")
    before = owner_connection().settings_dict["NAME"]
    name = f"galleria_bench_{os.getpid()}"
    bootstrap_cluster(DatabaseUrls(app=_url("default", name), admin=_url("owner", name)))
    _point_at(name)
    try:
        with platform_context():
            migrate_public()
            yield name
    finally:
        roles = _roles_here()
        _point_at(before)
        _drop(name, roles)


def _url(alias: str, name: str) -> str:
    known = connections[alias].settings_dict
    secret = f":{known['PASSWORD']}" if known["PASSWORD"] else ""
    return f"postgresql://{known['USER']}{secret}@{known['HOST']}:{known['PORT']}/{name}"


def _point_at(name: str) -> None:
    for alias in ("default", "owner"):
        wrapper = connections[alias]
        wrapper.close()
        if hasattr(wrapper, "close_pool"):
            wrapper.close_pool()
        wrapper.settings_dict["NAME"] = name


def _roles_here() -> list[str]:
    with owner_connection().cursor() as cursor:
        cursor.execute(
            "SELECT nspname FROM pg_namespace n JOIN pg_roles r ON r.rolname = n.nspname"
            " WHERE nspname LIKE 't\\_%'"
        )
        return [row[0] for row in cursor.fetchall()]


def _drop(name: str, roles: list[str]) -> None:
    with psycopg.connect(
        _url("owner", owner_connection().settings_dict["NAME"]), autocommit=True
    ) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        for role in roles:
            admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))
