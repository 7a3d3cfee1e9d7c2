from __future__ import annotations

import pytest

from shared_apps.gateways.contract import (
    Credentials,
    DestinationKind,
    Gateway,
    PaymentState,
    PayoutDestination,
)
from shared_apps.gateways.errors import NotOffered
from shared_apps.gateways.registry import gateway_for
from shared_apps.gateways.sandbox.rest import account_of
from shared_apps.gateways.sandbox.server import Sandbox
from tests.shared_apps.gateways.customer import Customer
from tests.shared_apps.gateways.json_judge import JudgedSession
from tests.shared_apps.gateways.limited_cases import DisputedCases


class TestPaystackBeyondTheContract(DisputedCases):
    kind = "paystack"
    scope = account_of("sk_test_contract")
    pages_after = 100
    currency = "NGN"
    destination = PayoutDestination(
        DestinationKind.BANK_ACCOUNT, "0123456789", bank_code="058", name="Ada", country="NG"
    )
    failing = PayoutDestination(
        DestinationKind.BANK_ACCOUNT, "0000000001", bank_code="058", name="Ada", country="NG"
    )

    is_held = False
    secret = "sk_test_contract"

    def listen(self, mailbox) -> None:
        self.customer.web.post(
            f"{self.base}/_dashboard",
            json={"webhook_url": mailbox.url},
            headers={"Authorization": f"Bearer {self.secret}"},
            timeout=10,
        ).raise_for_status()

    def post(self, mailbox):
        return mailbox.wait(2)

    @pytest.fixture(autouse=True)
    def _here(self, sandbox: Sandbox, session: JudgedSession, customer: Customer) -> None:
        self.base = f"{sandbox.url}/paystack"
        self.customer = customer
        self.sandbox = sandbox
        self.session = session

    def gateway(self) -> Gateway:
        return gateway_for("paystack", Credentials("sk_test_contract", self.base))

    def test_any_page_of_a_payment_pays_it_once_it_is_known(self):
        """Paystack tells a page's address once: it is another page of the same payment."""
        start = self.start()
        first, second = self.gateway().start_payment(start), self.gateway().start_payment(start)
        assert first.provider_id == second.provider_id
        assert first.redirect_url != second.redirect_url
        self.customer.pay(second.redirect_url)
        assert self.gateway().fetch_payment(first.provider_id).captured == start.amount
        third = self.gateway().start_payment(start)
        assert third.redirect_url.endswith(f"payment={first.provider_id}")

    def test_the_way_back_names_the_payment(self):
        started = self.gateway().start_payment(self.start())
        onward = self.customer.pay(started.redirect_url)
        assert f"?payment={started.provider_id}&trxref=" in onward

    def test_money_is_taken_at_once_only(self):
        with pytest.raises(NotOffered):
            self.gateway().start_payment(self.start(is_manual_capture=True))

    def test_a_transfer_that_waits_for_a_password_says_so(self):
        self.paid()
        self.settled()
        to = PayoutDestination(
            DestinationKind.BANK_ACCOUNT, "0000000003", bank_code="058", name="Ada"
        )
        self.gateway().send_payout(self.payout(to))
        self.settled()
        made = self.gateway().send_payout(self.payout(to, 1_000))
        assert made.failure_code == "otp"

    def test_a_refund_can_bounce(self):
        provider_id = self.paid()
        made = self.gateway().refund(self.refund_wish(provider_id, 30_000))
        self.settled()
        self.customer.lever("paystack/fail_refund", refund=made.refund_id)
        assert self.gateway().fetch_payment(provider_id).refunded == self.money(0)

    def test_a_means_used_without_asking_to_keep_it_is_not_told(self):
        provider_id = self.paid()
        assert self.gateway().fetch_payment(provider_id).state is PaymentState.CAPTURED
        assert self.gateway().fetch_payment(provider_id).saved_method is None
