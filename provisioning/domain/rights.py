"""Who may do what with a table: declared on the model, compiled into grants."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.conf import settings

# The privileges behind a model's `rights` attribute; what declares nothing is "full".
PRIVILEGES = {
    "full": "SELECT, INSERT, UPDATE, DELETE",
    "append_only": "SELECT, INSERT",
    "read_only": "SELECT",
}
_SWEEPER = {"django_migrations": "SELECT", "outbox_outboxevent": "SELECT, UPDATE"}


def tenant_grants() -> Iterator[str]:
    """GRANT statements for the tables of one tenant schema, unqualified (rule)."""
    yield from _grants(settings.TENANT_APPS, "tenant_rw")
    yield "GRANT SELECT ON django_migrations TO tenant_rw"
    tables = {model._meta.db_table for model in apps.get_models()}
    for table, privileges in _SWEEPER.items():
        if table != "django_migrations" and table not in tables:
            continue
        yield f"GRANT {privileges} ON {table} TO g_sweeper"


def platform_grants() -> Iterator[str]:
    """GRANT statements for the tables of `public` (rule)."""
    yield from _grants(settings.SHARED_APPS, "g_platform")
    yield "GRANT SELECT ON django_migrations TO g_platform"


def _grants(installed: list[str], role: str) -> Iterator[str]:
    for config in apps.get_app_configs():
        path = f"{type(config).__module__}.{type(config).__name__}"
        if config.name not in installed and path not in installed:
            continue
        for model in config.get_models(include_auto_created=True):
            meta = model._meta
            if meta.managed and not meta.proxy:
                privileges = PRIVILEGES[getattr(model, "rights", "full")]
                yield f'GRANT {privileges} ON "{meta.db_table}" TO {role}'
