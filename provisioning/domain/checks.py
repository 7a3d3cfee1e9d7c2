"""What `doctor` asks: settings, roles, privileges, isolation by plain SQL, drift."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from provisioning.domain.fleet_plan import applied_sets, catalog_fingerprints, drifted
from provisioning.domain.migrations import has_owner, owning
from provisioning.models import Closure, PooledSchema, ProvisioningRun
from shared_apps.kernel.context import TenantContext, platform_context, tenant_context
from shared_apps.kernel.valkey import client
from tenants.queries import all_contexts

_DENIED = "42501"
_ABSENT = "42P01"
_ENDED = frozenset({"closed", "requested"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `ok`, or `detail` says what is wrong."""

    check: str
    ok: bool
    detail: str = ""


def examine() -> list[Finding]:
    """Run every check; a check that fails to run is a finding too. Expects the platform bound."""
    found: list[Finding] = []
    for check in _CHECKS:
        try:
            found += check()
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is what we look for
            found.append(Finding(check.__name__.strip("_"), ok=False, detail=f"{error}".strip()))
    return found


def _settings() -> Iterator[Finding]:
    yield Finding("debug is off", ok=not settings.DEBUG, detail="DEBUG is on")
    yield Finding("owner's login", ok=has_owner(), detail="DATABASE_ADMIN_URL is not set")


def _services() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        major = cursor.fetchone()[0]
        yield Finding("PostgreSQL >= 17", ok=major >= 17, detail=f"it is {major}")
        cursor.execute("SELECT current_setting('max_locks_per_transaction')::int")
        locks = cursor.fetchone()[0]
        yield Finding("max_locks_per_transaction >= 1024", ok=locks >= 1024, detail=f"is {locks}")
        cursor.execute(
            "SELECT datlocprovider::text || ':' || datlocale FROM pg_database"
            " WHERE datname = current_database()"
        )
        locale = cursor.fetchone()[0]
        yield Finding("database sorts by C.UTF-8", ok=locale == "b:C.UTF-8", detail=f"is {locale}")
    yield Finding("Valkey answers", ok=bool(client().ping()))


def _roles() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolbypassrls FROM pg_roles"
            " WHERE rolname = session_user"
        )
        name, *powers = cursor.fetchone()
        yield Finding(f"{name} has no powers", ok=not any(powers), detail=repr(powers))
        cursor.execute(
            "SELECT count(*) FROM information_schema.role_table_grants WHERE grantee = %s", [name]
        )
        count = cursor.fetchone()[0]
        yield Finding(f"{name} has no table rights", ok=count == 0, detail=f"{count} grants")


def _isolation() -> Iterator[Finding]:
    """Under a tenant's role: its own tables open, everything else is refused by PostgreSQL."""
    tenants = [tenant for tenant in all_contexts() if tenant.state not in _ENDED]
    for tenant, other in zip(tenants, [*tenants[1:], *tenants[:1]], strict=True):
        probes = {
            "another tenant": f'SELECT 1 FROM "{other.schema}".identity_user',  # noqa: S608
            "the platform": "SELECT 1 FROM public.tenants_tenant LIMIT 1",
            "DDL": "CREATE TABLE probe (id int)",
            "history": "DELETE FROM audit_auditentry",
        }
        if other == tenant:
            del probes["another tenant"]
        open_doors = [name for name, sql in probes.items() if not _is_refused(tenant, sql)]
        yield Finding(f"{tenant.slug} is closed in", ok=not open_doors, detail=str(open_doors))


def _is_refused(tenant: TenantContext, statement: str) -> bool:
    try:
        with tenant_context(tenant), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            transaction.set_rollback(True)
    except DatabaseError as error:
        return getattr(error.__cause__, "sqlstate", "") in {_DENIED, _ABSENT, "3F000"}
    return False


def _strays() -> Iterator[Finding]:
    """Every schema with a tenant's kind of name belongs to somebody, and everybody has one."""
    with platform_context():
        known = {tenant.schema for tenant in all_contexts() if tenant.state not in _ENDED}
        pooled = set(PooledSchema.objects.values_list("schema_name", flat=True))
        births = set(ProvisioningRun.objects.values_list("schema_name", flat=True))
        closing = set(Closure.objects.filter(dropped_at=None).values_list("schema_name", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%%'", [])
        present = {row[0] for row in cursor.fetchall()}
    strays = present - known - pooled - births - closing
    missing = (known | pooled) - present
    yield Finding("no stray schema", ok=not strays, detail=", ".join(sorted(strays)))
    yield Finding("no missing schema", ok=not missing, detail=", ".join(sorted(missing)))


def _drift() -> Iterator[Finding]:
    """Tenants at the same migrations look the same."""
    if not has_owner():
        return
    with owning():
        schemas = [tenant.schema for tenant in all_contexts() if tenant.state not in _ENDED]
        groups: dict[Any, list[str]] = {}
        for schema, applied in applied_sets(schemas).items():
            groups.setdefault(applied, []).append(schema)
        odd = [
            schema
            for group in groups.values()
            for schema in drifted(catalog_fingerprints(group), group)
        ]
    yield Finding("no tenant drifted", ok=not odd, detail=", ".join(odd))
    yield Finding(
        "all tenants at one release", ok=len(groups) <= 1, detail=f"{len(groups)} different"
    )


_CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _settings,
    _services,
    _roles,
    _isolation,
    _strays,
    _drift,
)
