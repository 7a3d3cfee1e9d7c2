"""From an order to a tenant that answers."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client

from billing.queries import UnknownTier
from provisioning.domain.pool import fill_pool
from provisioning.domain.schemas import schema_exists
from provisioning.domain.signup import TenantOrder, provision_tenant
from provisioning.domain.slugs import SlugReserved, SlugTaken
from provisioning.models import PooledSchema, ProvisioningRun
from shared_apps.identity.models import User
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import platform_context, tenant_context
from tenants.models import Domain, Tenant
from tenants.queries import find_by_slug

pytestmark = pytest.mark.slow


def order(slug="", **fields):
    slug = slug or f"shop-{uuid4().hex[:8]}"
    return TenantOrder(
        slug=slug, name="Harbour", owner_email="Ada@Harbour.example", owner_name="Ada", **fields
    )


def provision(slug="", **fields):
    return provision_tenant(order=order(slug, **fields), acting=SYSTEM, at=now())


def empty_pool():
    PooledSchema.objects.all().delete()


def test_claimed_tenant_is_live_with_its_owner_and_terms(pool):
    new = provision(owner_password="argon2$x", tier="growth")

    tenant = find_by_slug(new.slug)
    assert new.is_live
    assert (tenant.state, tenant.host) == ("trialing", f"{new.slug}.galleria.localhost")
    assert (tenant.tier.code, tenant.tier.take_rates_bps["marketplace"]) == ("growth", 800)
    with tenant_context(tenant):
        owner = User.objects.get()
    assert (owner.id, owner.email, owner.name) == (new.owner_id, "ada@harbour.example", "Ada")
    assert owner.password == "argon2$x"


def test_birth_is_recorded_and_forgets_the_password(pool):
    new = provision(owner_password="argon2$secret")

    run = ProvisioningRun.objects.get(pk=new.run_id)
    assert (run.state, run.pooled, run.order) == ("live", True, {})
    assert list(run.moves.order_by("id").values_list("move", flat=True)) == ["activate"]
    moves = Tenant.objects.get(slug=new.slug).moves.order_by("id")
    assert list(moves.values_list("move", flat=True)) == ["provision", "activate"]


def test_schema_is_named_after_the_id_and_not_after_the_slug(pool):
    new = provision("renaissance-market")

    assert new.schema.startswith("t_")
    assert "renaissance" not in new.schema
    assert schema_exists(new.schema)
    assert Tenant.objects.get(slug=new.slug).role == new.schema


def test_empty_pool_is_replayed_inline_by_the_owner(database):
    empty_pool()

    new = provision()

    assert new.is_live
    assert not ProvisioningRun.objects.get(pk=new.run_id).pooled


def test_host_answers_at_once(pool):
    new = provision()

    with platform_context():
        answer = Client().get("/robots.txt", headers={"host": new.host})

    assert answer.status_code == 200


def test_taken_slug_leaves_nothing(pool):
    first = provision()
    before = (Tenant.objects.count(), Domain.objects.count(), PooledSchema.objects.count())

    with pytest.raises(SlugTaken):
        provision(first.slug.upper())

    after = (Tenant.objects.count(), Domain.objects.count(), PooledSchema.objects.count())
    assert after == before


@pytest.mark.parametrize(
    ("fields", "error"), [({"slug": "admin"}, SlugReserved), ({"tier": "gold"}, UnknownTier)]
)
def test_bad_order_leaves_nothing(pool, fields, error):
    before = Tenant.objects.count(), PooledSchema.objects.count()

    with pytest.raises(error):
        provision(**fields)

    assert (Tenant.objects.count(), PooledSchema.objects.count()) == before


def test_of_two_at_once_exactly_one_gets_the_name(database):
    fill_pool(target=2, at=now())
    pooled = PooledSchema.objects.count()
    slug, barrier, outcomes = f"race-{uuid4().hex[:8]}", threading.Barrier(2), []

    def sign_up():
        with platform_context():
            barrier.wait()
            try:
                outcomes.append(provision(slug).state)
            except SlugTaken:
                outcomes.append("taken")
            finally:
                connections.close_all()

    threads = [threading.Thread(target=sign_up) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["live", "taken"]
    assert Tenant.objects.filter(slug=slug).count() == 1
    assert ProvisioningRun.objects.filter(slug=slug).count() == 1
    assert PooledSchema.objects.count() == pooled - 1


def test_a_birth_that_the_worker_finished_meanwhile_is_live(pool, monkeypatch):
    from provisioning.domain import signup

    empty_pool()
    plain = signup.build_schema

    def build_while_the_worker_does_too(**asked):
        plain(**asked)
        monkeypatch.setattr(signup, "build_schema", plain)
        run = ProvisioningRun.objects.get(schema_name=asked["schema"])
        assert signup.carry_on(run=run, at=now()).is_live

    monkeypatch.setattr(signup, "build_schema", build_while_the_worker_does_too)

    assert provision().is_live
