from __future__ import annotations

import os

import pytest

from shared_apps.gateways.contract import Credentials, Gateway, StartedPayment
from shared_apps.gateways.errors import GatewayUnknown
from shared_apps.gateways.registry import gateway_for
from shared_apps.gateways.sandbox.server import Sandbox
from tests.shared_apps.gateways.contract_cases import GatewayContract
from tests.shared_apps.gateways.customer import Customer
from tests.shared_apps.gateways.judged_transport import JudgedTransport

REAL_KEY = os.environ.get("STRIPE_TEST_KEY", "")


class TestStripeOnTheSandbox(GatewayContract):
    @pytest.fixture(autouse=True)
    def _here(self, sandbox: Sandbox, transport: JudgedTransport, customer: Customer) -> None:
        self.base = f"{sandbox.url}/stripe"
        self.customer = customer

    def gateway(self) -> Gateway:
        return gateway_for("stripe", Credentials("sk_test_contract", self.base))

    def stranger(self) -> Gateway:
        return gateway_for("stripe", Credentials("nonsense", self.base))

    def pay(self, started: StartedPayment) -> None:
        self.customer.pay(started.redirect_url)


@pytest.mark.skipif(
    not REAL_KEY, reason="STRIPE_TEST_KEY is not set: Stripe's own test mode was not asked"
)
class TestStripeTestMode(GatewayContract):
    @pytest.fixture(autouse=True)
    def _here(self, transport: JudgedTransport) -> None:
        if not REAL_KEY.startswith(("sk_test_", "rk_test_")):
            pytest.fail("STRIPE_TEST_KEY must be a key of the test mode")

    def gateway(self) -> Gateway:
        return gateway_for("stripe", Credentials(REAL_KEY))

    def stranger(self) -> Gateway:
        return gateway_for("stripe", Credentials("sk_test_nobody"))

    def pay(self, started: StartedPayment) -> None:
        pytest.skip("nobody sits at Stripe's page in a test run")


def test_an_unknown_provider_is_refused():
    with pytest.raises(GatewayUnknown):
        gateway_for("barter", Credentials("x"))


def test_keys_do_not_show_in_representations():
    assert "sk_test_secret" not in repr(Credentials("sk_test_secret"))
