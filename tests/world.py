"""The world of the tests: two tenants, Alpha and Beta, in a database each worker copies."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import itertools
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.test import TransactionTestCase
from psycopg import sql

from provisioning.domain.migrations import create_role, migrate_public, migrate_schema
from provisioning.domain.rights import rights_fingerprint
from shared_apps.kernel.context import TenantContext, TierTerms, platform_context
from tenants.queries import find_by_slug
from tests.running_services import FOLDER

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_IDS = {
    "alpha": UUID("01930000-0000-7000-8000-00000000a1fa"),
    "beta": UUID("01930000-0000-7000-8000-00000000be7a"),
}
_ENTITLEMENTS = {
    "code": "growth",
    "version": 1,
    "take_rates_bps": {"marketplace": 800, "rides": 1000, "stays": 1000, "ads": 3000},
    "limits": {},
    "features": [],
}


def _context(slug: str) -> TenantContext:
    return TenantContext(
        id=_IDS[slug],
        slug=slug,
        name=slug.title(),
        schema=f"t_world_{slug}",
        role=f"t_world_{slug}",
        cluster="default",
        host=f"{slug}.galleria.localhost",
        state="active",
        tier=TierTerms(code="growth", version=1, take_rates_bps=_ENTITLEMENTS["take_rates_bps"]),
        language="en-gb",
    )


ALPHA = _context("alpha")
BETA = _context("beta")


class WorldDatabase:
    """This worker's copy of the template; a test that commits gets the next one a new copy."""

    def __init__(self) -> None:
        self.template = _template_database()
        self.copies: list[str] = []
        self.renew()

    def renew(self) -> None:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        name = f"galleria_{worker}_{os.getpid()}_{next(_numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with _maintenance() as admin:
            admin.execute(statement.format(sql.Identifier(name), sql.Identifier(self.template)))
        self.copies.append(name)
        _point_at(name)
        self._drop(self.copies[:-1])

    def end(self) -> None:
        connections.close_all()
        self._drop(self.copies)

    def _drop(self, names: list[str]) -> None:
        with _maintenance() as admin:
            for name in list(names):
                # A thread of a test may still be connected: then it goes with a later one.
                with contextlib.suppress(psycopg.errors.ObjectInUse):
                    admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
                    self.copies.remove(name)


_numbers = itertools.count()


@contextlib.contextmanager
def enter_world_database() -> Iterator[None]:
    """Point both connections at a fresh copy of the template database."""
    world = WorldDatabase()
    plain_setup = TransactionTestCase.__dict__["_fixture_setup"]
    plain_teardown = TransactionTestCase._fixture_teardown

    @classmethod
    def on_a_fresh_copy(case):
        # Threads of tests that only roll back may have committed something: start without it.
        world.renew()
        plain_setup.__func__(case)

    TransactionTestCase._fixture_setup = on_a_fresh_copy
    TransactionTestCase._fixture_teardown = lambda _case: world.renew()
    try:
        yield
    finally:
        TransactionTestCase._fixture_setup = plain_setup
        TransactionTestCase._fixture_teardown = plain_teardown
        world.end()


def _point_at(name: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
        connections[alias].settings_dict["GALLERIA_WORLD"] = True
        settings.DATABASES[alias]["NAME"] = name


@contextlib.contextmanager
def _maintenance() -> Iterator[psycopg.Connection]:
    url = os.environ["DATABASE_ADMIN_URL"].rsplit("/", 1)[0] + "/postgres"
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def _template_database() -> str:
    """The template of the present migrations and rights, built by the first worker to ask."""
    name = f"galleria_world_{_fingerprint()}"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with Path(FOLDER / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with _maintenance() as admin:
            found = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if found:
                return name
            _build(admin, name)
    return name


def _fingerprint() -> str:
    loader = MigrationLoader(None)
    leaves = sorted(map(str, loader.graph.leaf_nodes()))
    sources = [
        Path(loader.get_migration(*node).__class__.__module__.replace(".", "/") + ".py")
        for node in sorted(loader.graph.nodes)
    ]
    ours = [path.read_bytes() for path in sources if path.exists()]
    parts = [*leaves, rights_fingerprint(), *map(repr, ours), repr(_ENTITLEMENTS)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _build(admin: psycopg.Connection, name: str) -> None:
    building = f"{name}_building"
    admin.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(building))
    )
    admin.execute(
        sql.SQL(
            "CREATE DATABASE {} TEMPLATE template0 ENCODING UTF8 "
            "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
        ).format(sql.Identifier(building))
    )
    _point_at(building)
    with platform_context():
        migrate_public()
        for tenant in (ALPHA, BETA):
            migrate_schema(tenant.schema)
            create_role(tenant.schema)
            _record(tenant)
    connections.close_all()
    admin.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(building), sql.Identifier(name)
        )
    )


def _record(tenant: TenantContext) -> None:
    from tenants.models import Domain, Tenant

    row = Tenant.objects.create(
        id=tenant.id,
        slug=tenant.slug,
        name=tenant.name,
        schema_name=tenant.schema,
        role=tenant.role,
        state=tenant.state,
        owner_email=f"ada@{tenant.slug}.example",
        entitlements=_ENTITLEMENTS,
        created_at=NOW,
    )
    Domain.objects.create(domain=tenant.host, tenant=row, is_primary=True, created_at=NOW)
    assert find_by_slug(tenant.slug) is not None
