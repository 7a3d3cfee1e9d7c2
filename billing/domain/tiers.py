"""Tiers of operators: what a tenant is on, and how that changes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from billing.models import TierChange
from billing.queries import TierOffer, current_offer
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import platform_context
from shared_apps.kernel.transactions import operation, step
from tenants.domain.registry import set_entitlements
from tenants.queries import UnknownTenant, find_by_slug
from tenants.routing import routing_changed


@step
def record_tier(*, tenant_id: UUID, version_id: UUID, acting: Actor, at: datetime) -> None:
    """Append to the tenant's history of tiers."""
    TierChange.objects.create(
        tenant_id=tenant_id, version_id=version_id, actor=f"{acting.kind}:{acting.id}", at=at
    )


def change_tier(*, slug: str, code: str, acting: Actor, at: datetime) -> TierOffer:
    """Put a tenant on the newest version of a tier (journey): then every process learns of it.

    Raises UnknownTier, UnknownTenant.
    """
    with platform_context():
        offer = write_tier(slug=slug, code=code, acting=acting, at=at)
    routing_changed()
    return offer


@operation
def write_tier(*, slug: str, code: str, acting: Actor, at: datetime) -> TierOffer:
    """Snapshot the tier's newest version onto the tenant and into its history.

    Takes already accrued keep the rate they were made with. Raises UnknownTier, UnknownTenant.
    """
    offer = current_offer(code)
    tenant = find_by_slug(slug)
    if tenant is None:
        raise UnknownTenant(f"There is no tenant {slug!r}")
    set_entitlements(tenant_id=tenant.id, snapshot=offer.snapshot)
    record_tier(tenant_id=tenant.id, version_id=offer.version_id, acting=acting, at=at)
    return offer


def forget_tiers(*, tenant_id: UUID, using: str) -> None:
    """Drop the history of a tenant that never came to life; only the owner's login may."""
    TierChange.objects.using(using).filter(tenant_id=tenant_id).delete()
