"""What a tenant's tier grants, read from the snapshot in the context."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from shared_apps.kernel.context import TierTerms, current_tenant
from shared_apps.kernel.errors import NotAllowed


class TierLimitReached(NotAllowed):
    code, title = "plan_limit_reached", "The present tier allows no more of these"


class ModuleDisabled(NotAllowed):
    code, title, status = "module_disabled", "This module is switched off here", 404


def terms_from(snapshot: Mapping[str, Any]) -> TierTerms:
    """The tier snapshot of a tenant row as a value."""
    return TierTerms(
        code=str(snapshot.get("code", "")),
        version=int(snapshot.get("version", 0)),
        take_rates_bps=MappingProxyType(dict(snapshot.get("take_rates_bps", {}))),
        limits=MappingProxyType(dict(snapshot.get("limits", {}))),
        features=frozenset(snapshot.get("features", ())),
    )


def require_room(quota: str, used: int) -> None:
    """Raise TierLimitReached when `used` has reached the tier's ceiling for a quota."""
    tenant = current_tenant()
    limit = tenant.tier.limits.get(quota)
    if limit is not None and used >= limit:
        raise TierLimitReached(
            f"The {tenant.tier.code} tier allows {limit} {quota}; a larger tier lifts this",
            quota=quota,
            limit=limit,
            tier=tenant.tier.code,
        )


def require_module(module: str) -> None:
    if module not in current_tenant().modules:
        raise ModuleDisabled(f"The {module} module is switched off here", module=module)
