"""Who may do what with a table: declared on the model, compiled into grants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from django.apps import apps
from django.conf import settings

# The privileges behind a model's `rights` attribute; what declares nothing is "full".
PRIVILEGES = {
    "full": "SELECT, INSERT, UPDATE, DELETE",
    "append_only": "SELECT, INSERT",
    "read_only": "SELECT",
}
_MIGRATIONS = "django_migrations"
# Fleet fingerprints, the relay's sweep and the platform's pulls.
_SWEEPER = {_MIGRATIONS: "SELECT", "outbox_outboxevent": "SELECT, UPDATE"}


def tenant_grants(tables: Collection[str]) -> Iterator[str]:
    """GRANT statements for these tables of a tenant schema, unqualified (rule)."""
    yield from _grants(table_rights(settings.TENANT_APPS), "tenant_rw", tables)
    if _MIGRATIONS in tables:
        yield f"GRANT SELECT ON {_MIGRATIONS} TO tenant_rw"
    for table, privileges in _SWEEPER.items():
        if table in tables:
            yield f"GRANT {privileges} ON {table} TO g_sweeper"


def platform_grants(tables: Collection[str]) -> Iterator[str]:
    """GRANT statements for these tables of `public` (rule)."""
    yield from _grants(table_rights(settings.SHARED_APPS), "g_platform", tables)
    if _MIGRATIONS in tables:
        yield f"GRANT SELECT ON {_MIGRATIONS} TO g_platform"


def rights_fingerprint() -> str:
    """All that the grants are made from, as text: part of the hashes of compiled things."""
    rights = table_rights(settings.TENANT_APPS) | table_rights(settings.SHARED_APPS)
    return repr([sorted(rights.items()), PRIVILEGES, _SWEEPER])


def table_rights(installed: Collection[str]) -> dict[str, str]:
    """Table name -> right, for every table of these apps, those of many-to-many fields too."""
    found: dict[str, str] = {}
    for config in apps.get_app_configs():
        path = f"{type(config).__module__}.{type(config).__name__}"
        if config.name not in installed and path not in installed:
            continue
        for model in config.get_models(include_auto_created=True):
            meta = model._meta
            if meta.managed and not meta.proxy:
                found[meta.db_table] = _right_of(model)
    return found


def _right_of(model: Any) -> str:
    # A many-to-many table follows the model that declares the field.
    declared = model._meta.auto_created or model
    return str(getattr(declared, "rights", "full"))


def _grants(rights: dict[str, str], role: str, tables: Collection[str]) -> Iterator[str]:
    by_right: dict[str, list[str]] = defaultdict(list)
    for table, right in sorted(rights.items()):
        if table in tables:
            by_right[right].append(f'"{table}"')
    for right, names in sorted(by_right.items()):
        yield f"GRANT {PRIVILEGES[right]} ON {', '.join(names)} TO {role}"
