"""The same payout by every other provider: on its way, arrived, and back again."""

from __future__ import annotations

import pytest

from shared_apps.gateways.contract import StartPayment
from shared_apps.gateways.flutterwave.fake import FlutterwaveFake
from shared_apps.gateways.paypal.fake import PayPalFake
from shared_apps.gateways.paystack.fake import PaystackFake
from shared_apps.gateways.sandbox.server import Sandbox
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.money import Money
from shared_apps.ledger.queries import balance_of
from tenant_apps.payments.domain.accounts import (
    active_account,
    gateway_of,
    open_sandbox_account,
)
from tenant_apps.settlement.domain import payouts, sending
from tenant_apps.settlement.domain.destinations import Details, choose_destination
from tenant_apps.settlement.models import Payout, PayoutDestination
from tests.shared_apps.gateways.customer import Customer
from tests.tenant_apps.settlement.people import assert_books_hold, cut, earn

pytestmark = pytest.mark.django_db

SETTLED = 2 * 86_400
BANK = Details(name="Ada", number="0123456789", bank_code="044", country="NG")
PROVIDERS = {
    "paypal": ("EUR", PayPalFake, Details(email="vendor@example.org")),
    "paystack": ("NGN", PaystackFake, BANK),
    "flutterwave": ("NGN", FlutterwaveFake, BANK),
}


class Ground:
    """One provider with money of the operator that has settled, and a vendor who is paid there."""

    def __init__(self, kind, vendor, url):
        self.kind, self.vendor, self.customer = kind, vendor, Customer(url)
        self.currency = PROVIDERS[kind][0]
        open_sandbox_account(at=now(), kind=kind)
        self.gateway = gateway_of(active_account(kind))
        choose_destination(
            partner_id=vendor.id,
            kind=kind,
            details=PROVIDERS[kind][2],
            acting=vendor.actor,
            at=now(),
        )

    def fund(self, minor=900_000):
        started = self.gateway.start_payment(
            StartPayment(
                reference=f"pay_{uuid7().hex}",
                amount=Money(minor, self.currency),
                success_url="http://alpha.galleria.localhost/ok",
                cancel_url="http://alpha.galleria.localhost/no",
                idempotency_key=str(uuid7()),
                customer_email="ada@example.org",
            )
        )
        self.customer.pay(started.redirect_url)
        self.gateway.fetch_payment(started.provider_id)
        self.settle()

    def settle(self):
        self.customer.lever("clock", advance_seconds=SETTLED)

    def make(self):
        earn(self.vendor.id, cut(100_000, currency=self.currency), at=now())
        return payouts.pay_now(
            partner_id=self.vendor.id, currency=self.currency, key="k", acting=SYSTEM, at=now()
        )

    def balance(self, code):
        return balance_of(code, self.currency).minor


@pytest.fixture(params=sorted(PROVIDERS))
def ground(request, tmp_path, settings, potter):
    fake = PROVIDERS[request.param][1]()
    running = Sandbox(providers=[fake], path=str(tmp_path / "sandbox.sqlite3"))
    running.start()
    settings.GALLERIA_PAY_SANDBOX_URL = running.url
    yield Ground(request.param, potter, running.url)
    running.stop()


def test_on_its_way_arrived_and_back(ground):
    ground.fund()
    payout_id = ground.make()

    assert sending.deliver_payout(payout_id=payout_id, at=now()) == "processing"
    assert ground.balance("payouts_in_transit") == 100_000
    ground.settle()
    sending.tend_payouts(at=now())
    assert Payout.objects.get().state == "paid"
    assert ground.balance("payouts_in_transit") == 0

    provider_id = Payout.objects.get().provider_id
    ground.customer.lever(f"{ground.kind}/fail_payout", payout=provider_id)
    sending.tend_payouts(at=now())

    assert Payout.objects.get().state == "failed"
    assert ground.balance(f"vendor:{ground.vendor.id}") == 100_000
    assert PayoutDestination.objects.get().state == "restricted"
    assert_books_hold()


def test_operator_without_balance_pays_later(ground):
    payout_id = ground.make()

    assert sending.deliver_payout(payout_id=payout_id, at=now()) == "due"
    assert PayoutDestination.objects.get().state == "ready"
    ground.fund()
    sending.tend_payouts(at=now())

    assert Payout.objects.get().state == "processing"
    assert_books_hold()
