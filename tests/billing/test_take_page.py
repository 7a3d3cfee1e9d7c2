"""The console's page of the take: by tenant, module and time, down to each record."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from billing.models import TakeRecord
from shared_apps.identity.models import User
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import platform_context
from tests.world import ALPHA, BETA

pytestmark = pytest.mark.django_db
CONSOLE = "console.galleria.localhost"


@pytest.fixture
def staff(alpha, beta):
    with platform_context():
        user = User.objects.create_user(f"{uuid4().hex[:8]}@galleria.example", kind="staff")
        Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
        client = Client(headers={"host": CONSOLE})
        client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def take(tenant, minor, *, days=0, module="marketplace", currency="EUR", base=10_000):
    with platform_context():
        TakeRecord.objects.create(
            tenant_id=tenant.id,
            event_id=uuid4(),
            module=module,
            subject=f"ordering.vendor_order:{uuid4()}",
            currency=currency,
            base_minor=base,
            take_minor=minor,
            rate_bps=800,
            tier_code="growth",
            tier_version=1,
            accrued_at=now() - timedelta(days=days),
            pulled_at=now(),
        )


@pytest.fixture
def taken(staff):
    take(ALPHA, 800)
    take(ALPHA, -300, base=-3_750)
    take(ALPHA, 1_000, module="ads")
    take(BETA, 500, days=2)
    take(BETA, 700, days=60)
    take(BETA, 999, currency="JPY")


def text(staff, path="/takes/"):
    return staff.get(path).content.decode()


def test_the_sums_are_those_of_the_stretch(staff, taken):
    page = text(staff)

    assert '<p class="value">€20.00</p>' in page
    assert "Alpha" in page
    assert "Beta" in page
    assert "-300" not in page
    assert "-€3.00" in page
    assert '<p class="value">€27.00</p>' in text(staff, "/takes/?span=90d")


def test_drilling_down_to_a_tenant_and_a_module(staff, taken):
    page = text(staff, "/takes/?tenant=alpha&module=ads")
    assert '<p class="value">€10.00</p>' in page
    assert "-€3.00" not in page
    assert '<p class="value">€5.00</p>' in text(staff, "/takes/?tenant=beta")


def test_currencies_do_not_mix(staff, taken):
    assert "¥999" in text(staff, "/takes/?currency=JPY")
    assert '<p class="value">€20.00</p>' in text(staff, "/takes/?currency=XXX")


def test_a_file_of_the_records(staff, taken):
    answer = staff.get("/takes/?as=csv&tenant=alpha")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))

    assert sorted(row["take"] for row in rows) == ["-3.00", "10.00", "8.00"]
    assert {row["tenant"] for row in rows} == {"alpha"}


@pytest.mark.parametrize("path", ["/takes/", "/takes/?tenant=nobody&module=lottery&span=9"])
def test_empty_and_odd_questions_are_answered(staff, path):
    assert "No take in these days" in text(staff, path)


def test_nobody_else_sees_it(alpha):
    assert Client(headers={"host": CONSOLE}).get("/takes/").status_code == 302
    assert Client(headers={"host": ALPHA.host}).get("/takes/").status_code == 404


def test_it_costs_the_same_with_more_records(staff, taken, django_assert_num_queries):
    text(staff)
    with django_assert_num_queries(10):
        text(staff)
    for _ in range(3):
        take(ALPHA, 100)
    with django_assert_num_queries(10):
        text(staff)
