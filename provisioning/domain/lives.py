"""The life of a tenant after its birth: paused, resumed, renamed, closed and, in the end, dropped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from provisioning.domain.schemas import drop_schema
from provisioning.domain.signup import host_of
from provisioning.domain.slugs import SlugTaken, checked_slug
from provisioning.models import Closure
from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.context import TenantContext, platform_context
from shared_apps.kernel.crashes import crash_point
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenants.domain.registry import HostTaken, move_tenant, rename_tenant, strike_hosts
from tenants.queries import UnknownTenant, find_by_slug
from tenants.routing import routing_changed

# Long enough to change one's mind and to fetch the books; then the data goes.
GRACE = timedelta(days=30)
_DROPS_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class DropReport:
    dropped: int
    failed: tuple[str, ...]


def suspend_tenant(*, slug: str, acting: Actor, at: datetime, note: str = "") -> TenantContext:
    """Let a tenant's hosts answer 403 from now on (journey); nothing of it is lost.

    Raises UnknownTenant, MoveNotAllowed.
    """
    return _announced(slug, lambda tenant: _move(tenant.id, "suspend", acting, at, note))


def resume_tenant(*, slug: str, acting: Actor, at: datetime, note: str = "") -> TenantContext:
    """Let a suspended tenant answer again (journey). Raises UnknownTenant, MoveNotAllowed."""
    return _announced(slug, lambda tenant: _move(tenant.id, "resume", acting, at, note))


def close_tenant(
    *, slug: str, acting: Actor, at: datetime, note: str = "", grace: timedelta = GRACE
) -> TenantContext:
    """End a tenant (journey): its hosts answer 410, its data is dropped when the grace is over.

    Raises UnknownTenant, MoveNotAllowed.
    """
    return _announced(
        slug,
        lambda tenant: record_closing(
            tenant_id=tenant.id, due_at=at + grace, acting=acting, at=at, note=note
        ),
    )


def rename(
    *, slug: str, new_slug: str, new_name: str, acting: Actor, at: datetime
) -> TenantContext:
    """Give a tenant another name and subdomain (journey): one UPDATE, no schema is touched.

    The former host is free at once. Raises UnknownTenant, SlugMalformed, SlugReserved, SlugTaken.
    """
    wanted = slug if new_slug == slug else checked_slug(new_slug)
    return _announced(
        slug,
        lambda tenant: record_rename(
            tenant=tenant, slug=wanted, name=new_name or tenant.name, acting=acting, at=at
        ),
    )


def _announced(slug: str, change: Callable[[TenantContext], TenantContext]) -> TenantContext:
    tenant = find_by_slug(slug)
    if tenant is None:
        raise UnknownTenant(f"There is no tenant {slug!r}")
    with platform_context():
        changed = change(tenant)
    routing_changed()
    return changed


@operation
def _move(tenant_id: UUID, move: str, acting: Actor, at: datetime, note: str) -> TenantContext:
    """Make one move of a tenant's life: state, history, audit."""
    tenant = move_tenant(tenant_id=tenant_id, move=move, acting=acting, at=at, note=note)
    _audit(f"tenants.tenant.{move}", tenant, acting=acting, at=at, changes={"note": note})
    return tenant


@operation
def record_closing(
    *, tenant_id: UUID, due_at: datetime, acting: Actor, at: datetime, note: str
) -> TenantContext:
    """Mark a tenant as closing and its data as due; audit. Raises MoveNotAllowed."""
    tenant = move_tenant(tenant_id=tenant_id, move="close", acting=acting, at=at, note=note)
    Closure.objects.create(
        tenant_id=tenant_id, schema_name=tenant.schema, closed_at=at, due_at=due_at
    )
    _audit("tenants.tenant.close", tenant, acting=acting, at=at, changes={"note": note})
    return tenant


@operation
def record_rename(
    *, tenant: TenantContext, slug: str, name: str, acting: Actor, at: datetime
) -> TenantContext:
    """Write slug, name and primary host; audit. Raises SlugTaken."""
    try:
        changed = rename_tenant(tenant_id=tenant.id, name=name, slug=slug, host=host_of(slug))
    except HostTaken as error:
        raise SlugTaken(f"{slug!r} is taken; choose another name", slug=slug) from error
    changes = {"slug": [tenant.slug, slug], "name": [tenant.name, name]}
    _audit("tenants.tenant.rename", changed, acting=acting, at=at, changes=changes)
    return changed


def drop_due_tenants(*, at: datetime, limit: int = _DROPS_AT_ONCE) -> DropReport:
    """Drop schema and role of tenants whose grace is over (journey), some at a time.

    Each drop takes a lock for every table and index it holds, hence few at once. A killed drop
    is found again: the closure stays due until the tenant is marked closed. Needs the owner's
    login.
    """
    dropped, failed = 0, list[str]()
    with platform_context():
        due = Closure.objects.filter(due_at__lte=at, dropped_at=None).order_by("due_at")
        for closure in due[:limit]:
            try:
                drop_schema(closure.schema_name)
                crash_point("dropped")
                record_dropped(closure=closure, at=at)
            except Exception as error:  # noqa: BLE001 - one that fails must not hold up the rest
                failed.append(f"{closure.schema_name}: {error}")
            else:
                dropped += 1
    if dropped:
        routing_changed()
    return DropReport(dropped, tuple(failed))


@operation
def record_dropped(*, closure: Closure, at: datetime) -> None:
    """The data is gone: the tenant is closed, its hosts are struck, the closure is done; audit."""
    tenant = move_tenant(tenant_id=closure.tenant_id, move="purge", acting=SYSTEM, at=at)
    strike_hosts(tenant_id=closure.tenant_id)
    Closure.objects.filter(pk=closure.pk).update(dropped_at=at)
    _audit("tenants.tenant.purge", tenant, acting=SYSTEM, at=at, changes={})


def _audit(
    action: str,
    tenant: TenantContext,
    *,
    acting: Actor,
    at: datetime,
    changes: Mapping[str, object],
) -> None:
    subject = Ref("tenants.tenant", str(tenant.id))
    record(action, subject=subject, acting=acting, at=at, changes=changes)
