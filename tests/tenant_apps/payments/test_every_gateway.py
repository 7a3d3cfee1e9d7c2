"""The same sale at every provider the sandbox plays: paid, partly refunded, the books hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shared_apps.gateways.sandbox.everyone import everyone
from shared_apps.gateways.sandbox.server import Sandbox
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.money import Money
from tenant_apps.payments.domain import charges, refunds
from tenant_apps.payments.domain.charges import SplitWanted
from tenant_apps.payments.models import Payment, Refund
from tests.shared_apps.gateways.customer import Customer
from tests.tenant_apps.payments.till import assert_books_hold, charge_of, prepare, work_off

pytestmark = pytest.mark.django_db
CURRENCIES = {"stripe": "EUR", "paypal": "EUR", "paystack": "NGN", "flutterwave": "NGN"}


@pytest.fixture
def everywhere(tmp_path: Path, settings: Any) -> Any:
    running = Sandbox(providers=everyone(), path=str(tmp_path / "all.sqlite3"))
    running.start()
    settings.GALLERIA_PAY_SANDBOX_URL = running.url
    yield Customer(running.url)
    running.stop()


@pytest.mark.parametrize("kind", CURRENCIES)
def test_paid_and_partly_refunded(till, everywhere, kind):
    currency = CURRENCIES[kind]
    splits = [
        SplitWanted(till.bowl, till.potter.id, Money(200_000, currency)),
        SplitWanted(till.scarf, till.weaver.id, Money(300_000, currency)),
    ]
    payment_id = prepare(charge_of(till, "1", "1", splits=splits), kind=kind)
    opened = charges.open_payment(payment_id=payment_id, acting=SYSTEM, at=now())
    again = charges.open_payment(payment_id=payment_id, acting=SYSTEM, at=now())
    assert opened.redirect_url == again.redirect_url != ""

    everywhere.pay(opened.redirect_url)
    charges.settle_payment(payment_id=payment_id, at=now())
    charges.settle_payment(payment_id=payment_id, at=now())

    payment = Payment.objects.get()
    assert (payment.state, payment.captured_minor) == ("captured", 500_000)
    ask_back(till, Money(50_000, currency))
    work_off()
    row = Refund.objects.get()
    if row.state == "processing":
        everywhere.lever("clock", advance_seconds=7 * 86_400)
        refunds.refresh_refund(refund_id=row.id, at=now())
        row.refresh_from_db()
    assert row.state == "succeeded"
    assert_books_hold()


def ask_back(till, amount):
    from shared_apps.kernel.transactions import operation

    operation(
        lambda: refunds.request_refund(
            split_subject=till.bowl,
            amount=amount,
            reason="returned",
            key="one",
            acting=SYSTEM,
            at=now(),
        )
    )()
