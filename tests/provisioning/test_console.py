"""The console and the platform's API: staff with a second factor, nobody else."""

from __future__ import annotations

from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from shared_apps.audit.models import AuditEntry
from shared_apps.identity.models import User
from shared_apps.kernel.context import platform_context
from tenants.queries import find_by_slug

pytestmark = pytest.mark.slow
CONSOLE = "console.galleria.localhost"
API = "/api/platform/v1"


@pytest.fixture
def staff(pool):
    with platform_context():
        user = User.objects.create_user(f"{uuid4().hex[:8]}@galleria.example", kind="staff")
        Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
        client = Client(headers={"host": CONSOLE})
        client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def fresh():
    return f"shop-{uuid4().hex[:8]}"


def opened(staff):
    slug = fresh()
    order = {"slug": slug, "name": "Quay", "owner_email": "ada@quay.example", "tier": "growth"}
    assert staff.post(f"{API}/tenants", order, "application/json").status_code == 201
    return slug


PAGES = ["/", "/tenants/new/", "/tenants/alpha/", "/pool/"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_for_staff(staff, path):
    assert staff.get(path).status_code == 200
    assert Client(headers={"host": CONSOLE}).get(path).status_code == 302


def test_list_finds_by_name(staff):
    assert b"alpha.galleria.localhost" in staff.get("/", {"q": "alp"}).content
    assert b"alpha.galleria.localhost" not in staff.get("/", {"q": "bet"}).content


def test_owners_are_not_staff(pool):
    with platform_context():
        user = User.objects.create_user(f"{uuid4().hex[:8]}@owner.example", kind="owner")
        client = Client(headers={"host": CONSOLE})
        client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")

    assert client.get("/").status_code == 403
    assert client.get(f"{API}/tenants").status_code == 403


def test_staff_create_a_tenant(staff):
    slug = fresh()
    data = {
        "name": "Quay",
        "slug": slug,
        "email": "ada@quay.example",
        "owner_name": "Ada",
        "look": "hearth",
        "currency": "EUR",
        "tier": "scale",
    }

    assert staff.post("/tenants/new/", data).status_code == 302
    assert find_by_slug(slug).tier.code == "scale"
    assert staff.post("/tenants/new/", data).status_code == 422


def test_suspend_and_resume_with_a_reason(staff):
    slug = opened(staff)
    staff.post(f"/tenants/{slug}/suspend/", {"reason": ""})
    assert find_by_slug(slug).state == "trialing"

    staff.post(f"/tenants/{slug}/suspend/", {"reason": "card stolen"})
    assert find_by_slug(slug).state == "suspended"
    assert Client(headers={"host": f"{slug}.galleria.localhost"}).get("/").status_code == 403

    staff.post(f"/tenants/{slug}/resume/", {"reason": "cleared"})
    assert find_by_slug(slug).state == "active"
    with platform_context():
        last = AuditEntry.objects.filter(action="tenants.tenant.suspend").latest("at")
        assert last.changes == {"note": "card stolen"}


def test_tier_is_changed_at_once(staff):
    slug = opened(staff)

    staff.post(f"/tenants/{slug}/tier/", {"tier": "scale"})

    assert find_by_slug(slug).tier.take_rates_bps["marketplace"] == 500


def test_api_opens_suspends_resumes_and_closes(staff):
    slug = opened(staff)

    def state():
        return staff.get(f"{API}/tenants/{slug}").json()["state"]

    assert state() == "trialing"
    assert staff.get(f"{API}/pool").json().keys() == {"ready", "stale", "target"}
    why = {"reason": "test"}
    staff.post(f"{API}/tenants/{slug}/suspension", why, "application/json")
    assert state() == "suspended"
    staff.delete(f"{API}/tenants/{slug}/suspension")
    assert state() == "active"
    staff.post(f"{API}/tenants/{slug}/closure", why, "application/json")
    assert state() == "closing"
    again = staff.post(f"{API}/tenants/{slug}/closure", why, "application/json")
    assert (again.status_code, again.json()["code"]) == (409, "move_not_allowed")


def test_api_tells_what_is_wrong(staff):
    taken = {"slug": opened(staff), "name": "X", "owner_email": "x@x.example"}
    answer = staff.post(f"{API}/tenants", taken, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")

    bad = staff.post(f"{API}/tenants", {"slug": "ok-name"}, "application/json")
    assert bad.status_code == 422
    assert {error["pointer"] for error in bad.json()["errors"]} == {"/name", "/owner_email"}
    assert staff.get(f"{API}/tenants/nobody").status_code == 404
    assert Client(headers={"host": CONSOLE}).get(f"{API}/tenants").status_code == 401
