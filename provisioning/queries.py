"""Reads for the console and the command line: tenants, their births, the pool, fleet runs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from provisioning.models import PooledSchema, ProvisioningRun
from shared_apps.kernel.context import TenantContext, platform_context
from tenants.queries import UnknownTenant, all_contexts, find_by_slug


@dataclass(frozen=True, slots=True)
class TenantRow:
    """A tenant in a list of the platform."""

    id: UUID
    slug: str
    name: str
    state: str
    tier: str
    tier_version: int
    host: str
    url: str
    schema: str
    cluster: str
    currency: str

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "id": str(self.id)}


@dataclass(frozen=True, slots=True)
class PoolState:
    ready: int
    stale: int
    target: int
    template: str
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class BirthRow:
    """A birth as the console shows it."""

    slug: str
    state: str
    attempts: int
    error: str
    created_at: datetime


def tenant_url(host: str) -> str:
    """The address of a host as visitors type it."""
    scheme, port = settings.GALLERIA_EXTERNAL_SCHEME, settings.GALLERIA_EXTERNAL_PORT
    usual = port in {0, {"http": 80, "https": 443}[scheme]}
    return f"{scheme}://{host}" + ("" if usual else f":{port}")


def list_tenants() -> list[TenantRow]:
    """Every tenant, oldest first; two queries."""
    return [_row(context) for context in all_contexts()]


def tenant_row(slug: str) -> TenantRow:
    """One tenant; raises UnknownTenant."""
    context = find_by_slug(slug)
    if context is None:
        raise UnknownTenant(f"There is no tenant {slug!r}")
    return _row(context)


def pool_state() -> PoolState:
    with platform_context():
        pooled = list(PooledSchema.objects.order_by("created_at"))
    ready = [schema for schema in pooled if schema.state == PooledSchema.State.READY]
    return PoolState(
        ready=len(ready),
        stale=len(pooled) - len(ready),
        target=settings.GALLERIA_POOL_TARGET,
        template=ready[-1].template_hash[:12] if ready else "",
        oldest_at=ready[0].created_at if ready else None,
    )


def recent_births(limit: int = 20) -> list[BirthRow]:
    with platform_context():
        runs = ProvisioningRun.objects.order_by("-created_at")[:limit]
        return [
            BirthRow(run.slug, run.state, run.attempts, run.error, run.created_at) for run in runs
        ]


def _row(context: TenantContext) -> TenantRow:
    return TenantRow(
        id=context.id,
        slug=context.slug,
        name=context.name,
        state=context.state,
        tier=context.tier.code,
        tier_version=context.tier.version,
        host=context.host,
        url=tenant_url(context.host),
        schema=context.schema,
        cluster=context.cluster,
        currency=context.currency,
    )
