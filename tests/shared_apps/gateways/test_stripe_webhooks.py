from __future__ import annotations

import json
import time

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from shared_apps.gateways.contract import WebhookSubject
from shared_apps.gateways.errors import WebhookRefused
from shared_apps.gateways.stripe.fake.happenings import signature
from shared_apps.gateways.stripe.webhooks import verified_event

BODY = json.dumps(
    {
        "id": "evt_1",
        "object": "event",
        "type": "charge.refunded",
        "account": "acct_vendor",
        "data": {"object": {"id": "ch_1", "object": "charge", "metadata": {"reference": "pay_1"}}},
    }
).encode()


def header(secret: str, at: int, body: bytes = BODY) -> str:
    """The signature by another library than the one under test."""
    digest = HMAC(secret.encode(), hashes.SHA256())
    digest.update(str(at).encode() + b"." + body)
    return f"t={at},v1={digest.finalize().hex()}"


def test_the_sandbox_signs_as_openssl_does():
    # printf '1700000000.{"id": "evt_1", "object": "event"}' | openssl dgst -sha256 -hmac whsec_vector
    assert signature(b'{"id": "evt_1", "object": "event"}', "whsec_vector", 1_700_000_000) == (
        "t=1700000000,v1=3335a7756a8a3dc4edfa3dfe4f03e24b5ad167f7f4e45bb8ad3d3e61e1469f63"
    )


@pytest.mark.parametrize("name", ["Stripe-Signature", "stripe-signature"])
@pytest.mark.parametrize(
    "secrets", [["whsec_new", "whsec_old"], ["whsec_old", "whsec_new"], ["whsec_old"]]
)
def test_any_of_the_secrets_will_do(secrets, name):
    event = verified_event(BODY, {name: header("whsec_old", int(time.time()))}, secrets=secrets)
    assert (event.id, event.type, event.account) == ("evt_1", "charge.refunded", "acct_vendor")
    assert (event.subject, event.object_id, event.reference) == (
        WebhookSubject.PAYMENT,
        "ch_1",
        "pay_1",
    )


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Stripe-Signature": ""},
        {"Stripe-Signature": "t=,v1="},
        {"Stripe-Signature": "nonsense"},
        {"Stripe-Signature": "t=1700000000"},
        {"Stripe-Signature": header("whsec_other", int(time.time()))},
        {"Stripe-Signature": header("whsec_mine", int(time.time()) - 3600)},
        {"Stripe-Signature": header("whsec_mine", int(time.time()), BODY + b" ")},
    ],
)
def test_anything_else_is_refused(headers):
    with pytest.raises(WebhookRefused):
        verified_event(BODY, headers, secrets=["whsec_mine"])


def test_no_secrets_verify_nothing():
    with pytest.raises(WebhookRefused):
        verified_event(BODY, {"Stripe-Signature": header("", int(time.time()))}, secrets=[])


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff\xfe", b'{"id": "evt_1", "type": "x", "data": {}}', b'"x"']
)
def test_a_signed_message_that_is_no_event_is_refused(body):
    with pytest.raises(WebhookRefused):
        verified_event(
            body,
            {"Stripe-Signature": header("whsec_mine", int(time.time()), body)},
            secrets=["whsec_mine"],
        )
