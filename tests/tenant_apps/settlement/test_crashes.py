"""The process that sends a payout is killed before and after the provider paid: it is paid once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings as django_settings

from shared_apps.kernel.clock import now
from tenant_apps.settlement.domain import sending
from tenant_apps.settlement.models import Payout
from tests.tenant_apps.settlement.people import assert_books_hold, earn
from tests.tenant_apps.settlement.test_sending import (  # noqa: F401
    fund,
    make,
    onboarded,
    sent_at_stripe,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def send_elsewhere(payout_id, *, crash_at):
    """A process of its own on this test's database; its exit code and what it said."""
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
    command = [sys.executable, "-m", "tests.tenant_apps.settlement.payer", str(payout_id)]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(("point", "arrived"), [("before_payout", 0), ("after_payout", 1)])
def test_killed_while_sending(onboarded, customer, point, arrived):  # noqa: F811
    fund(customer)
    earn(onboarded.id, at=now())
    payout_id = make(onboarded)

    code, errors = send_elsewhere(payout_id, crash_at=point)

    assert code == -signal.SIGKILL, errors
    assert Payout.objects.get().state == "processing"
    assert len(sent_at_stripe()) == arrived
    for _ in range(2):
        sending.tend_payouts(at=now())
    assert Payout.objects.get().state == "paid"
    assert len(sent_at_stripe()) == 1
    assert_books_hold()
