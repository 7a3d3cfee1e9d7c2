"""What every gateway must do, whoever is on the other side.

A provider's test class inherits from this and says how to reach it, `pay` included. Against a real test
mode there is nobody at the page, so cases that need a paid payment are skipped there and say so.
"""

from __future__ import annotations

import uuid

import pytest

from shared_apps.gateways.contract import (
    CreateAccount,
    Gateway,
    PaymentLine,
    PaymentState,
    RefundPayment,
    RefundState,
    StartedPayment,
    StartPayment,
)
from shared_apps.gateways.errors import CredentialsRefused, GatewayRefused, IdempotencyKeyReused
from shared_apps.kernel.money import Money


def payment(
    minor: int = 8400, currency: str = "EUR", key: str = "", **changes: object
) -> StartPayment:
    reference = f"pay_{uuid.uuid4().hex}"
    values = {
        "reference": reference,
        "amount": Money(minor, currency),
        "success_url": "http://shop.galleria.localhost:8000/paid?payment={PAYMENT_ID}",
        "cancel_url": "http://shop.galleria.localhost:8000/cart",
        "idempotency_key": key or f"test:start:{reference}:1",
        "customer_email": "ada@example.org",
        "metadata": {"order": "order_1"},
        **changes,
    }
    return StartPayment(**values)


class GatewayContract:
    def gateway(self) -> Gateway:
        raise NotImplementedError

    def stranger(self) -> Gateway:
        """The same provider with keys that it does not know."""
        raise NotImplementedError

    def pay(self, started: StartedPayment) -> None:
        raise NotImplementedError

    def test_the_keys_open_an_account(self):
        assert self.gateway().verify_credentials().startswith("acct_")

    def test_wrong_keys_are_refused(self):
        with pytest.raises(CredentialsRefused):
            self.stranger().verify_credentials()

    def test_a_started_payment_is_pending_and_has_a_page(self):
        start = payment(8400, lines=[PaymentLine("Mug", Money(4200, "EUR"), 2)])
        started = self.gateway().start_payment(start)
        assert started.redirect_url.startswith("http")
        snapshot = self.gateway().fetch_payment(started.provider_id)
        assert snapshot.state is PaymentState.PENDING
        assert (snapshot.reference, snapshot.amount) == (start.reference, Money(8400, "EUR"))
        assert (snapshot.captured, snapshot.fee, snapshot.charge_id) == (Money(0, "EUR"), None, "")

    def test_starting_again_with_the_same_key_opens_the_same_page(self):
        start = payment()
        first, second = self.gateway().start_payment(start), self.gateway().start_payment(start)
        assert first == second

    def test_one_key_for_two_payments_is_refused(self):
        key = f"test:start:{uuid.uuid4()}:1"
        self.gateway().start_payment(payment(key=key))
        with pytest.raises(IdempotencyKeyReused):
            self.gateway().start_payment(payment(minor=1234, key=key))

    def test_currencies_with_other_exponents_keep_their_value(self):
        for amount in (Money(1250, "JPY"), Money(12340, "KWD"), Money(50000, "UGX")):
            started = self.gateway().start_payment(payment(amount.minor, amount.currency))
            assert self.gateway().fetch_payment(started.provider_id).amount == amount

    def test_lines_that_do_not_add_up_are_refused_before_anything_is_sent(self):
        with pytest.raises(GatewayRefused, match="add up"):
            self.gateway().start_payment(
                payment(8400, lines=[PaymentLine("Mug", Money(4200, "EUR"))])
            )

    def test_an_abandoned_page_can_be_closed_more_than_once(self):
        started = self.gateway().start_payment(payment())
        assert self.gateway().expire_payment(started.provider_id).state is PaymentState.EXPIRED
        assert self.gateway().expire_payment(started.provider_id).state is PaymentState.EXPIRED

    def test_an_unknown_payment_is_refused(self):
        with pytest.raises(GatewayRefused):
            self.gateway().fetch_payment("cs_test_nobody")

    def test_an_unpaid_payment_cannot_be_refunded(self):
        started = self.gateway().start_payment(payment())
        with pytest.raises(GatewayRefused, match="nothing was paid"):
            self.gateway().refund(
                RefundPayment(
                    started.provider_id,
                    Money(1, "EUR"),
                    "refund_1",
                    f"test:refund:{uuid.uuid4()}:1",
                )
            )

    def test_a_paid_payment_is_captured_with_its_fee(self):
        started = self.gateway().start_payment(payment())
        self.pay(started)
        snapshot = self.gateway().fetch_payment(started.provider_id)
        assert snapshot.state is PaymentState.CAPTURED
        assert snapshot.captured == Money(8400, "EUR")
        assert snapshot.fee
        assert snapshot.fee > Money(0, "EUR")
        assert snapshot.charge_id

    def test_refunds_in_parts_end_refunded(self):
        started = self.gateway().start_payment(payment())
        self.pay(started)

        def refund(minor: int) -> RefundState:
            wish = RefundPayment(
                started.provider_id,
                Money(minor, "EUR"),
                "refund_1",
                f"test:refund:{uuid.uuid4()}:1",
            )
            return self.gateway().refund(wish).state

        assert refund(300) is RefundState.SUCCEEDED
        partly = self.gateway().fetch_payment(started.provider_id)
        assert (partly.state, partly.refunded) == (PaymentState.CAPTURED, Money(300, "EUR"))
        with pytest.raises(GatewayRefused):
            refund(8101)
        assert refund(8100) is RefundState.SUCCEEDED
        assert self.gateway().fetch_payment(started.provider_id).state is PaymentState.REFUNDED
        with pytest.raises(GatewayRefused):
            refund(1)

    def test_a_new_partner_account_waits_for_its_onboarding(self):
        reference = uuid.uuid4().hex
        account = self.gateway().create_account(
            CreateAccount(reference, "vendor@example.org", "US", f"test:account:{reference}:1")
        )
        assert not account.is_payable
        assert account.pending_requirements
        assert self.gateway().fetch_account(account.account_id) == account
        link = self.gateway().onboarding_link(
            account.account_id,
            return_url="https://shop.example/partner/payouts",
            refresh_url="https://shop.example/partner/payouts?again",
        )
        assert link.url.startswith("http")
