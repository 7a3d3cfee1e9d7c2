"""The birth of a tenant: three short transactions, each recorded, resumable after every one."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from billing.domain.tiers import record_tier
from billing.queries import TierOffer, current_offer
from provisioning.domain.births import Birth, birth_steps
from provisioning.domain.migrations import has_owner
from provisioning.domain.pool import Claimed, claim_schema
from provisioning.domain.schemas import build_schema, schema_name_of
from provisioning.domain.slugs import SlugTaken, checked_slug
from provisioning.domain.template import ensure_template
from provisioning.lifecycle import BIRTH, FINISHED
from provisioning.models import ProvisioningRun
from shared_apps.audit.domain.records import record, recorded_together
from shared_apps.identity.domain.people import NewPerson, create_person
from shared_apps.identity.queries import has_account
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.context import (
    TenantContext,
    current_tenant,
    platform_context,
    tenant_context,
)
from shared_apps.kernel.crashes import crash_point
from shared_apps.kernel.crypto import decrypt, encrypt
from shared_apps.kernel.errors import invariant
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import MoveNotAllowed, record_move
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from shared_apps.outbox.domain.jobs import PLATFORM_MARK, enqueue_by_name
from shared_apps.outbox.domain.publishing import publish, published_together
from tenants.domain.registry import (
    HostTaken,
    TenantEntry,
    move_tenant,
    register_tenant,
)
from tenants.events import TenantReady
from tenants.queries import find_by_id
from tenants.routing import routing_changed
from themes.domain.versions import DesignChoice, start_from_preset

_63_BITS = 0x7FFF_FFFF_FFFF_FFFF
# Not waiting for the disk is safe here: the owner is told after a later commit, which does wait,
# and a crash of the server loses commits from the end only.
_ONE_AT_A_TIME = "SELECT set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock(%s)"


@dataclass(frozen=True, slots=True)
class TenantOrder:
    """What a new tenant is to be; `owner_password` is already encoded ("" = no sign-in by password).

    `owner_id` is the owner's id on the public site, to be theirs in the tenant too ("" = new).
    """

    slug: str
    name: str
    owner_email: str
    owner_name: str = ""
    owner_id: str = ""
    owner_password: str = ""
    tier: str = "starter"
    currency: str = "EUR"
    language: str = "en-gb"
    theme: str = ""
    preset: str = ""
    modules: tuple[str, ...] = ("marketplace",)


@dataclass(frozen=True, slots=True)
class NewTenant:
    """A tenant on its way: `state` is "live" when it answers, "requested" when it waits."""

    id: UUID
    run_id: UUID
    slug: str
    host: str
    schema: str
    owner_id: UUID
    state: str

    @property
    def is_live(self) -> bool:
        return self.state == "live"


def provision_tenant(*, order: TenantOrder, acting: Actor, at: datetime) -> NewTenant:
    """Bring a tenant to life (journey): name it, write its owner, let it answer.

    With a warm pool it is live on return. With an empty one a process that holds the owner's
    login builds the schema here and now; any other leaves the tenant `requested` and calls the
    provisioning worker, which carries on. Raises SlugMalformed, SlugReserved, SlugTaken,
    UnknownTier; then nothing is left behind.
    """
    with platform_context():
        run, tenant = reserve_tenant(order=order, acting=acting, at=at)
        # Only a hint: beat asks too, so a broker that is away costs some seconds, nothing else.
        enqueue_by_name("provisioning.tasks.tend", queue="provisioning", tenant=PLATFORM_MARK)
    crash_point("reserved")
    return carry_on(run=run, tenant=tenant, acting=acting, at=at)


def carry_on(
    *,
    run: ProvisioningRun,
    tenant: TenantContext | None = None,
    acting: Actor = SYSTEM,
    at: datetime,
) -> NewTenant:
    """Do what is left of a birth (journey). Every part may be repeated."""
    if run.state == "requested":
        if not has_owner():
            return _result(run)
        _build(run=run, acting=acting, at=at)
    if run.state in FINISHED:
        return _result(run)
    tenant = tenant or find_by_id(run.tenant_id)
    invariant(tenant is not None, f"the tenant of birth {run.id} is gone")
    assert tenant is not None  # noqa: S101 - for the type checker
    with platform_context():
        birth, password = _birth(run, tenant, at), decrypt(run.order["owner_password"])
    with tenant_context(tenant):
        furnish_tenant(birth=birth, owner=_owner(run, password), acting=acting, at=at)
    crash_point("furnished")
    with platform_context():
        run = activate_tenant(run_id=run.id, acting=acting, at=at)
    crash_point("live")
    routing_changed()
    return _result(run)


@operation
def reserve_tenant(
    *, order: TenantOrder, acting: Actor, at: datetime
) -> tuple[ProvisioningRun, TenantContext]:
    """Take a schema from the pool and name it: tenant, host, tier and the birth's own record.

    The unique slug decides between two at once; the loser's transaction leaves nothing.
    Raises SlugMalformed, SlugReserved, SlugTaken, UnknownTier.
    """
    order = replace(order, slug=checked_slug(order.slug))
    offer = current_offer(order.tier)
    claimed = claim_schema()
    entry = _entry(order=order, claimed=claimed, offer=offer)
    try:
        tenant = register_tenant(entry=entry, acting=acting, at=at)
    except HostTaken as error:
        detail = f"{order.slug!r} is taken; choose another name"
        raise SlugTaken(detail, slug=order.slug) from error
    record_tier(tenant_id=entry.id, version_id=offer.version_id, acting=acting, at=at)
    run = _record_run(order=order, entry=entry, pooled=claimed is not None, at=at)
    crash_point("in_reserve")
    return run, tenant


def _entry(*, order: TenantOrder, claimed: Claimed | None, offer: TierOffer) -> TenantEntry:
    tenant_id = claimed.id if claimed else uuid7()
    return TenantEntry(
        id=tenant_id,
        slug=order.slug,
        name=order.name,
        schema=schema_name_of(tenant_id),
        host=host_of(order.slug),
        owner_email=order.owner_email,
        owner_id=UUID(order.owner_id) if order.owner_id else uuid7(),
        currency=order.currency,
        language=order.language,
        modules=order.modules,
        entitlements=offer.snapshot,
        has_schema=claimed is not None,
    )


def _record_run(
    *, order: TenantOrder, entry: TenantEntry, pooled: bool, at: datetime
) -> ProvisioningRun:
    return ProvisioningRun.objects.create(
        tenant_id=entry.id,
        slug=entry.slug,
        schema_name=entry.schema,
        host=entry.host,
        owner_id=entry.owner_id,
        state="reserved" if pooled else "requested",
        pooled=pooled,
        order={**asdict(order), "owner_password": encrypt(order.owner_password)},
        touched_at=at,
        created_at=at,
    )


def host_of(slug: str) -> str:
    """The subdomain of a slug, without port (rule)."""
    return f"{slug}.{settings.GALLERIA_ROOT_HOST}"


def _build(*, run: ProvisioningRun, acting: Actor, at: datetime) -> None:
    """The pool was empty: replay the template under the name the tenant already has.

    The provisioning worker tends waiting births too: whoever is slower goes on from where the
    faster one is.
    """
    build_schema(schema=run.schema_name, template=ensure_template(at=at))
    crash_point("built")
    with platform_context():
        try:
            record_built(run=run, acting=acting, at=at)
        except MoveNotAllowed:
            run.refresh_from_db()


@operation
def record_built(*, run: ProvisioningRun, acting: Actor, at: datetime) -> None:
    """The schema of a waiting tenant is there. Raises MoveNotAllowed when another was faster."""
    record_move(run, BIRTH, "build", acting=acting, at=at)
    move_tenant(tenant_id=run.tenant_id, move="provision", acting=acting, at=at)


@operation
def furnish_tenant(*, birth: Birth, owner: NewPerson, acting: Actor, at: datetime) -> None:
    """Write the owner and what the rooms want there from the start; announces TenantReady.

    All or nothing in the tenant's own schema, and only once: the owner's user stands for the
    whole, so a repeated birth finds it and stops here.
    """
    tenant = current_tenant()
    with connection.cursor() as cursor:
        # Two who carry on the same birth wait for each other here.
        cursor.execute(_ONE_AT_A_TIME, [birth.owner_id.int & _63_BITS])
    if has_account(birth.owner_id):
        return
    choice = DesignChoice(
        theme=birth.theme or "hearth", brand_name=birth.name, preset=birth.preset or "shop-first"
    )
    with recorded_together(), published_together():
        create_person(person=owner, acting=acting, at=at)
        start_from_preset(choice=choice, acting=acting, at=at)
        for birth_step in birth_steps():
            birth_step(birth)
        record(
            "tenants.tenant.furnish",
            subject=Ref("tenants.tenant", str(tenant.id)),
            acting=acting,
            at=at,
            changes={"owner": str(birth.owner_id)},
        )
        publish(TenantReady(str(tenant.id), tenant.slug, tenant.host, str(birth.owner_id)))
    crash_point("in_furnish")


@operation
def activate_tenant(*, run_id: UUID, acting: Actor, at: datetime) -> ProvisioningRun:
    """The tenant answers from here on. Forgets the order, the owner's password hash with it."""
    run = ProvisioningRun.objects.select_for_update().get(pk=run_id)
    if run.state in FINISHED:
        return run
    emptied: dict[str, Any] = {"order": {}, "error": ""}
    record_move(run, BIRTH, "activate", acting=acting, at=at, values=emptied)
    move_tenant(tenant_id=run.tenant_id, move="activate", acting=acting, at=at, host=run.host)
    record(
        "tenants.tenant.create",
        subject=Ref("tenants.tenant", str(run.tenant_id)),
        acting=acting,
        at=at,
        changes={"slug": run.slug, "pooled": run.pooled},
    )
    crash_point("in_activate")
    return run


def _owner(run: ProvisioningRun, password: str) -> NewPerson:
    return NewPerson(
        id=run.owner_id,
        email=run.order["owner_email"],
        name=run.order["owner_name"],
        encoded_password=password,
        roles=frozenset({"operator", "customer"}),
        verified=True,
    )


def _birth(run: ProvisioningRun, tenant: TenantContext, at: datetime) -> Birth:
    order = run.order
    return Birth(
        owner_id=run.owner_id,
        owner_email=order["owner_email"].strip().lower(),
        owner_name=order["owner_name"],
        name=tenant.name,
        currency=tenant.currency,
        language=tenant.language,
        theme=order["theme"],
        preset=order["preset"],
        modules=tuple(sorted(tenant.modules)),
        at=at,
    )


def _result(run: ProvisioningRun) -> NewTenant:
    return NewTenant(
        id=run.tenant_id,
        run_id=run.id,
        slug=run.slug,
        host=run.host,
        schema=run.schema_name,
        owner_id=run.owner_id,
        state=run.state,
    )
