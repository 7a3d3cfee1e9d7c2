"""The judges catch what is wrong; a judge that says yes to everything would prove nothing."""

from __future__ import annotations

import pytest
import stripe

from shared_apps.gateways.sandbox.server import Sandbox
from tests.shared_apps.gateways import openapi, typed_params
from tests.shared_apps.gateways.judged_transport import (
    JudgedTransport,
    JudgementError,
    judge_answer,
)

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
            {"data": [{"object": "transfer", "id": "tr_1", "colour": "red"}]}, "/v1/transfers"
        )
