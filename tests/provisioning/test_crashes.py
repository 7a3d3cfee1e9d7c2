"""Killed at any step, a birth ends live or leaves nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connections

from provisioning.domain.lives import close_tenant, drop_due_tenants
from provisioning.domain.pool import fill_pool
from provisioning.domain.repair import STUCK_AFTER, resume_stuck_runs
from provisioning.domain.schemas import schema_exists
from provisioning.domain.signup import TenantOrder, provision_tenant
from provisioning.models import Closure, PooledSchema, ProvisioningRun
from shared_apps.identity.models import User
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import platform_context, tenant_context
from shared_apps.outbox.models import OutboxEvent
from tenants.models import Domain, Tenant
from tenants.queries import find_by_slug
from tests.running_services import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def crash(database):
    """Run manage.py on this database with a crash point; it has to die there."""

    def run(point, *arguments):
        owner = connections["owner"].settings_dict
        at = f"{owner['HOST']}:{owner['PORT']}/{database}"
        environment = {
            **os.environ,
            "DATABASE_URL": f"postgresql://g_app@{at}",
            "DATABASE_ADMIN_URL": f"postgresql://g_owner@{at}",
            "GALLERIA_DATA_DIR": str(settings.DATA_DIR),
            "GALLERIA_CRASH_AT": point,
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
        }
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]

    return run


def orphans():
    """Schemas and hosts that belong to no tenant, no pool and no closure."""
    known = {
        *Tenant.objects.exclude(state="closed").values_list("schema_name", flat=True),
        *PooledSchema.objects.values_list("schema_name", flat=True),
    }
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%'")
        schemas = {row[0] for row in cursor.fetchall()} - known
    hosts = set(Domain.objects.filter(tenant__state="closed").values_list("domain", flat=True))
    return schemas | hosts


def role_exists(name):
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        return cursor.fetchone() is not None


def assert_live(slug):
    tenant = find_by_slug(slug)
    assert tenant.state == "trialing"
    with tenant_context(tenant):
        assert User.objects.count() == 1
        assert OutboxEvent.objects.filter(name="tenants.tenant_ready.v1").count() == 1
    with platform_context():
        assert ProvisioningRun.objects.get(slug=slug).state == "live"


CREATE = ("tenant", "create", "--name", "Crash", "--owner", "ada@crash.example", "--slug")


@pytest.mark.parametrize(
    "point", ["in_reserve", "reserved", "in_furnish", "furnished", "in_activate", "live"]
)
@pytest.mark.parametrize("pooled", [True, False])
def test_killed_birth_ends_live_or_absent(crash, database, point, pooled):
    fill_pool(target=1, at=now())
    if not pooled:
        PooledSchema.objects.update(state="stale")
    slug = f"crash-{uuid4().hex[:8]}"

    crash(point, *CREATE, slug)
    resume_stuck_runs(at=now() + STUCK_AFTER + timedelta(seconds=1))

    if point == "in_reserve":
        assert find_by_slug(slug) is None
        assert not ProvisioningRun.objects.filter(slug=slug).exists()
    else:
        assert_live(slug)
    assert orphans() == set()


@pytest.mark.parametrize("point", ["in_replay", "built"])
def test_killed_replay_of_an_empty_pool_ends_live(crash, database, point):
    PooledSchema.objects.all().update(state="stale")
    slug = f"crash-{uuid4().hex[:8]}"

    crash(point, *CREATE, slug)
    assert find_by_slug(slug).state == "requested"
    resume_stuck_runs(at=now())

    assert_live(slug)


@pytest.mark.parametrize("point", ["in_replay", "in_fill"])
def test_killed_filler_leaves_no_half_made_schema(crash, database, point):
    pooled = PooledSchema.objects.filter(state="ready").count()

    crash(point, "prepare", "--pool", str(pooled + 1))

    assert PooledSchema.objects.filter(state="ready").count() == pooled
    assert orphans() == set()
    # The dead filler's lock goes when PostgreSQL notices that its client is gone.
    deadline = time.monotonic() + 30
    while fill_pool(target=pooled + 1, at=now()).ready <= pooled and time.monotonic() < deadline:
        time.sleep(0.2)
    assert PooledSchema.objects.filter(state="ready").count() == pooled + 1


def test_birth_that_always_fails_is_undone(database, monkeypatch):
    from provisioning.domain import signup

    fill_pool(target=1, at=now())

    def broken(_birth):
        raise RuntimeError("no design today")

    monkeypatch.setattr(signup, "birth_steps", lambda: (broken,))
    order = TenantOrder(slug=f"broken-{uuid4().hex[:6]}", name="B", owner_email="b@b.example")
    with pytest.raises(RuntimeError):
        provision_tenant(order=order, acting=SYSTEM, at=now())
    run = ProvisioningRun.objects.get(slug=order.slug)

    reports = [
        resume_stuck_runs(at=now() + (round_ + 1) * timedelta(seconds=15)) for round_ in range(3)
    ]

    assert [report.undone for report in reports] == [0, 0, 1]
    run.refresh_from_db()
    assert (run.state, run.order) == ("undone", {})
    assert "no design today" in run.error
    assert find_by_slug(order.slug) is None
    assert not schema_exists(run.schema_name)
    assert not role_exists(run.schema_name)
    assert orphans() == set()
    monkeypatch.undo()
    fill_pool(target=1, at=now())
    assert provision_tenant(order=order, acting=SYSTEM, at=now()).is_live


def test_killed_drop_is_finished_by_the_next(crash, database, settings):
    fill_pool(target=1, at=now())
    order = TenantOrder(slug=f"ending-{uuid4().hex[:6]}", name="E", owner_email="e@e.example")
    new = provision_tenant(order=order, acting=SYSTEM, at=now())
    close_tenant(slug=new.slug, acting=SYSTEM, at=now(), grace=timedelta(0))

    crash("dropped", "tenant", "drop-closed")
    assert not schema_exists(new.schema)
    assert not role_exists(new.schema)
    assert Tenant.objects.get(slug=new.slug).state == "closing"
    report = drop_due_tenants(at=now())

    assert (report.dropped, report.failed) == (1, ())
    assert Tenant.objects.get(slug=new.slug).state == "closed"
    assert Closure.objects.get(tenant_id=new.id).dropped_at is not None
    assert orphans() == set()
