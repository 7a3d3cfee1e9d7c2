from __future__ import annotations

import hashlib
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from shared_apps.gateways.contract import Credentials, RefundPayment, WebhookSubject
from shared_apps.gateways.errors import WebhookRefused
from shared_apps.gateways.paystack.webhooks import signature, verified_event
from shared_apps.gateways.registry import gateway_for
from shared_apps.kernel.money import Money
from tests.shared_apps.gateways.ground import payment

BODY = json.dumps(
    {
        "event": "charge.success",
        "data": {"id": 7, "reference": "pay-1.2", "metadata": {"reference": "pay_1"}},
    }
).encode()


def signed(secret: str, body: bytes = BODY) -> str:
    """The signature by another library than the one under test."""
    digest = HMAC(secret.encode(), hashes.SHA512())
    digest.update(body)
    return digest.finalize().hex()


def test_it_signs_as_openssl_does():
    # printf '{"event":"charge.success","data":{}}' | openssl dgst -sha512 -hmac sk_test_vector
    assert signature(b'{"event":"charge.success","data":{}}', "sk_test_vector") == (
        "28d0148515cf14d29cb16f7861e7df9f4cf35e51032aad2519b10fc1891be5e58614b227aae608fe0e9817f23c8952623bc57fad821589c8ff590ffc2a27dfc9"
    )


@pytest.mark.parametrize("name", ["x-paystack-signature", "X-Paystack-Signature"])
@pytest.mark.parametrize("secrets", [["sk_old", "sk_new"], ["sk_new"]])
def test_any_of_the_keys_will_do(name, secrets):
    event = verified_event(BODY, {name: signed("sk_new")}, secrets=secrets)
    assert event.id == hashlib.sha256(BODY).hexdigest()
    assert (event.type, event.subject) == ("charge.success", WebhookSubject.PAYMENT)
    assert (event.object_id, event.reference) == ("pay-1", "pay_1")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Paystack-Signature": ""},
        {"X-Paystack-Signature": "nonsense"},
        {"X-Paystack-Signature": "\u00e9"},
        {"X-Paystack-Signature": signed("sk_other")},
        {"X-Paystack-Signature": signed("sk_mine", BODY + b" ")},
        {"X-Paystack-Signature": signed("")},
    ],
)
def test_anything_else_is_refused(headers):
    with pytest.raises(WebhookRefused):
        verified_event(BODY, headers, secrets=["sk_mine", ""])


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", b'{"event":"charge.success"}', b'"x"']
)
def test_a_signed_message_that_is_no_event_is_refused(body):
    with pytest.raises(WebhookRefused):
        verified_event(body, {"x-paystack-signature": signed("k", body)}, secrets=["k"])


def test_the_sandbox_tells_of_everything(sandbox, session, customer, mailbox):
    gateway = gateway_for("paystack", Credentials("sk_test_told", f"{sandbox.url}/paystack"))
    told = gateway.register_webhook(url=mailbox.url, of_partners=False, idempotency_key="k:1")
    assert (told.endpoint_id, told.secret) == ("", "sk_test_told")
    customer.web.post(
        f"{sandbox.url}/paystack/_dashboard",
        json={"webhook_url": mailbox.url},
        headers={"Authorization": "Bearer sk_test_told"},
        timeout=10,
    ).raise_for_status()
    start = payment(50_000, "NGN")
    started = gateway.start_payment(start)
    mailbox.statuses.append(400)
    customer.lever("faults", provider="paystack", kind="bad_signature", match="charge.success")
    customer.lever("faults", provider="paystack", kind="duplicate", match="refund.pending")
    customer.pay(started.redirect_url)
    spoiled, good = mailbox.wait(2)[:2]
    with pytest.raises(WebhookRefused):
        gateway.parse_webhook(*spoiled, secrets=[])
    event = gateway.parse_webhook(*good, secrets=[])
    assert (event.type, event.object_id) == ("charge.success", started.provider_id)
    assert event.reference == start.reference
    gateway.refund(RefundPayment(started.provider_id, Money(1_000, "NGN"), "refund_1", "k:r:1"))
    customer.lever("clock", advance_seconds=60)
    events = [gateway.parse_webhook(*message, secrets=[]) for message in mailbox.wait(5)[2:]]
    assert sorted(event.type for event in events) == [
        "refund.pending",
        "refund.pending",
        "refund.processed",
    ]
    assert len({event.id for event in events}) == 2
