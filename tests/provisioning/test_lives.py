"""Paused, resumed, renamed, moved to another tier, closed and dropped."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from billing.domain.tiers import change_tier
from billing.models import TierChange
from provisioning.domain.checks import examine
from provisioning.domain.lives import (
    close_tenant,
    drop_due_tenants,
    rename,
    resume_tenant,
    suspend_tenant,
)
from provisioning.domain.pool import fill_pool
from provisioning.domain.schemas import schema_exists
from provisioning.domain.signup import TenantOrder, provision_tenant
from provisioning.domain.slugs import SlugReserved, SlugTaken
from shared_apps.audit.models import AuditEntry
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.lifecycle import MoveNotAllowed
from tenants.queries import UnknownTenant, find_by_slug

pytestmark = pytest.mark.slow


@pytest.fixture
def tenant(database):
    fill_pool(target=1, at=now())
    order = TenantOrder(
        slug=f"lives-{uuid4().hex[:8]}", name="Lives", owner_email="ada@lives.example"
    )
    return provision_tenant(order=order, acting=SYSTEM, at=now())


def status(host):
    return Client().get("/robots.txt", headers={"host": host}).status_code


def test_suspended_answers_403_and_resumed_200(tenant):
    suspend_tenant(slug=tenant.slug, acting=SYSTEM, at=now(), note="unpaid")
    suspended = status(tenant.host)
    resume_tenant(slug=tenant.slug, acting=SYSTEM, at=now())

    assert (suspended, status(tenant.host)) == (403, 200)
    entry = AuditEntry.objects.get(action="tenants.tenant.suspend", subject_id=str(tenant.id))
    assert entry.changes == {"note": "unpaid"}


def test_impossible_moves_are_refused(tenant):
    with pytest.raises(MoveNotAllowed):
        resume_tenant(slug=tenant.slug, acting=SYSTEM, at=now())
    with pytest.raises(UnknownTenant):
        suspend_tenant(slug="nobody-here", acting=SYSTEM, at=now())


def test_renamed_tenant_answers_at_its_new_host_only(tenant):
    slug = f"renamed-{uuid4().hex[:8]}"

    changed = rename(slug=tenant.slug, new_slug=slug, new_name="New", acting=SYSTEM, at=now())

    assert (changed.schema, changed.name) == (tenant.schema, "New")
    assert (status(f"{slug}.galleria.localhost"), status(tenant.host)) == (200, 404)


def test_rename_keeps_the_rules_of_slugs(tenant):
    order = TenantOrder(
        slug=f"other-{uuid4().hex[:8]}", name="Other", owner_email="bo@other.example"
    )
    other = provision_tenant(order=order, acting=SYSTEM, at=now())

    for slug, error in (("admin", SlugReserved), (other.slug, SlugTaken)):
        with pytest.raises(error):
            rename(slug=tenant.slug, new_slug=slug, new_name="", acting=SYSTEM, at=now())

    assert status(tenant.host) == 200


def test_new_tier_is_what_the_next_request_reads(tenant):
    change_tier(slug=tenant.slug, code="scale", acting=SYSTEM, at=now())

    terms = find_by_slug(tenant.slug).tier
    assert (terms.code, terms.take_rates_bps["marketplace"]) == ("scale", 500)
    codes = TierChange.objects.filter(tenant_id=tenant.id).order_by("id")
    assert [change.version.tier.code for change in codes] == ["starter", "scale"]


def test_closed_answers_410_and_is_dropped_when_the_grace_is_over(tenant):
    close_tenant(slug=tenant.slug, acting=SYSTEM, at=now(), grace=timedelta(days=30))
    early = drop_due_tenants(at=now())
    closed = status(tenant.host)

    late = drop_due_tenants(at=now() + timedelta(days=31))

    assert (early.dropped, closed, late.dropped) == (0, 410, 1)
    assert not schema_exists(tenant.schema)
    assert status(tenant.host) == 404
    assert find_by_slug(tenant.slug).state == "closed"


def test_doctor_finds_nothing_wrong_here(tenant):
    # The world's two tenants were migrated and ours compiled, so this compares them too.
    assert [finding for finding in examine() if not finding.ok] == []
