"""Writing the register of tenants: names, hosts, states, terms. Steps for the rooms above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import TenantContext
from shared_apps.kernel.errors import Conflict
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.transactions import step
from tenants.lifecycle import TENANT
from tenants.models import Domain, Tenant, TenantMove
from tenants.queries import UnknownTenant, context_of


class HostTaken(Conflict):
    code, title = "host_taken", "Another marketplace answers there"


@dataclass(frozen=True, slots=True)
class TenantEntry:
    """What the register says of a tenant at its birth."""

    id: UUID
    slug: str
    name: str
    schema: str
    host: str
    owner_email: str
    owner_id: UUID
    currency: str
    language: str
    modules: tuple[str, ...]
    entitlements: Mapping[str, Any]
    has_schema: bool


@step
def register_tenant(*, entry: TenantEntry, acting: Actor, at: datetime) -> TenantContext:
    """Enter a tenant with its first host, as provisioning when it has a schema, else as requested.

    Raises HostTaken when slug or host exist already; that aborts the transaction, so its
    operation must end.
    """
    tenant = Tenant(
        id=entry.id,
        slug=entry.slug,
        name=entry.name,
        schema_name=entry.schema,
        role=entry.schema,
        owner_email=entry.owner_email.strip().lower(),
        owner_id=entry.owner_id,
        currency=entry.currency,
        language=entry.language,
        modules=list(entry.modules),
        entitlements=dict(entry.entitlements),
        state=TENANT.target_of("provision", "requested") if entry.has_schema else "requested",
        created_at=at,
    )
    try:
        Tenant.objects.bulk_create([tenant])
        Domain.objects.bulk_create(
            [Domain(domain=entry.host, tenant=tenant, is_primary=True, created_at=at)]
        )
    except IntegrityError as error:
        raise HostTaken(f"{entry.host} is taken") from error
    if entry.has_schema:
        _first_move(tenant, acting, at)
    return context_of(tenant, entry.host)


def _first_move(tenant: Tenant, acting: Actor, at: datetime) -> None:
    # Born in the state the move leads to: the row is not written twice.
    TenantMove.objects.create(
        subject=tenant,
        move="provision",
        from_state="requested",
        to_state=tenant.state,
        actor=f"{acting.kind}:{acting.id}",
        at=at,
    )


@step
def move_tenant(
    *, tenant_id: UUID, move: str, acting: Actor, at: datetime, note: str = "", host: str = ""
) -> TenantContext:
    """Make a move of a tenant's life and let routing see it; raises UnknownTenant, MoveNotAllowed.

    `host` saves the look-up for who knows it.
    """
    tenant = locked_tenant(tenant_id)
    epoch = {"epoch": tenant.epoch + 1}
    record_move(tenant, TENANT, move, acting=acting, at=at, note=note, values=epoch)
    return context_of(tenant, host) if host else _context(tenant)


@step
def set_entitlements(*, tenant_id: UUID, snapshot: Mapping[str, Any]) -> TenantContext:
    """Replace the tier snapshot every request reads; raises UnknownTenant."""
    tenant = locked_tenant(tenant_id)
    _stamp(tenant_id, entitlements=dict(snapshot))
    tenant.entitlements = dict(snapshot)
    return _context(tenant)


@step
def rename_tenant(*, tenant_id: UUID, name: str, slug: str, host: str) -> TenantContext:
    """Change what people call a tenant; schema and role keep their names.

    The former host goes. Raises UnknownTenant, HostTaken.
    """
    tenant = locked_tenant(tenant_id)
    try:
        _stamp(tenant_id, name=name, slug=slug)
        Domain.objects.filter(tenant=tenant, is_primary=True).update(domain=host)
    except IntegrityError as error:
        raise HostTaken(f"{host} is taken") from error
    tenant.name, tenant.slug = name, slug
    return context_of(tenant, host)


@step
def strike_hosts(*, tenant_id: UUID) -> None:
    """Let no host answer for a tenant any more, so that others may take the names."""
    Domain.objects.filter(tenant_id=tenant_id).delete()


def locked_tenant(tenant_id: UUID) -> Tenant:
    tenant: Tenant | None = Tenant.objects.select_for_update().filter(pk=tenant_id).first()
    if tenant is None:
        raise UnknownTenant
    return tenant


def erase_entry(*, tenant_id: UUID, using: str) -> None:
    """Take a tenant that never lived out of the register, history included; the owner's login only."""
    with transaction.atomic(using=using):
        Domain.objects.using(using).filter(tenant_id=tenant_id).delete()
        TenantMove.objects.using(using).filter(subject_id=tenant_id).delete()
        Tenant.objects.using(using).filter(pk=tenant_id).delete()


def _stamp(tenant_id: UUID, **changes: Any) -> None:
    Tenant.objects.filter(pk=tenant_id).update(epoch=F("epoch") + 1, **changes)


def _context(tenant: Tenant) -> TenantContext:
    primary = Domain.objects.filter(tenant=tenant, is_primary=True).first()
    return context_of(tenant, primary.domain if primary else "")
