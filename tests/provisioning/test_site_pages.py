"""The public site: from a stranger to an operator in the back office."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client

from provisioning.models import PooledSchema
from shared_apps.identity.models import User
from shared_apps.kernel.context import platform_context, tenant_context
from tenants.models import Tenant
from tenants.queries import find_by_slug

pytestmark = pytest.mark.slow
SITE = "galleria.localhost"
PASSWORD = "a-long-enough-password"


def visitor(host=SITE):
    return Client(headers={"host": host})


def form(slug, **changes):
    return {
        "name": "Harbour Goods",
        "slug": slug,
        "look": "metro",
        "currency": "GBP",
        "owner_name": "Ada",
        "email": f"{slug}@harbour.example",
        "password": PASSWORD,
        **changes,
    }


def fresh():
    return f"shop-{uuid4().hex[:8]}"


def test_public_pages_answer(pool):
    for path in ("/", "/pricing/", "/sign-up/"):
        assert visitor().get(path).status_code == 200


def test_sign_up_leads_into_the_back_office(pool):
    slug, browser = fresh(), visitor()

    answer = browser.post("/sign-up/", form(slug))
    assert (answer.status_code, answer["Location"]) == (302, f"/marketplaces/{slug}/")
    opening = browser.get(answer["Location"])
    address = re.match(r"0; url=http://([^/:]+):\d+(/handover/.+)", opening["Refresh"])

    assert address.group(1) == f"{slug}.galleria.localhost"
    arrived = visitor(address.group(1)).get(address.group(2))
    assert (arrived.status_code, arrived["Location"]) == (302, "/manage/")
    tenant = find_by_slug(slug)
    assert (tenant.name, tenant.currency, tenant.state) == ("Harbour Goods", "GBP", "trialing")
    with tenant_context(tenant):
        operator = User.objects.get(email=f"{slug}@harbour.example")
        assert operator.has_role("operator")
        assert operator.check_password(PASSWORD)
    with platform_context():
        assert User.objects.get(email=operator.email).id == operator.id
    assert browser.get("/marketplaces/").status_code == 200
    assert visitor(tenant.host).get("/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "x"}, "slug"),
        ({"slug": "xn--bcher-kva"}, "slug"),
        ({"slug": "www"}, "slug"),
        ({"email": "no"}, "email"),
        ({"password": "short"}, "password"),
        ({"currency": "XXX"}, "currency"),
    ],
)
def test_bad_input_is_told_and_leaves_nothing(pool, changes, field):
    with platform_context():
        before = (Tenant.objects.count(), User.objects.count(), PooledSchema.objects.count())

    answer = visitor().post("/sign-up/", {**form(fresh()), **changes})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    with platform_context():
        after = (Tenant.objects.count(), User.objects.count(), PooledSchema.objects.count())
    assert after == before


@pytest.mark.parametrize(
    ("slug", "free", "code"),
    [
        ("fresh-and-free", True, None),
        ("admin", False, "slug_reserved"),
        ("a", False, "slug_malformed"),
        ("Bücher", False, "slug_malformed"),
    ],
)
def test_slug_is_checked_while_typing(pool, slug, free, code):
    answer = visitor().get("/sign-up/check/", {"slug": slug})

    assert answer.json()["free"] is free
    assert answer.json().get("code") == code
    line = visitor().get("/sign-up/check/", {"slug": slug}, headers={"hx-request": "true"})
    assert line.status_code == 200
    assert b"<html" not in line.content


def test_a_taken_slug_is_told(pool):
    slug = fresh()
    visitor().post("/sign-up/", form(slug))

    check = visitor().get("/sign-up/check/", {"slug": slug.upper()}).json()
    assert (check["free"], check["code"]) == (False, "slug_taken")
    answer = visitor().post("/sign-up/", form(slug, email="other@harbour.example"))
    assert answer.status_code == 422
    assert "slug" in answer.context["form"].errors


def test_marketplaces_are_for_their_owner_only(pool):
    slug, owner = fresh(), visitor()
    owner.post("/sign-up/", form(slug))
    stranger = visitor()
    stranger.post("/sign-up/", form(fresh()))

    assert stranger.get(f"/marketplaces/{slug}/").status_code == 404
    assert visitor().get(f"/marketplaces/{slug}/").status_code == 302
    assert visitor().get("/marketplaces/").status_code == 302


def test_an_owner_opens_a_second_marketplace(pool):
    owner, first, second = visitor(), fresh(), fresh()
    owner.post("/sign-up/", form(first))

    wanted = {"name": "Second", "slug": second, "look": "riviera", "currency": "EUR"}
    assert owner.post("/sign-up/", wanted).status_code == 302

    assert find_by_slug(first).id != find_by_slug(second).id
    page = owner.get("/marketplaces/").content.decode()
    assert first in page
    assert second in page
