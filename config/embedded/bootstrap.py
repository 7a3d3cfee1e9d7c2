"""Roles and database of a cluster, made once and checked at every start.

`g_owner` owns and migrates everything; `g_app` is the login of web and workers and has no rights of its own: it may only
become `g_platform`, `g_sweeper` or, later, one tenant's role. The same steps run on the embedded server (where the superuser
makes `g_owner` and the database first) and on any PostgreSQL given by DATABASE_ADMIN_URL.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

OWNER, APP = "g_owner", "g_app"
PLATFORM, SWEEPER, TENANT_GROUP = "g_platform", "g_sweeper", "tenant_rw"
DATABASE = "galleria"
EXTENSIONS = ("btree_gist", "cube", "pg_trgm", "unaccent")

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """`app` for web and workers; `admin` for the provisioning worker and commands only."""

    app: str
    admin: str


def bootstrap_embedded(
    superuser_url: str,
    *,
    owner_password: str = "",
    app_password: str = "",
    database: str = DATABASE,
) -> DatabaseUrls:
    """Make roles and database on a server we are superuser of. Passwords become those given; the rest is left if right."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        ensure_role(
            connection, OWNER, "LOGIN CREATEROLE CREATEDB REPLICATION", password=owner_password
        )
        ensure_database(connection, database, owner=OWNER)
    urls = DatabaseUrls(
        app=_with(superuser_url, APP, app_password, database),
        admin=_with(superuser_url, OWNER, owner_password, database),
    )
    bootstrap_cluster(urls)
    return urls


def bootstrap_cluster(urls: DatabaseUrls) -> None:
    """Make the fixed roles, the database and its extensions, as the owner whose login `urls.admin` is.

    The owner needs CREATEROLE, and CREATEDB if the database does not exist yet. Idempotent.
    """
    app = urlsplit(urls.app)
    if not app.username:
        raise ValueError("DATABASE_URL names no user: web and workers need a login of their own.")
    _ensure_database_exists(urls.admin)
    with psycopg.connect(urls.admin, autocommit=True) as connection:
        app_password = unquote(app.password) if app.password else None
        ensure_roles(connection, app_login=unquote(app.username), app_password=app_password)
        ensure_extensions(connection)
        _close_public_schema(connection, app_login=unquote(app.username))


def ensure_roles(
    connection: Connection, *, app_login: str = APP, app_password: str | None = None
) -> None:
    """Make the fixed roles, let the login become the platform's roles by SET ROLE and inherit nothing."""
    for role in (PLATFORM, SWEEPER, TENANT_GROUP):
        ensure_role(connection, role, "NOLOGIN NOINHERIT")
    ensure_role(connection, app_login, "LOGIN NOINHERIT", password=app_password)
    owner = connection.info.user
    for role in (PLATFORM, SWEEPER):
        for member in (app_login, owner):
            _execute(connection, "GRANT {} TO {} WITH INHERIT FALSE, SET TRUE", role, member)


def ensure_role(
    connection: Connection, role: str, attributes: str, *, password: str | None = None
) -> None:
    """Make the role, or set its password when that does not open the door any more.

    Attributes are given at birth only: an existing role may have been widened on purpose by who runs the cluster.
    """
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if not exists:
        statement = sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), sql.SQL(attributes))
        with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            connection.execute(statement)  # unless another process made it meanwhile
    if password is not None and not _opens(connection, role, password):
        connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                sql.Identifier(role), sql.Literal(password)
            ),
        )


def ensure_database(connection: Connection, database: str, *, owner: str) -> None:
    """Make the database with the collation the house is built on: byte order, the same on every machine."""
    exists = connection.execute(
        "SELECT 1 FROM pg_database WHERE datname = %s", [database]
    ).fetchone()
    if exists:
        return
    statement = (
        "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' "
        "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8'"
    )
    with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        _execute(connection, statement, database, owner)  # unless another process was first


def ensure_extensions(connection: Connection) -> None:
    """Make schema `ext`, which every search path ends with, and the trusted extensions in it."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS ext")
    for extension in EXTENSIONS:
        _execute(connection, "CREATE EXTENSION IF NOT EXISTS {} WITH SCHEMA ext", extension)
    for role in (PLATFORM, SWEEPER, TENANT_GROUP):
        _execute(connection, "GRANT USAGE ON SCHEMA ext TO {}", role)


def _close_public_schema(connection: Connection, *, app_login: str) -> None:
    """Leave nothing to everybody: a forgotten role or tenant finds no table, not the platform's."""
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    database = connection.info.dbname
    _execute(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
    _execute(connection, "GRANT CONNECT ON DATABASE {} TO {}", database, app_login)
    for role in (PLATFORM, SWEEPER):
        _execute(connection, "GRANT USAGE ON SCHEMA public TO {}", role)


def _ensure_database_exists(admin_url: str) -> None:
    """Make the admin URL's own database, through the maintenance database, when it cannot be entered for being missing."""
    try:
        psycopg.connect(admin_url, autocommit=True).close()
    except psycopg.OperationalError as failure:
        if "does not exist" not in str(failure):
            raise
        parts = urlsplit(admin_url)
        maintenance = urlunsplit(parts._replace(path="/postgres"))
        with psycopg.connect(maintenance, autocommit=True) as connection:
            ensure_database(connection, unquote(parts.path.lstrip("/")), owner=connection.info.user)


def _opens(connection: Connection, role: str, password: str) -> bool:
    """Whether the password lets the role in already; setting it anew would write to the catalog at every start."""
    info = connection.info
    try:
        psycopg.connect(
            host=info.host,
            port=info.port,
            user=role,
            password=password,
            dbname=info.dbname,
            connect_timeout=5,
        ).close()
    except psycopg.OperationalError:
        return False
    return True


def _execute(connection: Connection, statement: str, *names: str) -> None:
    identifiers = [sql.Identifier(name) for name in names]
    connection.execute(sql.SQL(statement).format(*identifiers))


def _with(url: str, user: str, password: str, database: str) -> str:
    parts = urlsplit(url)
    login = f"{user}:{quote(password, safe='')}" if password else user
    return urlunsplit(
        parts._replace(netloc=f"{login}@{parts.hostname}:{parts.port}", path=f"/{database}")
    )
