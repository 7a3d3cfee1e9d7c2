"""Guards that keep one tenant's things from another: migrations, cache keys, loaded rows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connections, models
from django_tenants.routers import TenantSyncRouter

from shared_apps.kernel.context import current_scope, scope_key
from shared_apps.kernel.errors import InvariantBroken


class CrossTenantSave(InvariantBroken):
    """A row loaded for one tenant was about to be written for another."""


class TenantRouter(TenantSyncRouter):  # type: ignore[misc]
    """Shared apps migrate in `public`, tenant apps in a tenant's schema, whatever the alias."""

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:
        public = connections[db].schema_name == settings.PUBLIC_SCHEMA_NAME  # type: ignore[attr-defined]
        installed = settings.SHARED_APPS if public else settings.TENANT_APPS
        return bool(self.app_in_list(app_label, installed))


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """KEY_FUNCTION of every cache: `{scope}:prefix:version:key`, hash-tagged for clusters."""
    return f"{{{scope_key()}}}:{key_prefix}:{version}:{key}"


class _TypesByScope(dict[str, Any]):
    """The cache of content types, one for each scope.

    Django keeps one for the process, but an id that a release added may differ from tenant to
    tenant: who was born after it got it from the template.
    """

    _SCOPES_MAX = 512

    def __init__(self) -> None:
        super().__init__()
        self._scopes: dict[str, dict[Any, Any]] = {}

    def __getitem__(self, alias: str) -> dict[Any, Any]:
        return self.setdefault(alias, {})

    def setdefault(self, alias: str, default: Any = None) -> dict[Any, Any]:
        if len(self._scopes) > self._SCOPES_MAX:
            self._scopes = {}
        return self._scopes.setdefault(f"{alias} {connections[alias].schema_name}", {})  # type: ignore[attr-defined]

    def clear(self) -> None:
        self._scopes = {}


def install_content_type_guard() -> None:
    """Content types are remembered for the scope they were read in."""
    from django.contrib.contenttypes.models import ContentType

    types: Any = ContentType.objects
    types._cache = _TypesByScope()  # noqa: SLF001 - there is no other door


def _schema() -> str:
    scope = current_scope()
    return scope.schema if scope is not None else ""


def install_row_guards() -> None:
    """Rows remember the schema they came from; saving or deleting elsewhere raises."""
    model: Any = models.Model
    if hasattr(model, "galleria_guarded"):
        return
    plain_from_db, plain_save, plain_delete = (
        model.from_db.__func__,
        model.save_base,
        model.delete,
    )

    def from_db(cls: Any, *args: Any, **kwargs: Any) -> Any:
        row = plain_from_db(cls, *args, **kwargs)
        row._state.schema = _schema()
        return row

    def save_base(self: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_foreign(self)
        result = plain_save(self, *args, **kwargs)
        self._state.schema = _schema()
        return result

    def delete(self: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_foreign(self)
        return plain_delete(self, *args, **kwargs)

    model.from_db = classmethod(from_db)
    model.save_base = save_base
    model.delete = delete
    model.galleria_guarded = True


def _refuse_foreign(row: Any) -> None:
    came_from = getattr(row._state, "schema", None)
    if came_from is not None and came_from != _schema():
        raise CrossTenantSave(
            f"{type(row).__name__} was loaded in {came_from or 'no tenant'}"
            f" and saved in {_schema() or 'no tenant'}"
        )
