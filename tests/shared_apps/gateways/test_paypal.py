from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared_apps.gateways.contract import (
    CapturePayment,
    Credentials,
    DestinationKind,
    DisputeEvidence,
    DisputeState,
    Gateway,
    PaymentLine,
    PaymentState,
    PayoutDestination,
    PayoutState,
)
from shared_apps.gateways.errors import CredentialsRefused, GatewayRefused, OutcomeUnknown
from shared_apps.gateways.registry import gateway_for, is_test
from shared_apps.gateways.sandbox.rest import account_of
from shared_apps.gateways.sandbox.server import Sandbox
from shared_apps.kernel.clock import now
from tests.shared_apps.gateways.customer import Customer
from tests.shared_apps.gateways.ground import payment
from tests.shared_apps.gateways.json_judge import JudgedSession
from tests.shared_apps.gateways.limited_cases import DisputedCases


class TestPayPalBeyondTheContract(DisputedCases):
    kind = "paypal"
    scope = account_of("client-contract")
    pages_after = 100
    currency = "EUR"
    destination = PayoutDestination(DestinationKind.EMAIL, "vendor@example.org")
    failing = PayoutDestination(DestinationKind.EMAIL, "fails@example.org")
    opening_path = "/checkout/orders"
    payout_path = "/payouts"

    is_held = True

    def listen(self, mailbox) -> None:
        self.secret = (
            self.gateway()
            .register_webhook(url=mailbox.url, of_partners=False, idempotency_key="k")
            .secret
        )

    def post(self, mailbox):
        return mailbox.wait(3)

    @pytest.fixture(autouse=True)
    def _here(self, sandbox: Sandbox, session: JudgedSession, customer: Customer) -> None:
        self.base = f"{sandbox.url}/paypal"
        self.customer = customer
        self.sandbox = sandbox
        self.session = session

    def gateway(self) -> Gateway:
        return gateway_for(
            "paypal", Credentials("secret-of-contract", self.base, client_id="client-contract")
        )

    def authorised(self, minor: int = 840_000, **changes: object) -> str:
        start = self.start(minor, is_manual_capture=True, **changes)
        started = self.gateway().start_payment(start)
        self.customer.pay(started.redirect_url)
        snapshot = self.gateway().fetch_payment(started.provider_id)
        assert snapshot.state is PaymentState.AUTHORISED
        assert (snapshot.captured, snapshot.charge_id) == (self.money(0), "")
        return started.provider_id

    def taking(self, provider_id: str, minor: int, key: str = "test:capture:1") -> CapturePayment:
        return CapturePayment(provider_id, self.money(minor), key)

    def sent(self, ending: str) -> list[Any]:
        return [body for _, _, path, body in self.session.seen if path.endswith(ending)]

    def test_an_approval_takes_nothing_until_somebody_looks(self):
        started = self.gateway().start_payment(self.start())
        onward = self.customer.pay(started.redirect_url)
        assert f"?payment={started.provider_id}&token={started.provider_id}&PayerID=" in onward
        assert self.sent("/capture") == []
        first = self.gateway().fetch_payment(started.provider_id)
        second = self.gateway().fetch_payment(started.provider_id)
        assert first == second
        assert first.state is PaymentState.CAPTURED
        assert self.sent("/capture") == [{}]

    def test_a_capture_whose_answer_was_lost_is_made_once(self):
        started = self.gateway().start_payment(self.start())
        self.customer.pay(started.redirect_url)
        self.customer.lever(
            "faults", provider="paypal", kind="timeout_after_commit", match="/capture"
        )
        with pytest.raises(OutcomeUnknown):
            self.gateway().fetch_payment(started.provider_id)
        assert self.gateway().fetch_payment(started.provider_id).captured == self.money(840_000)

    def test_what_the_bank_refuses_afterwards_can_be_paid_another_way(self):
        started = self.gateway().start_payment(self.start())
        self.customer.pay(started.redirect_url, "declined_later")
        refused = self.gateway().fetch_payment(started.provider_id)
        assert (refused.state, refused.failure_code) == (
            PaymentState.PENDING,
            "INSTRUMENT_DECLINED",
        )
        self.customer.pay(started.redirect_url)
        assert self.gateway().fetch_payment(started.provider_id).captured == self.money(840_000)

    def test_a_closed_order_takes_nothing_even_if_it_is_approved(self):
        started = self.gateway().start_payment(self.start())
        self.gateway().expire_payment(started.provider_id)
        self.customer.pay(started.redirect_url)
        snapshot = self.gateway().fetch_payment(started.provider_id)
        assert (snapshot.state, snapshot.captured) == (PaymentState.EXPIRED, self.money(0))
        assert not snapshot.reference.endswith("closed")

    def test_an_order_nobody_approved_is_gone_after_hours(self):
        started = self.gateway().start_payment(self.start())
        self.settled()
        with pytest.raises(GatewayRefused, match="INVALID_RESOURCE_ID"):
            self.gateway().fetch_payment(started.provider_id)

    def test_authorised_money_is_taken_in_part_and_once(self):
        provider_id = self.authorised()
        taken = self.gateway().capture(self.taking(provider_id, 500_000))
        assert (taken.state, taken.captured) == (PaymentState.CAPTURED, self.money(500_000))
        assert self.gateway().capture(self.taking(provider_id, 500_000)) == taken
        assert self.gateway().capture(self.taking(provider_id, 1, "test:capture:2")) == taken
        with pytest.raises(GatewayRefused):
            self.gateway().cancel_authorisation(provider_id, idempotency_key="test:void:1")
        self.gateway().refund(self.refund_wish(provider_id, 500_000))
        assert self.gateway().fetch_payment(provider_id).state is PaymentState.REFUNDED

    def test_more_than_was_authorised_cannot_be_taken(self):
        provider_id = self.authorised()
        with pytest.raises(GatewayRefused):
            self.gateway().capture(self.taking(provider_id, 840_001))

    def test_authorised_money_is_let_go_once(self):
        provider_id = self.authorised()
        for _ in range(2):
            gone = self.gateway().cancel_authorisation(provider_id, idempotency_key="test:void:1")
            assert gone.state is PaymentState.CANCELLED
        with pytest.raises(GatewayRefused):
            self.gateway().capture(self.taking(provider_id, 1))

    def test_an_unpaid_order_can_neither_be_taken_nor_let_go(self):
        started = self.gateway().start_payment(self.start(is_manual_capture=True))
        with pytest.raises(GatewayRefused):
            self.gateway().capture(self.taking(started.provider_id, 1))
        with pytest.raises(GatewayRefused):
            self.gateway().cancel_authorisation(started.provider_id, idempotency_key="k")

    def test_lines_are_items_that_add_up(self):
        lines = [PaymentLine("Mug", self.money(1_999), 2), PaymentLine("Tea", self.money(2))]
        self.gateway().start_payment(self.start(4_000, lines=lines))
        (unit,) = self.sent("/orders")[0]["purchase_units"]
        assert unit["amount"]["breakdown"] == {
            "item_total": {"currency_code": "EUR", "value": "40.00"}
        }
        assert [item["unit_amount"]["value"] for item in unit["items"]] == ["19.99", "0.02"]

    def test_asked_for_again_after_the_approval_the_page_is_the_way_back(self):
        start = self.start()
        started = self.gateway().start_payment(start)
        self.customer.pay(started.redirect_url)
        again = self.gateway().start_payment(start)
        assert again.redirect_url.endswith(f"?payment={started.provider_id}")

    def test_another_secret_of_a_known_client_is_refused(self):
        self.gateway().verify_credentials()
        wrong = Credentials("secret-of-nobody", self.base, client_id="client-contract")
        with pytest.raises(CredentialsRefused):
            gateway_for("paypal", wrong).verify_credentials()

    def test_keys_of_another_app_see_nothing(self):
        provider_id = self.paid()
        other = gateway_for(
            "paypal", Credentials("secret-of-another", self.base, client_id="client-other")
        )
        with pytest.raises(GatewayRefused, match="INVALID_RESOURCE_ID"):
            other.fetch_payment(provider_id)

    def test_a_statement_of_many_months_is_searched_window_by_window(self):
        self.paid()
        cursor, found = "", []
        while True:
            page = self.gateway().balance_movements(
                since=now() - timedelta(days=100), cursor=cursor
            )
            found += page.items
            cursor = page.next_cursor
            if not cursor:
                break
        assert [each.amount for each in found] == [self.money(840_000)]
        searches = [path for _, _, path, _ in self.session.seen if path.endswith("/transactions")]
        assert len(searches) == 4

    def test_a_fraction_of_a_whole_currency_is_refused(self):
        with pytest.raises(GatewayRefused, match="HUF exactly"):
            self.gateway().start_payment(payment(125_050, "HUF"))

    def test_an_unclaimed_payout_comes_back_after_a_month(self):
        self.paid()
        to = PayoutDestination(DestinationKind.EMAIL, "unclaimed@example.org")
        made = self.gateway().send_payout(self.payout(to))
        self.settled()
        assert self.gateway().fetch_payout(made.payout_id).state is PayoutState.PENDING
        self.customer.lever("clock", advance_seconds=31 * 86_400)
        back = self.gateway().fetch_payout(made.payout_id)
        assert (back.state, back.failure_code) == (PayoutState.FAILED, "RETURNED")

    def test_one_token_serves_many_calls_and_is_renewed(self):
        self.gateway().start_payment(self.start())
        started = self.gateway().start_payment(self.start())
        assert len(self.sent("/oauth2/token")) == 1
        self.customer.lever("clock", advance_seconds=10 * 3600)
        with pytest.raises(GatewayRefused):
            self.gateway().fetch_payment(started.provider_id)
        assert len(self.sent("/oauth2/token")) == 2

    def test_an_endpoint_registered_again_is_the_same(self):
        wish = {"url": "https://shop.example/hooks", "of_partners": False, "idempotency_key": "k"}
        first, second = (
            self.gateway().register_webhook(**wish),
            self.gateway().register_webhook(**wish),
        )
        assert first == second
        assert first.endpoint_id

    def test_while_the_two_only_talk_nothing_is_held(self):
        _, dispute_id = self.disputed(is_inquiry=True)
        asked = self.gateway().fetch_dispute(dispute_id)
        assert (asked.state, asked.withdrawn) == (DisputeState.WARNING, self.money(0))
        lost = self.gateway().accept_dispute(dispute_id, idempotency_key="k")
        assert (lost.state, lost.withdrawn) == (DisputeState.LOST, self.money(840_000))
        assert self.gateway().accept_dispute(dispute_id, idempotency_key="k") == lost

    def test_an_answer_that_is_not_final_stays_here(self):
        _, dispute_id = self.disputed()
        answer = DisputeEvidence(
            dispute_id, "Sent.", False, "k", tracking_number="1Z1", shipping_carrier="UPS"
        )
        assert self.gateway().submit_evidence(answer).state is DisputeState.NEEDS_RESPONSE
        final = self.gateway().submit_evidence(replace(answer, is_final=True))
        assert final.state is DisputeState.UNDER_REVIEW
        (told,) = self.sent("/provide-evidence")
        assert told["evidences"][0]["evidence_info"] == {
            "tracking_info": [{"carrier_name": "UPS", "tracking_number": "1Z1"}]
        }
        with pytest.raises(GatewayRefused):
            self.gateway().submit_evidence(replace(answer, is_final=True))

    def test_a_refund_can_bounce(self):
        provider_id = self.paid()
        made = self.gateway().refund(self.refund_wish(provider_id, 30_000))
        self.customer.lever("paypal/fail_refund", refund=made.refund_id)
        snapshot = self.gateway().fetch_payment(provider_id)
        assert (snapshot.refunded, snapshot.state) == (self.money(0), PaymentState.CAPTURED)


def test_where_the_calls_go_says_whether_money_is_real():
    live = Credentials("secret-of-contract", client_id="Aid")
    assert not is_test("paypal", live)
    assert is_test("paypal", replace(live, api_base="https://api-m.sandbox.paypal.com"))
    assert is_test("stripe", Credentials("rk_test_1"))
    assert not is_test("stripe", Credentials("sk_live_1", "https://elsewhere.example"))
    assert is_test("flutterwave", Credentials("FLWSECK_TEST-1"))
    assert not is_test("paystack", Credentials("sk_live_1"))
