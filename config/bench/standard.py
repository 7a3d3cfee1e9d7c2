"""The reference: django-tenants as it comes, its own backend, its own commands, its own executor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import uuid4

from django.core.management import call_command
from django.db import connections
from django_tenants.postgresql_backend import base as stock

from provisioning.domain.migrations import OWNER
from tenants.models import Tenant

_ALIAS = "default"


@contextmanager
def stock_connection() -> Iterator[None]:
    """Let `default` be django-tenants' backend with the owner's login, which its commands expect.

    The one setting besides: extensions live in `ext`, so that stays on the path.
    """
    ours: Any = connections[_ALIAS]
    owner: Any = connections[OWNER]
    paths: Any = stock
    before = paths.EXTRA_SEARCH_PATHS
    paths.EXTRA_SEARCH_PATHS = ["ext"]
    connections[_ALIAS] = stock.DatabaseWrapper(dict(owner.settings_dict), _ALIAS)
    try:
        yield
    finally:
        connections[_ALIAS].close()
        connections[_ALIAS] = ours
        paths.EXTRA_SEARCH_PATHS = before


def create_tenant_schema() -> None:
    """What saving a new tenant does there by default: CREATE SCHEMA, then migrate_schemas."""
    cast("Any", Tenant(schema_name=f"t_stock_{uuid4().hex[:12]}")).create_schema(
        check_if_exists=True, sync_schema=True, verbosity=0
    )


def migrate_tenant(schema: str) -> None:
    """One tenant of a release: `migrate_schemas` by the standard executor."""
    call_command(
        "migrate_schemas",
        tenant=True,
        schema_name=schema,
        executor="standard",
        interactive=False,
        verbosity=0,
    )
