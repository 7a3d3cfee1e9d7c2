"""The buyer's process is killed between two phases; the job goes on where it stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as django_settings

from shared_apps.kernel.clock import now
from shared_apps.kernel.money import Money
from shared_apps.ledger.models import LedgerTransaction
from shared_apps.outbox.domain.delivery import deliver_pending
from tenant_apps.ordering.domain import recovery
from tenant_apps.ordering.domain.carts import enter_code
from tenant_apps.ordering.models import Order
from tenant_apps.payments.models import Payment
from tenant_apps.promotions.domain.gift_cards import find
from tests.tenant_apps.ordering.conftest import assert_books_hold, fill, start
from tests.tenant_apps.ordering.test_terms import gift_card

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def run_buyer(action, argument, *, crash_at=""):
    """A process of its own on this test's database; its exit code and output."""
    database = django_settings.DATABASES["default"]
    host, port, name = database["HOST"], database["PORT"], database["NAME"]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": f"postgresql://{database['USER']}@{host}:{port}/{name}",
        "GALLERIA_CRASH_AT": crash_at,
        "GALLERIA_PAY_SANDBOX_URL": django_settings.GALLERIA_PAY_SANDBOX_URL,
        "SECRET_KEY": django_settings.SECRET_KEY,
        "GALLERIA_ENCRYPTION_KEYS": " ".join(django_settings.GALLERIA_ENCRYPTION_KEYS),
    }
    command = [sys.executable, "-m", "tests.tenant_apps.ordering.buyer", action, argument]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout, done.stderr


def sessions_at(sandbox):
    (row,) = sandbox.store.rows("SELECT count(*) AS n FROM objects WHERE kind = 'checkout.session'")
    return row["n"]


@pytest.mark.parametrize("point", ["after_reserve", "after_gateway_start"])
def test_killed_before_the_page_was_stored(stall, sandbox, customer, point):
    fill(stall)
    code, _, errors = run_buyer("start", str(stall.owner.guest_key), crash_at=point)
    assert code == -signal.SIGKILL, errors
    assert Payment.objects.get().state == "created"

    recovery.tend_checkouts(at=now() + timedelta(minutes=2))

    order, payment = Order.objects.get(), Payment.objects.get()
    assert (order.state, payment.state) == ("draft", "pending")
    assert sessions_at(sandbox) == 1
    assert start(stall).redirect_url == payment.redirect_url
    customer.pay(payment.redirect_url)
    recovery.tend_checkouts(at=now() + timedelta(minutes=2))
    assert_bought_once()


def test_killed_when_the_page_was_stored(stall, sandbox, customer):
    fill(stall)
    code, _, errors = run_buyer("start", str(stall.owner.guest_key), crash_at="after_open")
    assert code == -signal.SIGKILL, errors

    payment = Payment.objects.get()
    assert payment.state == "pending"
    assert start(stall).redirect_url == payment.redirect_url
    assert sessions_at(sandbox) == 1
    customer.pay(payment.redirect_url)
    recovery.tend_checkouts(at=now() + timedelta(minutes=2))
    assert_bought_once()


def test_killed_with_stored_value_set_aside(stall, sandbox):
    """Nobody is left to place what a gift card pays in full: the job does."""
    fill(stall)
    code = gift_card("100.00")
    enter_code(owner=stall.owner, code=code, at=now())
    exit_code, _, errors = run_buyer("start", str(stall.owner.guest_key), crash_at="after_reserve")
    assert exit_code == -signal.SIGKILL, errors
    assert find(code).balance == Money(1101, "EUR")

    recovery.tend_checkouts(at=now() + timedelta(minutes=2))
    recovery.tend_checkouts(at=now() + timedelta(minutes=2))

    assert Order.objects.get().state == "placed"
    assert Payment.objects.get().state == "captured"
    assert find(code).balance == Money(1101, "EUR")
    assert_books_hold()


def test_killed_after_capture(stall, sandbox, customer):
    fill(stall)
    back = customer.pay(start(stall).redirect_url)
    provider_id = parse_qs(urlsplit(back).query)["payment"][0]

    code, _, errors = run_buyer("return", provider_id, crash_at="after_capture")

    assert code == -signal.SIGKILL, errors
    assert (Order.objects.get().state, Payment.objects.get().state) == (
        "draft",
        "captured",
    )
    deliver_pending(at=now() + timedelta(minutes=2))
    assert_bought_once()


def assert_bought_once():
    assert Order.objects.get().state == "placed"
    assert Payment.objects.get().state == "captured"
    assert LedgerTransaction.objects.filter(kind="capture").count() == 1
    assert_books_hold()
