"""Reads of tenants, as values that any room may hold."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from shared_apps.kernel.context import TenantContext, platform_context
from shared_apps.kernel.errors import NotFound
from tenants.entitlements import terms_from
from tenants.models import Domain, Tenant


class UnknownTenant(NotFound):
    code, title = "unknown_tenant", "There is no such tenant"


def context_of(tenant: Tenant, host: str) -> TenantContext:
    return TenantContext(
        id=tenant.id,
        slug=tenant.slug,
        name=tenant.name,
        schema=tenant.schema_name,
        role=tenant.role,
        cluster=tenant.cluster,
        host=host,
        state=tenant.state,
        tier=terms_from(tenant.entitlements),
        currency=tenant.currency,
        language=tenant.language,
        modules=frozenset(tenant.modules),
    )


def _primary_host(tenant: Tenant, otherwise: str = "") -> str:
    for domain in tenant.domains.all():
        if domain.is_primary:
            return str(domain.domain)
    return otherwise


def find_by_host(host: str) -> TenantContext | None:
    """The tenant that answers on a normalised host, or None."""
    with platform_context():
        domain = (
            Domain.objects.select_related("tenant")
            .prefetch_related("tenant__domains")
            .filter(domain=host)
            .first()
        )
        if domain is None:
            return None
        return context_of(domain.tenant, _primary_host(domain.tenant, host))


def _one(**lookup: Any) -> TenantContext | None:
    with platform_context():
        tenant = Tenant.objects.prefetch_related("domains").filter(**lookup).first()
        return None if tenant is None else context_of(tenant, _primary_host(tenant))


def find_by_id(tenant_id: UUID) -> TenantContext | None:
    return _one(id=tenant_id)


def find_by_slug(slug: str) -> TenantContext | None:
    return _one(slug=slug)


def find_by_schema(schema: str) -> TenantContext | None:
    return _one(schema_name=schema)


def slug_is_taken(slug: str) -> bool:
    """Whether a slug is in use now; the unique constraint decides when it is taken for good."""
    with platform_context():
        return bool(Tenant.objects.filter(slug=slug).exists())


def owned_by(owner_id: UUID) -> list[TenantContext]:
    """The tenants of one owner, oldest first, ended ones too; two queries."""
    with platform_context():
        tenants = Tenant.objects.prefetch_related("domains").filter(owner_id=owner_id)
        return [context_of(tenant, _primary_host(tenant)) for tenant in tenants.order_by("id")]


def all_contexts(*, states: frozenset[str] | None = None) -> list[TenantContext]:
    """Every tenant (of some states), oldest first: for sweeps and fan-out, never for a request."""
    with platform_context():
        tenants = Tenant.objects.prefetch_related("domains").order_by("id")
        if states is not None:
            tenants = tenants.filter(state__in=states)
        return [context_of(tenant, _primary_host(tenant)) for tenant in tenants]
