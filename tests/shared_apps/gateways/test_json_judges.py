"""The judge of JSON providers catches what is wrong; one that says yes to everything proves nothing."""

from __future__ import annotations

import pytest

from tests.shared_apps.gateways.json_judge import complaints

PAYSTACK = {"email": "ada@example.org", "amount": 1000, "currency": "NGN", "reference": "r"}
OPENING = "/transaction/initialize"


def test_good_requests_pass():
    assert complaints("paystack", "post", OPENING, {}, PAYSTACK) == []
    assert (
        complaints("paystack", "get", "/refund", {"perPage": "100", "transaction": "1"}, None) == []
    )
    assert complaints("paystack", "post", OPENING, {}, {**PAYSTACK, "currency": "KES"}) == []


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "complaint"),
    [
        ("post", OPENING, {}, {**PAYSTACK, "bogus": 1}, "bogus: unknown"),
        ("post", OPENING, {}, {**PAYSTACK, "amount": "ten"}, "'ten' is not of type 'integer'"),
        ("post", OPENING, {}, {**PAYSTACK, "currency": "EUR"}, "'EUR' is not one of"),
        ("post", OPENING, {}, {"email": "a@b"}, "'amount' is a required property"),
        ("post", OPENING, {}, {**PAYSTACK, "metadata": {"a": 1}}, "is not of type 'string'"),
        (
            "post",
            "/transfer",
            {},
            {"source": "balance", "amount": "1"},
            "'recipient' is a required",
        ),
        ("get", "/refund", {"page": "1", "wish": "x"}, None, "unknown query wish"),
        ("get", "/balance", {}, {"a": 1}, "a body where none is described"),
        ("get", "/no_such_thing", {}, None, "not described"),
        ("put", OPENING, {}, PAYSTACK, "not described"),
    ],
)
def test_a_wrong_request_to_paystack_does_not(method, path, query, body, complaint):
    assert complaint in " ".join(complaints("paystack", method, path, query, body))


EUR = {"currency_code": "EUR", "value": "10.00"}
ORDER = {"intent": "CAPTURE", "purchase_units": [{"custom_id": "x", "amount": EUR}]}
ORDERS = "/v2/checkout/orders"


def test_good_requests_to_paypal_pass():
    assert complaints("paypal", "post", ORDERS, {}, ORDER) == []
    assert complaints("paypal", "post", "/v1/oauth2/token", {}, None) == []
    assert complaints("paypal", "get", "/v3/vault/payment-tokens", {"customer_id": "c"}, None) == []


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "complaint"),
    [
        ("post", ORDERS, {}, {**ORDER, "bogus": 1}, "/bogus: unknown"),
        ("post", ORDERS, {}, {**ORDER, "intent": "LATER"}, "'LATER' is not one of"),
        ("post", ORDERS, {}, {"intent": "CAPTURE"}, "'purchase_units' is a required property"),
        (
            "post",
            ORDERS,
            {},
            {**ORDER, "purchase_units": [{"amount": {**EUR, "value": 10}}]},
            "10 is not of type 'string'",
        ),
        (
            "post",
            ORDERS,
            {},
            {**ORDER, "purchase_units": [{"amount": EUR, "custom": "x"}]},
            "/purchase_units/0/custom: unknown",
        ),
        (
            "post",
            ORDERS,
            {},
            {**ORDER, "payment_source": {"paypal": {"experience_context": {"user_action": "X"}}}},
            "'X' is not one of",
        ),
        ("post", "/v1/payments/payouts", {}, {"items": []}, "'sender_batch_header' is a required"),
        ("post", "/v2/payments/captures/1/refund", {}, {"amount": 1}, "is not of type 'object'"),
        ("get", "/v3/vault/payment-tokens", {}, None, "query customer_id is required"),
        ("patch", f"{ORDERS}/1", {}, {"op": "replace"}, "is not of type 'array'"),
        ("get", "/v2/no/such", {}, None, "not described"),
    ],
)
def test_a_wrong_request_to_paypal_does_not(method, path, query, body, complaint):
    assert complaint in " ".join(complaints("paypal", method, path, query, body))
