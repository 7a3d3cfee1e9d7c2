"""A PostgreSQL backend that asks the bound scope for whom it speaks before every cursor.

Two rules keep it honest. Outside a transaction the role, the path and the limits are session
settings, sent only when they differ from what this raw connection last got. Inside one they are
local settings sent right after BEGIN together with the tenant's shared advisory lock (which the
mover's fence waits for), so that COMMIT and ROLLBACK bring the session back by themselves.
"""

from __future__ import annotations

import select
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql.schema import DatabaseSchemaEditor as PostgresSchemaEditor
from django.utils.functional import cached_property
from django_tenants.postgresql_backend import base as django_tenants
from psycopg import sql
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

from shared_apps.kernel.context import (
    NoTenant,
    PlatformContext,
    TenantContext,
    current_scope,
    required_scope,
)

_TENANTS_PER_CONNECTION_MAX = 50
_DEFAULT_TIMEOUT_MS = 15_000
# A pooled connection that was idle for less is trusted while its socket is silent.
_TRUSTED_IDLE_SECONDS = 1.0


class TenantSwitchedInTransaction(NoTenant):
    """One unit of work spoke for two tenants."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What the server must know before it runs our statement."""

    role: str
    search_path: str
    timeout_ms: int
    work_mem: str
    lock_key: int | None

    @classmethod
    def of(cls, scope: TenantContext | PlatformContext) -> Binding:
        if isinstance(scope, PlatformContext):
            return cls(scope.role, "public, ext", 60_000, "16MB", None)
        limits = scope.tier.limits
        return cls(
            role=scope.role,
            search_path=f"{scope.schema}, ext",
            timeout_ms=limits.get("statement_timeout_ms", _DEFAULT_TIMEOUT_MS),
            work_mem=f"{limits.get('work_mem_kb', 8192)}kB",
            lock_key=scope.lock_key,
        )

    @property
    def values(self) -> dict[str, str]:
        return {
            "role": self.role,
            "search_path": self.search_path,
            "statement_timeout": str(self.timeout_ms),
            "work_mem": self.work_mem,
        }


@lru_cache(maxsize=4096)
def session_statement(wanted: Binding, told: Binding | None) -> bytes:
    """What brings a session from what it was told last to what is wanted (rule)."""
    known = told.values if told else {}
    changed = {name: value for name, value in wanted.values.items() if known.get(name) != value}
    return _statement(changed, local="false")


@lru_cache(maxsize=4096)
def local_statement(wanted: Binding) -> bytes:
    """The same for one transaction, with the tenant's lock (rule)."""
    lock = "" if wanted.lock_key is None else f", pg_advisory_xact_lock_shared({wanted.lock_key})"
    return _statement(wanted.values, local="true") + lock.encode()


def _statement(values: dict[str, str], *, local: str) -> bytes:
    calls = [
        f"set_config('{name}', {sql.Literal(value).as_string()}, {local})"
        for name, value in values.items()
    ]
    return f"SELECT {', '.join(calls)}".encode()


def _check_if_doubtful(connection: Any) -> None:
    """A pool's check: ask the server when the connection slept, or when it has something to say.

    A server that goes away closes its sockets, which is seen without asking.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    idle = time.monotonic() - getattr(connection, "galleria_used_at", 0.0)
    if idle > _TRUSTED_IDLE_SECONDS or waiting.poll(0):
        ConnectionPool.check_connection(connection)


class SchemaEditor(PostgresSchemaEditor):
    """Foreign keys that complain at once, and no index that a C.UTF-8 database makes redundant."""

    sql_create_fk = PostgresSchemaEditor.sql_create_fk.replace("%(deferrable)s", "")
    sql_create_column_inline_fk = (
        "CONSTRAINT %(name)s REFERENCES %(to_table)s(%(to_column)s)%(deferrable)s"
    )

    def _create_like_index_sql(self, model: Any, field: Any) -> None:
        # LIKE 'x%' uses the ordinary index when the collation is C.
        return None


class DatabaseWrapper(django_tenants.DatabaseWrapper):  # type: ignore[misc]
    """django-tenants' backend, with the scope of the code instead of a flag on the thread."""

    SchemaEditorClass = SchemaEditor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._explicit_schema: str | None = None
        self._transaction_binding: Binding | None = None
        self._scope_and_binding: tuple[Any, Binding | None] = (None, None)
        super().__init__(*args, **kwargs)
        self._explicit_schema = None
        self.features.can_defer_constraint_checks = False
        self.ops.deferrable_sql = lambda: ""

    @cached_property
    def pg_version(self) -> int:
        # Asked while connecting, when nobody need be bound yet: no statement is sent for it.
        self.ensure_connection()
        return int(self.connection.info.server_version)

    @property
    def is_owner(self) -> bool:
        return bool(self.settings_dict.get("GALLERIA_OWNER"))

    # django-tenants and its router ask for the schema by this name.
    @property
    def schema_name(self) -> str:
        if self._explicit_schema is not None:
            return self._explicit_schema
        scope = current_scope()
        return scope.schema if scope is not None else "public"

    @schema_name.setter
    def schema_name(self, value: str | None) -> None:
        self._explicit_schema = value

    def set_tenant(self, tenant: Any, include_public: bool = False) -> None:  # noqa: FBT001, FBT002
        """Enter a schema as its owner: for migrations only. Everybody else binds a context."""
        if hasattr(self, "introspection") and not self.is_owner and hasattr(self, "_ready"):
            raise ImproperlyConfigured("bind a tenant_context; only the owner names schemas")
        self._ready = True
        self.tenant = tenant
        self.schema_name = tenant.schema_name
        self.include_public_schema = include_public

    def set_schema_to_public(self) -> None:
        self.set_tenant(django_tenants.FakeTenant(schema_name="public"))

    def release_schema(self) -> None:
        """Let the owner's connection follow the bound scope again."""
        self._explicit_schema = None

    def _cursor(self, name: str | None = None) -> Any:
        cursor = super(django_tenants.DatabaseWrapper, self)._cursor(name)
        self._bind()
        return cursor

    @property
    def pool(self) -> Any:
        """Django's pool, whose check would ask the server before every request."""
        pool = super().pool
        if pool is not None and self.settings_dict["CONN_HEALTH_CHECKS"]:
            pool._check = _check_if_doubtful  # noqa: SLF001 - Django leaves no other door
        return pool

    def _wanted(self) -> Binding:
        if self.is_owner:
            return self._owner_binding()
        scope = required_scope()
        known, binding = self._scope_and_binding
        if known is not scope or binding is None:
            binding = Binding.of(scope)
            self._scope_and_binding = (scope, binding)
        return binding

    def _bind(self) -> None:
        wanted = self._wanted()
        if self.get_autocommit():
            told = getattr(self.connection, "galleria_binding", None)
            if told is not wanted and told != wanted:
                self._tell(session_statement(wanted, told))
                self.connection.galleria_binding = wanted
                self._note_tenant(wanted)
        elif self._transaction_binding is not wanted and self._transaction_binding != wanted:
            self._bind_transaction(wanted)

    def _owner_binding(self) -> Binding:
        path = f"{self.schema_name}, ext"
        return Binding("none", path, 0, "16MB", None)

    def _bind_transaction(self, wanted: Binding) -> None:
        if self._transaction_binding is not None and not self.settings_dict.get("GALLERIA_WORLD"):
            raise TenantSwitchedInTransaction(
                f"this transaction belongs to {self._transaction_binding.role}"
            )
        self._tell(local_statement(wanted))
        self._transaction_binding = wanted

    def _tell(self, statement: bytes) -> None:
        # A cursor of its own: it must not count as one of the caller's queries. In an aborted
        # transaction only ROLLBACK is possible, and whatever comes next will say so itself.
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            if self.connection.pgconn.transaction_status != TransactionStatus.INERROR:
                cursor.execute(statement)

    def _note_tenant(self, binding: Binding) -> None:
        seen = getattr(self.connection, "galleria_tenants", None)
        if seen is None:
            seen = self.connection.galleria_tenants = set()
        seen.add(binding.role)

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001
        self._transaction_binding = None
        super()._set_autocommit(autocommit)

    def _commit(self) -> None:
        super()._commit()
        self._transaction_binding = None

    def _rollback(self) -> None:
        super()._rollback()
        self._transaction_binding = None

    def savepoint_rollback(self, sid: str) -> None:
        super().savepoint_rollback(sid)
        # Local settings made after the savepoint are gone with it. Our own outermost ones are
        # not, but telling them again is cheaper than knowing.
        if self.settings_dict.get("GALLERIA_WORLD"):
            self._transaction_binding = None

    def connect(self) -> None:
        self._transaction_binding = None
        super().connect()

    def _close(self) -> None:
        # A backend's memory grows with the tenants it has met: let it go after some.
        raw = self.connection
        if raw is not None and len(getattr(raw, "galleria_tenants", ())) > (
            _TENANTS_PER_CONNECTION_MAX
        ):
            raw.close()
        if raw is not None:
            raw.galleria_used_at = time.monotonic()
        self._transaction_binding = None
        super()._close()
