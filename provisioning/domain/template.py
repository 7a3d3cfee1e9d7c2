"""The template of a tenant: migrated once the ordinary way, compiled once, replayed for all.

The compiled list of statements is known by a hash of everything it is made from, and kept in a
file under the data folder and in a row of `public`.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connections
from psycopg import sql

from provisioning.domain.catalog import read_catalog
from provisioning.domain.migrations import OWNER, migrate_schema, owner_connection, owning
from provisioning.domain.rights import rights_fingerprint, tenant_grants
from provisioning.domain.script import Row, compile_script, seed_columns
from provisioning.models import CompiledTemplate

# Raise it when the compiler writes other statements from the same catalogue.
_COMPILER = 3
_SCHEMA = "template"
_ALIAS = "template"


@dataclass(frozen=True, slots=True)
class Template:
    """`script` is all statements in one text, as one round trip sends them."""

    hash: str
    statements: tuple[str, ...]

    @property
    def script(self) -> str:
        return ";\n".join(self.statements)


@lru_cache(maxsize=1)
def current_hash() -> str:
    """The hash of what a tenant is made from now: migrations, rights, permissions, compiler."""
    digest = hashlib.sha256(f"compiler {_COMPILER}\n".encode())
    for config in _tenant_configs():
        digest.update(f"{config.label} {_permissions(config)}\n".encode())
        for path in sorted((Path(config.path) / "migrations").glob("[0-9]*.py")):
            digest.update(f"{path.name}\n".encode() + path.read_bytes())
    digest.update(rights_fingerprint().encode())
    return digest.hexdigest()


def _tenant_configs() -> Iterator[AppConfig]:
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        path = f"{type(config).__module__}.{type(config).__name__}"
        if config.name in settings.TENANT_APPS or path in settings.TENANT_APPS:
            yield config


def _permissions(config: AppConfig) -> str:
    return ",".join(
        f"{model._meta.model_name}:{model._meta.default_permissions}:{model._meta.permissions}"
        for model in config.get_models()
    )


def stored_template() -> Template | None:
    """The present template if it was compiled before, from the file, else from `public`."""
    wanted = current_hash()
    with contextlib.suppress(FileNotFoundError, ValueError):
        return Template(wanted, tuple(json.loads(_file(wanted).read_text())))
    with owning():
        row = CompiledTemplate.objects.using(OWNER).filter(hash=wanted).first()
    if row is None:
        return None
    _write_file(wanted, row.statements)
    return Template(wanted, tuple(row.statements))


def ensure_template(*, at: datetime) -> Template:
    """The present template, compiled now when it never was. Needs the owner's login."""
    _file("").parent.mkdir(parents=True, exist_ok=True)
    with (_file("").parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        template = stored_template() or Template(current_hash(), tuple(_build()))
    _write_file(template.hash, list(template.statements))
    with owning():
        CompiledTemplate.objects.using(OWNER).get_or_create(
            hash=template.hash,
            defaults={"statements": list(template.statements), "created_at": at},
        )
    return template


def _file(template_hash: str) -> Path:
    return Path(settings.DATA_DIR) / "templates" / f"{template_hash}.json"


def _write_file(template_hash: str, statements: list[str]) -> None:
    path = _file(template_hash)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    growing = path.with_suffix(".growing")
    growing.write_text(json.dumps(statements))
    growing.replace(path)


def _build() -> list[str]:
    """Migrate a schema in a small database of its own, read it, drop the database.

    Of its own because migrating and reading catalogues slow down with every other schema.
    """
    with template_database() as alias:
        migrate_schema(_SCHEMA, alias=alias)
        return compile_schema(_SCHEMA, alias=alias)


def compile_schema(schema: str, *, alias: str = OWNER) -> list[str]:
    """The statements that make a copy of a migrated schema, rows and counters included."""
    with owning(schema, alias=alias) as owner, owner.cursor() as cursor:
        catalog = read_catalog(cursor, schema)
        rows = {
            name: _rows(cursor, name, seed_columns(table)) for name, table in catalog.tables.items()
        }
        return compile_script(catalog=catalog, rows=rows, grants=tenant_grants(catalog.tables))


def _rows(cursor: Any, table: str, columns: list[str]) -> list[Row]:
    # The text form of a value is what its type reads back.
    cursor.execute(
        f'SELECT {", ".join(f"{name}::text" for name in columns)} FROM "{table}" ORDER BY 1'  # noqa: S608
    )
    return list(cursor.fetchall())


@contextlib.contextmanager
def template_database() -> Iterator[str]:
    """An empty database with the extensions in `ext`, reached by the alias it yields."""
    owner = owner_connection()
    name = f"{owner.settings_dict['NAME']}_template"
    with _maintenance() as admin:
        _drop(admin, name)
        admin.execute(
            sql.SQL(
                "CREATE DATABASE {} TEMPLATE template0 ENCODING UTF8 LOCALE_PROVIDER builtin"
                " BUILTIN_LOCALE 'C.UTF-8'"
            ).format(sql.Identifier(name))
        )
    connections.databases[_ALIAS] = {**owner.settings_dict, "NAME": name}
    try:
        _install_extensions()
        yield _ALIAS
    finally:
        connections[_ALIAS].close()
        del connections[_ALIAS]
        del connections.databases[_ALIAS]
        with _maintenance() as admin:
            _drop(admin, name)


def _install_extensions() -> None:
    """The same extensions in the same schema as in the tenants' own database."""
    with owning() as owner, owner.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension WHERE extnamespace = 'ext'::regnamespace")
        extensions = [row[0] for row in cursor.fetchall()]
    with connections[_ALIAS].cursor() as cursor:
        cursor.execute("CREATE SCHEMA ext")
        for extension in extensions:
            cursor.execute(f"CREATE EXTENSION {extension} SCHEMA ext")


@contextlib.contextmanager
def _maintenance() -> Iterator[psycopg.Connection]:
    parameters = owner_connection().get_connection_params()
    kept = {"host", "port", "user", "password", "dbname"}
    chosen = {key: value for key, value in parameters.items() if key in kept}
    with psycopg.connect(**chosen, autocommit=True) as connection:
        yield connection


def _drop(admin: psycopg.Connection, name: str) -> None:
    # Without FORCE first: that would try to end an autovacuum worker, which only a superuser may,
    # while the plain form waits for it.
    plain = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    try:
        admin.execute(plain)
    except psycopg.errors.ObjectInUse:
        admin.execute(plain + sql.SQL(" WITH (FORCE)"))
