from __future__ import annotations

from dataclasses import replace

import pytest

from shared_apps.gateways.contract import (
    ChargeSaved,
    Credentials,
    DestinationKind,
    Gateway,
    PaymentState,
    PayoutDestination,
    PayoutState,
)
from shared_apps.gateways.errors import IdempotencyKeyReused, NotOffered
from shared_apps.gateways.registry import gateway_for
from shared_apps.gateways.sandbox.rest import account_of
from shared_apps.gateways.sandbox.server import Sandbox
from tests.shared_apps.gateways.customer import Customer
from tests.shared_apps.gateways.json_judge import JudgedSession
from tests.shared_apps.gateways.limited_cases import LimitedCases


class TestFlutterwaveBeyondTheContract(LimitedCases):
    kind = "flutterwave"
    scope = account_of("FLWSECK_TEST-contract")
    pages_after = 20
    currency = "NGN"
    destination = PayoutDestination(
        DestinationKind.BANK_ACCOUNT, "0690000040", bank_code="044", name="Ada", country="NG"
    )
    failing = PayoutDestination(
        DestinationKind.BANK_ACCOUNT, "0690000001", bank_code="044", name="Ada", country="NG"
    )
    bounced_state = PayoutState.FAILED

    @pytest.fixture(autouse=True)
    def _here(self, sandbox: Sandbox, session: JudgedSession, customer: Customer) -> None:
        self.base = f"{sandbox.url}/flutterwave"
        self.customer = customer
        self.sandbox = sandbox
        self.session = session

    def gateway(self) -> Gateway:
        return gateway_for("flutterwave", Credentials("FLWSECK_TEST-contract", self.base))

    def test_one_key_with_another_amount_is_another_payment(self):
        """Flutterwave keeps no keys: another amount is another payment, and ours knows which it is."""
        start = self.start()
        first = self.gateway().start_payment(start)
        second = self.gateway().start_payment(replace(start, amount=self.money(123_400)))
        assert first.provider_id != second.provider_id
        self.customer.pay(second.redirect_url)
        assert self.gateway().fetch_payment(first.provider_id).state is PaymentState.PENDING

    def test_leaving_leads_to_the_cancel_address(self):
        """Flutterwave has one address for payers and leavers and says in it who comes."""
        start = self.start()
        started = self.gateway().start_payment(start)
        onward = self.customer.press(started.redirect_url, action="cancel")
        assert f"?payment={started.provider_id}&status=cancelled" in onward

    def test_the_way_back_names_the_payment(self):
        started = self.gateway().start_payment(self.start())
        onward = self.customer.pay(started.redirect_url)
        assert f"?payment={started.provider_id}&status=successful" in onward
        assert "&transaction_id=" in onward

    def test_a_kept_means_of_payment_pays_again_and_can_be_forgotten(self):
        """It pays again; Flutterwave has no call that forgets it."""
        customer, gateway = self.opened()
        method = self.kept(customer).saved_method
        assert method
        assert [each.token for each in gateway.saved_methods(customer)] == [method.token]
        wish: ChargeSaved = self.charge(method.token, customer)
        first, second = gateway.charge_saved(wish), gateway.charge_saved(wish)
        assert first == second
        assert (first.state, first.captured) == (PaymentState.CAPTURED, self.money(50_000))
        assert first.reference == "pay_again"
        with pytest.raises(IdempotencyKeyReused):
            gateway.charge_saved(replace(wish, amount=self.money(1_000)))
        with pytest.raises(NotOffered):
            gateway.forget_method(method.token)

    def test_amounts_go_out_as_numbers_of_major_units(self):
        self.gateway().start_payment(self.start(1_999))
        self.gateway().start_payment(self.start(2_000))
        sent = [body["amount"] for *_, body in self.session.seen]
        assert sent == [19.99, 20]

    def test_a_refund_can_bounce(self):
        provider_id = self.paid()
        made = self.gateway().refund(self.refund_wish(provider_id, 30_000))
        self.customer.lever("flutterwave/fail_refund", refund=made.refund_id)
        assert self.gateway().fetch_payment(provider_id).refunded == self.money(0)
