"""Tiers of operators: what a tenant is on, and how that changes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F

from billing.models import TierChange
from billing.queries import TierOffer, current_offer
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import platform_context
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.transactions import operation, step
from tenants.models import Tenant
from tenants.routing import routing_changed


class UnknownTenant(NotFound):
    code, title = "unknown_tenant", "There is no such tenant"


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
    tenant = Tenant.objects.select_for_update().filter(slug=slug).first()
    if tenant is None:
        raise UnknownTenant(f"There is no tenant {slug!r}")
    Tenant.objects.filter(pk=tenant.pk).update(
        entitlements=offer.snapshot, epoch=F("epoch") + 1
    )
    record_tier(tenant_id=tenant.pk, version_id=offer.version_id, acting=acting, at=at)
    return offer


def forget_tiers(*, tenant_id: UUID, using: str) -> None:
    """Drop the history of a tenant that never came to life; only the owner's login may."""
    TierChange.objects.using(using).filter(tenant_id=tenant_id).delete()
