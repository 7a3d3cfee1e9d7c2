"""Everything that can be made to go wrong, and the clock by which it does."""

from __future__ import annotations

import time

import pytest

from shared_apps.gateways.contract import (
    CapturePayment,
    PaymentState,
    RefundState,
    WebhookSubject,
)
from shared_apps.gateways.errors import GatewayRefused, OutcomeUnknown, PaymentDeclined
from shared_apps.gateways.sandbox import faults
from tests.shared_apps.gateways.ground import fresh_key, payment
from tests.shared_apps.gateways.stripe_world import (
    A_DAY,
    eur,
    heard,
    listening,
    nets,
    paid,
    refund,
)


class TestPayments:
    def test_the_next_one_is_declined_for_the_reason_given(self, gateway, customer):
        customer.lever("faults", kind="decline:lost_card")
        started = gateway.start_payment(payment())
        assert customer.pay(started.redirect_url) == f"/pay/{started.provider_id}"
        assert "declined" in customer.see(started.redirect_url).text
        declined = gateway.fetch_payment(started.provider_id)
        assert (declined.failure_code, declined.captured) == ("lost_card", eur(0))
        customer.pay(started.redirect_url)
        assert gateway.fetch_payment(started.provider_id).state is PaymentState.CAPTURED

    def test_a_fault_may_wait_for_one_payment(self, gateway, customer):
        wish = payment()
        customer.lever("faults", kind="decline:expired_card", match=wish.reference)
        assert gateway.fetch_payment(paid(gateway, customer)).state is PaymentState.CAPTURED
        started = gateway.start_payment(wish)
        customer.pay(started.redirect_url)
        assert gateway.fetch_payment(started.provider_id).failure_code == "expired_card"
        assert customer.lever("faults", "GET") == {"faults": []}

    def test_the_bank_asks_about_any_card(self, gateway, customer):
        customer.lever("faults", kind="require_3ds")
        started = gateway.start_payment(payment())
        customer.pay(started.redirect_url, "visa")
        assert "Is it you" in customer.see(started.redirect_url).text
        customer.press(f"{started.redirect_url}/challenge", action="accept")
        assert gateway.fetch_payment(started.provider_id).state is PaymentState.CAPTURED

    def test_a_fault_springs_as_often_as_it_was_told(self, gateway, customer):
        customer.lever("faults", kind="decline", times=2)
        started = gateway.start_payment(payment())
        for _ in range(2):
            customer.pay(started.redirect_url)
            code = gateway.fetch_payment(started.provider_id).failure_code
            assert code == faults.GENERIC_DECLINE
        customer.pay(started.redirect_url)
        assert gateway.fetch_payment(started.provider_id).state is PaymentState.CAPTURED


class TestRequests:
    @pytest.mark.parametrize("kind", ["500_then_ok", "fail_before"])
    def test_a_500_does_nothing_and_the_library_asks_again(self, gateway, customer, kind):
        customer.lever("faults", kind=kind, match="/v1/customers")
        made = gateway.open_customer(
            reference="user_1", email="a@example.org", idempotency_key="k:1"
        )
        assert [one.id for one in gateway._api.customers.list().data] == [made]

    @pytest.mark.parametrize("kind", ["500_then_ok", "timeout_after_commit"])
    def test_a_capture_without_an_answer_is_done_once(self, gateway, customer, kind):
        payment_id = paid(gateway, customer, is_manual_capture=True)
        wish = CapturePayment(payment_id, eur(8400), fresh_key("capture"))
        customer.lever("faults", kind=kind, match="/capture", times=2)
        with pytest.raises(OutcomeUnknown):
            gateway.capture(wish)
        assert gateway.capture(wish).captured == eur(8400)
        assert len(gateway._api.balance_transactions.list().data) == 1


class TestWebhooks:
    def test_one_may_be_late(self, gateway, customer, mailbox):
        secret = listening(gateway, mailbox)
        customer.lever("faults", kind="delay", match="charge.succeeded", seconds=1.5)
        paid(gateway, customer)
        types = [event.type for event in heard(gateway, mailbox, secret, 3)]
        assert sorted(types[:2]) == ["checkout.session.completed", "payment_intent.succeeded"]
        assert types[2] == "charge.succeeded"


class TestAuthorisations:
    def test_the_banks_promise_lapses_after_a_week(self, gateway, customer, mailbox):
        secret = listening(gateway, mailbox)
        payment_id = paid(gateway, customer, is_manual_capture=True)
        customer.lever("clock", advance_seconds=7 * A_DAY - 60)
        assert gateway.fetch_payment(payment_id).state is PaymentState.AUTHORISED
        customer.lever("clock", advance_seconds=120)
        lapsed = gateway.fetch_payment(payment_id)
        assert (lapsed.state, lapsed.captured, lapsed.refunded) == (
            PaymentState.CANCELLED,
            eur(0),
            eur(0),
        )
        with pytest.raises(GatewayRefused):
            gateway.capture(CapturePayment(payment_id, eur(8400), fresh_key("capture")))
        types = [event.type for event in heard(gateway, mailbox, secret, 6)]
        assert types[:2] == ["charge.succeeded", "payment_intent.amount_capturable_updated"]
        assert set(types[3:]) == {"charge.refunded", "payment_intent.canceled", "charge.expired"}

    def test_an_authorised_page_is_over_but_not_paid(self, gateway, customer):
        payment_id = paid(gateway, customer, is_manual_capture=True)
        assert gateway.fetch_payment(payment_id).raw_status == "complete/unpaid/requires_capture"
        assert gateway.expire_payment(payment_id).state is PaymentState.AUTHORISED
        assert nets(gateway) == 0

    def test_nothing_is_captured_or_let_go_before_somebody_paid(self, gateway):
        started = gateway.start_payment(payment(is_manual_capture=True))
        with pytest.raises(GatewayRefused, match="nothing was authorised"):
            gateway.capture(CapturePayment(started.provider_id, eur(1), "k:1"))
        with pytest.raises(GatewayRefused, match="nothing was authorised"):
            gateway.cancel_authorisation(started.provider_id, idempotency_key="k:2")

    def test_a_declined_attempt_cannot_be_captured(self, gateway, customer):
        payment_id = paid(gateway, customer, "declined", is_manual_capture=True)
        with pytest.raises(GatewayRefused):
            gateway.capture(CapturePayment(payment_id, eur(8400), "k:1"))


class TestRefunds:
    def test_a_slow_one_is_pending_for_a_day(self, gateway, customer):
        made = gateway.refund(refund(paid(gateway, customer, "refund_later"), 8400))
        assert made.state is RefundState.PENDING
        customer.lever("clock", advance_seconds=A_DAY + 1)
        assert gateway.fetch_refund(made.refund_id).state is RefundState.SUCCEEDED

    def test_one_that_bounces_gives_the_money_back_to_us(self, gateway, customer, mailbox):
        payment_id = paid(gateway, customer, "refund_bounces")
        made = gateway.refund(refund(payment_id, 8400))
        assert made.state is RefundState.SUCCEEDED
        assert gateway.fetch_payment(payment_id).state is PaymentState.REFUNDED
        secret = listening(gateway, mailbox)
        customer.lever("clock", advance_seconds=A_DAY + 1)
        assert gateway.fetch_refund(made.refund_id).state is RefundState.FAILED
        back = gateway.fetch_payment(payment_id)
        assert (back.state, back.refunded) == (PaymentState.CAPTURED, eur(0))
        assert nets(gateway) == 8400 - 274
        events = heard(gateway, mailbox, secret, 2)
        assert {event.type for event in events} == {"refund.updated", "refund.failed"}
        assert {(event.subject, event.object_id) for event in events} == {
            (WebhookSubject.REFUND, made.refund_id)
        }

    def test_one_fails_by_hand(self, gateway, customer):
        made = gateway.refund(refund(paid(gateway, customer), 400))
        customer.lever("stripe/fail_refund", refund=made.refund_id, code="lost_or_stolen_card")
        assert gateway.fetch_refund(made.refund_id).state is RefundState.FAILED
        told = gateway._api.refunds.retrieve(made.refund_id)
        assert told.failure_reason == "lost_or_stolen_card"


class TestClock:
    def test_it_goes_forward_only(self, customer):
        began = customer.lever("clock", "GET")["now"]
        assert abs(began - time.time()) < 5
        assert customer.lever("clock", advance_to=began + 1000)["now"] >= began + 1000
        assert customer.lever("clock", advance_seconds=10)["now"] >= began + 1010
        for wish in ({"advance_to": began}, {"advance_seconds": -1}, {"advance_seconds": "x"}):
            answer = customer.web.post(f"{customer.url}/_sandbox/clock", json=wish, timeout=10)
            assert answer.status_code == 400

    def test_a_long_jump_lets_everything_happen_in_its_order(self, gateway, customer):
        customer.lever("faults", kind="dispute_after", seconds=A_DAY)
        payment_id = paid(gateway, customer)
        customer.lever("clock", advance_seconds=30 * A_DAY)
        (dispute,) = gateway._api.disputes.list().data
        assert dispute.status == "needs_response"
        customer.lever("clock", advance_seconds=30 * A_DAY)
        (dispute,) = gateway._api.disputes.list().data
        assert dispute.status == "lost"
        assert gateway.fetch_payment(payment_id).state is PaymentState.CAPTURED


class TestArming:
    def test_what_cannot_go_wrong_cannot_be_armed(self, customer):
        for kind in ("fire", "fire:now", "", None, "decline_code"):
            answer = customer.web.post(
                f"{customer.url}/_sandbox/faults", json={"kind": kind}, timeout=10
            )
            assert answer.status_code == 400
        assert customer.lever("faults", "GET") == {"faults": []}

    def test_every_kind_can(self, customer):
        for kind in (*faults.KINDS, "decline:insufficient_funds"):
            customer.lever("faults", kind=kind)
        armed = [one["kind"] for one in customer.lever("faults", "GET")["faults"]]
        assert armed == [*faults.KINDS, "decline:insufficient_funds"]
        assert customer.lever("faults", "DELETE") == {"faults": []}

    def test_declines_of_other_operators_payments_stay_theirs(
        self, gateway, beta_gateway, customer
    ):
        wish = payment()
        customer.lever("faults", kind="decline", match=wish.reference)
        paid(beta_gateway, customer)
        started = gateway.start_payment(wish)
        customer.pay(started.redirect_url)
        assert gateway.fetch_payment(started.provider_id).failure_code == faults.GENERIC_DECLINE
        with pytest.raises(PaymentDeclined):
            self._charge_declined(gateway, customer)

    def _charge_declined(self, gateway, customer):
        from shared_apps.gateways.stripe.errors import stripe_errors

        with stripe_errors():
            gateway._api.payment_intents.create(
                {
                    "amount": 100,
                    "currency": "eur",
                    "confirm": True,
                    "payment_method": "pm_card_chargeDeclined",
                }
            )
