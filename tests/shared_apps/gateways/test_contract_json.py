"""The contract, at the sandbox and at the providers' own test modes, for those that speak JSON."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from shared_apps.gateways.contract import (
    Credentials,
    DestinationKind,
    DisputeState,
    Gateway,
    PayoutDestination,
    StartedPayment,
)
from shared_apps.gateways.errors import NotOffered
from shared_apps.gateways.registry import api_base_of_test_mode, gateway_for
from shared_apps.gateways.sandbox.server import Sandbox
from shared_apps.kernel.money import Money
from tests.shared_apps.gateways.contract_cases import GatewayContract
from tests.shared_apps.gateways.customer import Customer
from tests.shared_apps.gateways.ground import Ground, lacking
from tests.shared_apps.gateways.json_judge import JudgedSession

PAYSTACK_KEY = os.environ.get("PAYSTACK_TEST_KEY", "")
FLUTTERWAVE_KEY = os.environ.get("FLUTTERWAVE_TEST_KEY", "")
PAYPAL_ID = os.environ.get("PAYPAL_TEST_CLIENT_ID", "")
PAYPAL_SECRET = os.environ.get("PAYPAL_TEST_SECRET", "")
NIGERIAN_BANK = PayoutDestination(
    DestinationKind.BANK_ACCOUNT, "0690000040", bank_code="044", name="Ada", country="NG"
)


class Grounds:
    """What the three have in common on the sandbox and at home."""

    kind: str
    currency: str
    odd_amounts: tuple[Money, ...]
    destination: PayoutDestination
    unknown_payment: str = "nobody"
    declined_card: str = "declined"
    compares_repetitions: bool = True
    # Whether the money is taken once somebody looks at what the customer approved, as the shop's page does.
    is_completed_by_looking: bool = False

    def on_the_sandbox(self, customer: Customer, good: Credentials, bad: Credentials) -> Ground:
        gateway = gateway_for(self.kind, good)

        def at_the_page(card: str) -> Callable[[StartedPayment], None]:
            def press(started: StartedPayment) -> None:
                customer.pay(started.redirect_url, card)
                if self.is_completed_by_looking and card == "visa":
                    gateway.fetch_payment(started.provider_id)

            return press

        def bounce(payout_id: str) -> None:
            customer.lever("clock", advance_seconds=60)
            customer.lever(f"{self.kind}/fail_payout", payout=payout_id)

        def object_to(payment_id: str) -> str:
            return str(customer.lever(f"{self.kind}/dispute", payment=payment_id)["id"])

        return Ground(
            gateway=gateway,
            stranger=gateway_for(self.kind, bad),
            pay=at_the_page("visa"),
            decline=at_the_page(self.declined_card),
            object_to=object_to,
            money_arrives=lambda: customer.lever("clock", advance_seconds=2 * 86_400),
            bounce=bounce,
            destination=lambda: self.destination,
            currency=self.currency,
            odd_amounts=self.odd_amounts,
            unknown_payment=self.unknown_payment,
            compares_repetitions=self.compares_repetitions,
        )

    def at_home(self, good: Credentials, bad: Credentials) -> Ground:
        return Ground(
            gateway=gateway_for(self.kind, good),
            stranger=gateway_for(self.kind, bad),
            currency=self.currency,
            odd_amounts=self.odd_amounts,
            unknown_payment=self.unknown_payment,
            compares_repetitions=self.compares_repetitions,
        )


class PaystackCases(GatewayContract, Grounds):
    kind = "paystack"
    currency = "NGN"
    odd_amounts = (Money(12_500, "XOF"), Money(1_999, "KES"))
    destination = NIGERIAN_BANK

    def test_starting_again_with_the_same_key_opens_the_same_page(self, ground: Ground):
        """Paystack tells a page's address once: asked again, it is another page of the same payment."""
        wish, first = ground.start()
        again = ground.gateway.start_payment(wish)
        assert again.provider_id == first.provider_id
        assert again.redirect_url != first.redirect_url

    def test_a_dispute_is_read_answered_and_given_in_to(self, ground: Ground):
        """Paystack's disputes can be read; they are answered on its own pages."""
        object_to = lacking(ground.object_to, "nobody objects on demand in this run")
        paid = ground.paid()
        opened = ground.gateway.fetch_dispute(object_to(paid))
        assert opened.state is DisputeState.NEEDS_RESPONSE
        assert (opened.amount, opened.withdrawn) == (ground.money(8400), ground.money(0))
        assert opened.charge_id == ground.gateway.fetch_payment(paid).charge_id
        with pytest.raises(NotOffered):
            ground.gateway.accept_dispute(opened.dispute_id, idempotency_key="k")


class TestPaystackOnTheSandbox(PaystackCases):
    @pytest.fixture
    def ground(self, sandbox: Sandbox, session: JudgedSession, customer: Customer) -> Ground:
        base = f"{sandbox.url}/paystack"
        return self.on_the_sandbox(
            customer, Credentials("sk_test_contract", base), Credentials("nonsense", base)
        )


@pytest.mark.skipif(
    not PAYSTACK_KEY, reason="PAYSTACK_TEST_KEY is not set: Paystack's own test mode was not asked"
)
class TestPaystackTestMode(PaystackCases):
    @pytest.fixture
    def ground(self, session: JudgedSession) -> Ground:
        if not PAYSTACK_KEY.startswith("sk_test_"):
            pytest.fail("PAYSTACK_TEST_KEY must be a key of the test mode")
        return self.at_home(Credentials(PAYSTACK_KEY), Credentials("sk_test_nobody"))


class FlutterwaveCases(GatewayContract, Grounds):
    kind = "flutterwave"
    currency = "NGN"
    odd_amounts = (Money(12_500, "XOF"), Money(50_000, "UGX"), Money(1_999, "EUR"))
    destination = NIGERIAN_BANK
    compares_repetitions = False

    def test_what_is_kept_is_listed_until_it_is_forgotten(self, ground: Ground):
        """Flutterwave lists what is kept, and has no call that forgets it."""
        gateway: Gateway = ground.gateway
        customer = gateway.open_customer(
            reference="user_1", email="ada@example.org", idempotency_key="test:customer:1"
        )
        kept = gateway.fetch_payment(ground.paid(save_for=customer)).saved_method
        assert [*gateway.saved_methods(customer)] == [kept]
        with pytest.raises(NotOffered):
            gateway.forget_method(kept.token)


class TestFlutterwaveOnTheSandbox(FlutterwaveCases):
    @pytest.fixture
    def ground(self, sandbox: Sandbox, session: JudgedSession, customer: Customer) -> Ground:
        base = f"{sandbox.url}/flutterwave"
        return self.on_the_sandbox(
            customer, Credentials("FLWSECK_TEST-contract", base), Credentials("nonsense", base)
        )


@pytest.mark.skipif(
    not FLUTTERWAVE_KEY,
    reason="FLUTTERWAVE_TEST_KEY is not set: Flutterwave's own test mode was not asked",
)
class TestFlutterwaveTestMode(FlutterwaveCases):
    @pytest.fixture
    def ground(self, session: JudgedSession) -> Ground:
        if not FLUTTERWAVE_KEY.startswith("FLWSECK_TEST-"):
            pytest.fail("FLUTTERWAVE_TEST_KEY must be a key of the test mode")
        return self.at_home(Credentials(FLUTTERWAVE_KEY), Credentials("FLWSECK_TEST-nobody"))


class PayPalCases(GatewayContract, Grounds):
    kind = "paypal"
    currency = "EUR"
    odd_amounts = (Money(1_250, "JPY"), Money(125_000, "HUF"), Money(1_999, "USD"))
    destination = PayoutDestination(DestinationKind.EMAIL, "vendor@example.org")
    is_completed_by_looking = True
    # What is refused on PayPal's page stays on PayPal's page; this one is refused when we take the money.
    declined_card = "declined_later"


class TestPayPalOnTheSandbox(PayPalCases):
    @pytest.fixture
    def ground(self, sandbox: Sandbox, session: JudgedSession, customer: Customer) -> Ground:
        base = f"{sandbox.url}/paypal"
        return self.on_the_sandbox(
            customer,
            Credentials("secret-of-contract", base, client_id="client-contract"),
            Credentials("nonsense", base, client_id="client-contract"),
        )


@pytest.mark.skipif(
    not (PAYPAL_ID and PAYPAL_SECRET),
    reason="PAYPAL_TEST_CLIENT_ID and PAYPAL_TEST_SECRET are not set: PayPal's test mode was not asked",
)
class TestPayPalTestMode(PayPalCases):
    @pytest.fixture
    def ground(self, session: JudgedSession) -> Ground:
        base = api_base_of_test_mode("paypal")
        return self.at_home(
            Credentials(PAYPAL_SECRET, base, client_id=PAYPAL_ID),
            Credentials("nobody", base, client_id="nobody"),
        )
