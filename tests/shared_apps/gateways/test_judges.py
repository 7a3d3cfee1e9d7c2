"""The judges catch what is wrong; a judge that says yes to everything would prove nothing."""

from __future__ import annotations

import pytest
import stripe

from shared_apps.gateways.contract import CapturePayment, PaymentState, ReverseTransfer
from shared_apps.gateways.sandbox.server import Sandbox
from tests.shared_apps.gateways import openapi, typed_answers, typed_params
from tests.shared_apps.gateways.judged_transport import (
    JudgedTransport,
    JudgementError,
    judge_answer,
)
from tests.shared_apps.gateways.stripe_world import A_DAY, eur, onboarded, paid, payout, refund

GOOD = {
    "mode": "payment",
    "line_items": [
        {
            "price_data": {
                "currency": "eur",
                "unit_amount": "100",
                "product_data": {"name": "Mug"},
            },
            "quantity": "1",
        }
    ],
    "success_url": "https://shop.example/ok",
    "payment_intent_data": {"transfer_group": "order_1", "metadata": {"reference": "x"}},
}
SESSIONS = "/v1/checkout/sessions"
JUDGES = pytest.mark.parametrize("judge", [typed_params, openapi], ids=["types", "description"])


def test_the_library_has_hundreds_of_judged_calls():
    assert len(typed_params.routes()) > 500


@JUDGES
def test_a_good_request_passes(judge):
    assert judge.complaints("post", SESSIONS, GOOD) == []


@JUDGES
@pytest.mark.parametrize(
    ("path", "tree", "complaint"),
    [
        (SESSIONS, {**GOOD, "bogus": "1"}, "bogus: unknown"),
        (SESSIONS, {**GOOD, "mode": "later"}, "'later' is no"),
        (SESSIONS, {**GOOD, "expires_at": "soon"}, "'soon' is no int"),
        (
            SESSIONS,
            {**GOOD, "payment_intent_data": {"transfer_groups": "x"}},
            "transfer_groups: unknown",
        ),
        (SESSIONS, {**GOOD, "line_items": [{"quantities": "1"}]}, "quantities: unknown"),
        ("/v1/transfers", {"amount": "100", "currency": "usd"}, "destination: required"),
        (
            "/v1/transfers",
            {"amount": "1.5", "currency": "usd", "destination": "a"},
            "'1.5' is no int",
        ),
        ("/v1/refunds", {"payment_intent": "pi_1", "reason": "whim"}, "'whim' is no"),
        (
            "/v1/account_links",
            {"account": "a", "type": "account_onboarding", "return": "x"},
            "return: unknown",
        ),
        ("/v1/no_such_thing", {}, "no"),
    ],
)
def test_a_wrong_request_does_not(judge, path, tree, complaint):
    assert complaint in " ".join(judge.complaints("post", path, tree))


@JUDGES
def test_a_wrong_query_does_not(judge):
    assert judge.complaints("get", "/v1/balance_transactions", {"limit": "3"}) == []
    assert judge.complaints("get", "/v1/balance_transactions", {"limits": "3"}) != []


def test_a_wrong_request_never_leaves(sandbox: Sandbox):
    client = stripe.StripeClient(
        "sk_test_alpha",
        base_addresses={"api": f"{sandbox.url}/stripe"},
        http_client=JudgedTransport(),
    )
    with pytest.raises(JudgementError, match="capture_later"):
        client.v1.payment_intents.create({"amount": 100, "currency": "eur", "capture_later": True})
    assert client.v1.payment_intents.list().data == []


def test_an_invented_field_in_an_answer_is_caught():
    with pytest.raises(JudgementError, match="colour"):
        judge_answer(
            {"object": "list", "data": [{"object": "transfer", "colour": "red"}]}, "/v1/transfers"
        )


REFUND = {
    "id": "re_1",
    "object": "refund",
    "amount": 100,
    "created": 1,
    "currency": "eur",
    "destination_details": {"type": "card", "card": {"type": "refund"}},
    "reason": None,
    "status": "succeeded",
}


def test_a_good_answer_passes():
    assert typed_answers.complaints(REFUND, "refund") == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"amount": "100"}, "refund.amount: '100' is no int"),
        ({"amount": True}, "refund.amount: True is no int"),
        ({"amount": None}, "refund.amount: None is no int"),
        ({"currency": 978}, "refund.currency: 978 is no str"),
        ({"reason": "whim"}, "refund.reason: 'whim' is no"),
        ({"metadata": {"a": 1}}, "refund.metadata[a]: 1 is no str"),
        ({"destination_details": {"card": {"type": "refund"}}}, "lacks 'type'"),
        (
            {"destination_details": {"type": "card", "card": {"type": "refund", "colour": "red"}}},
            "has no 'colour'",
        ),
        ({"charge": {"id": "ch_1", "object": "charge"}}, "charge lacks 'amount'"),
        ({"charge": {"id": "ch_1", "object": "transfer"}}, "refund.charge"),
    ],
)
def test_a_wrong_answer_does_not(change, complaint):
    assert complaint in " ".join(typed_answers.complaints({**REFUND, **change}, "refund"))


def test_a_forgotten_field_is_missed():
    refund = {name: value for name, value in REFUND.items() if name != "amount"}
    assert typed_answers.complaints(refund, "refund") == ["refund: refund lacks 'amount'"]


def test_what_events_carry_passes_too(gateway, customer):
    """Webhooks never cross the judged connection, so everything they told in a busy month is fetched."""
    account = onboarded(gateway, customer)
    person = gateway.open_customer(reference="u", email="a@example.org", idempotency_key="k:1")
    for card in ("visa", "declined", "disputed", "inquiry"):
        paid(gateway, customer, card, save_for=person)
    gateway.refund(refund(paid(gateway, customer, "refund_bounces"), 100))
    refunded = paid(gateway, customer, "refund_later", is_manual_capture=True)
    gateway.capture(CapturePayment(refunded, eur(8000), "k:2"))
    gateway.refund(refund(refunded, 500))
    lapsing = paid(gateway, customer, is_manual_capture=True)
    charge = gateway.fetch_payment(refunded).charge_id
    gateway.forget_method(gateway.saved_methods(person)[0].token)
    share = gateway.send_payout(payout(account, 5000, charge))
    gateway.reverse_transfer(ReverseTransfer(share.payout_id, eur(100), "r", "k:3"))
    gateway._api.customers.delete(person)
    customer.lever("clock", advance_seconds=3 * A_DAY)
    customer.lever("clock", advance_seconds=30 * A_DAY)
    assert gateway.fetch_payment(lapsing).state is PaymentState.CANCELLED
    seen = set()
    for scope in ({}, {"stripe_account": account}):
        for event in gateway._api.events.list({"limit": 100}, scope).auto_paging_iter():
            seen.add(event.type)
            assert typed_answers.complaints(event.data.object.to_dict(), event.type) == []
    assert len(seen) > 25, sorted(seen)
    assert seen >= {"charge.dispute.closed", "payout.paid", "refund.failed", "charge.expired"}
