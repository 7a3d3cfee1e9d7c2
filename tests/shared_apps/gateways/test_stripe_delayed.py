"""Payments whose money comes days after the page: nothing may be shipped on the browser's return."""

from __future__ import annotations

import pytest

from shared_apps.gateways.contract import PaymentState
from shared_apps.gateways.errors import GatewayRefused
from tests.shared_apps.gateways.ground import payment
from tests.shared_apps.gateways.stripe_world import (
    A_DAY,
    eur,
    heard,
    listening,
    nets,
    paid,
    refund,
)


@pytest.mark.parametrize(
    ("means", "state", "outcome", "code"),
    [
        ("debit", PaymentState.CAPTURED, "succeeded", ""),
        ("debit_fails", PaymentState.FAILED, "failed", "insufficient_funds"),
    ],
)
def test_the_page_is_over_before_the_bank_has_answered(
    gateway, customer, mailbox, means, state, outcome, code
):
    secret = listening(gateway, mailbox)
    started = gateway.start_payment(payment())
    onward = customer.pay(started.redirect_url, means)
    assert onward.endswith(started.provider_id)
    waiting = gateway.fetch_payment(started.provider_id)
    assert (waiting.state, waiting.captured, waiting.charge_id) == (
        PaymentState.PENDING,
        eur(0),
        "",
    )
    assert waiting.raw_status == "complete/unpaid/processing"
    assert gateway.expire_payment(started.provider_id).state is PaymentState.PENDING
    with pytest.raises(GatewayRefused):
        gateway.refund(refund(started.provider_id, 100))
    customer.lever("clock", advance_seconds=3 * A_DAY + 1)
    answered = gateway.fetch_payment(started.provider_id)
    assert (answered.state, answered.failure_code) == (state, code)
    assert nets(gateway) == (8400 - 274 if outcome == "succeeded" else 0)
    events = [event.type for event in heard(gateway, mailbox, secret, 4)]
    assert events[:2] == ["payment_intent.processing", "checkout.session.completed"]
    assert f"checkout.session.async_payment_{outcome}" in {
        event.type for event in heard(gateway, mailbox, secret, 4 + (outcome == "succeeded"))
    }


def test_a_bank_debit_can_be_refunded_and_disputed_once_it_came(gateway, customer):
    payment_id = paid(gateway, customer, "debit")
    with pytest.raises(AssertionError, match="nothing was taken"):
        customer.lever("stripe/dispute", payment=payment_id)
    customer.lever("clock", advance_seconds=3 * A_DAY + 1)
    gateway.refund(refund(payment_id, 400))
    opened = customer.lever("stripe/dispute", payment=payment_id, reason="debit_not_authorized")
    assert gateway.fetch_dispute(opened["id"]).withdrawn == eur(8000)


def test_the_page_says_what_else_is_agreed_to(gateway, customer):
    plain = customer.see(gateway.start_payment(payment()).redirect_url).text
    assert "reserved now" not in plain
    assert "kept for later" not in plain
    person = gateway.open_customer(reference="u", email="a@example.org", idempotency_key="k:1")
    wish = payment(is_manual_capture=True, save_for=person)
    told = customer.see(gateway.start_payment(wish).redirect_url).text
    assert "reserved now and taken later" in told
    assert "kept for later payments" in told
