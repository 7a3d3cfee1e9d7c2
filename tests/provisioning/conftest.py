"""A database of their own for tests that create and drop schemas, with real commits."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connections
from psycopg import sql

from tests import world
from tests.running_services import FOLDER


@contextlib.contextmanager
def own_database() -> Iterator[str]:
    """Point both connections at a committed copy of the world; drop it and its roles after."""
    before = connections["default"].settings_dict["NAME"]
    name = f"galleria_own_{os.getpid()}_{uuid4().hex[:6]}"
    with world._maintenance() as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(world._template_database())
            )
        )
    _point_at(name, world_rules=False)
    try:
        yield name
    finally:
        roles = _roles_here()
        _point_at(before, world_rules=True)
        with world._maintenance() as admin:
            admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
            for role in roles:
                admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def _point_at(name: str, *, world_rules: bool) -> None:
    world._point_at(name)
    for alias in ("default", "owner"):
        connections[alias].settings_dict["GALLERIA_WORLD"] = world_rules


def _roles_here() -> list[str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT nspname FROM pg_namespace n JOIN pg_roles r ON r.rolname = n.nspname"
            " WHERE nspname LIKE 't\\_%' AND nspname NOT LIKE 't\\_world\\_%'"
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    from shared_apps.kernel.context import platform_context

    folder = settings.DATA_DIR
    settings.DATA_DIR = FOLDER / "data"
    with django_db_blocker.unblock(), own_database() as name, platform_context():
        yield name
    settings.DATA_DIR = folder


@pytest.fixture(autouse=True)
def _in_platform(_nobody_bound: None) -> Iterator[None]:
    from shared_apps.kernel.context import platform_context

    with platform_context():
        yield


@pytest.fixture
def pool(database: str) -> Any:
    """At least two ready schemas."""
    from provisioning.domain.pool import fill_pool
    from shared_apps.kernel.clock import now

    return fill_pool(target=2, at=now())
