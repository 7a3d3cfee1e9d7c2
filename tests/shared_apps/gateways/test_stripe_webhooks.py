from __future__ import annotations

import json
import time

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from shared_apps.gateways.contract import WebhookSubject
from shared_apps.gateways.errors import WebhookRefused
from shared_apps.gateways.stripe.fake.happenings import signature
from shared_apps.gateways.stripe.webhooks import (
    OPERATOR_EVENTS,
    PARTNER_EVENTS,
    subject_of,
    verified_event,
)

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


SUBJECTS = {
    WebhookSubject.PAYMENT: (
        "checkout.session.completed checkout.session.async_payment_succeeded"
        " checkout.session.async_payment_failed checkout.session.expired payment_intent.succeeded"
        " payment_intent.payment_failed payment_intent.canceled"
        " payment_intent.amount_capturable_updated payment_intent.processing"
        " payment_intent.requires_action charge.succeeded charge.captured charge.expired"
        " charge.refunded"
    ),
    WebhookSubject.REFUND: "refund.created refund.updated refund.failed",
    WebhookSubject.DISPUTE: (
        "charge.dispute.created charge.dispute.updated charge.dispute.funds_withdrawn"
        " charge.dispute.funds_reinstated charge.dispute.closed"
    ),
    WebhookSubject.TRANSFER: "transfer.created transfer.updated transfer.reversed",
    WebhookSubject.ACCOUNT: (
        "account.updated capability.updated account.application.deauthorized"
        " account.external_account.created account.external_account.updated"
        " account.external_account.deleted balance.available"
    ),
    WebhookSubject.PAYOUT: "payout.created payout.paid payout.failed payout.canceled",
    WebhookSubject.CUSTOMER: (
        "setup_intent.succeeded payment_method.attached payment_method.detached customer.deleted"
    ),
}


def test_every_event_we_ask_for_is_about_something_of_ours():
    expected = {kind: subject for subject, kinds in SUBJECTS.items() for kind in kinds.split()}
    assert {kind: subject_of(kind) for kind in (*OPERATOR_EVENTS, *PARTNER_EVENTS)} == expected
    assert subject_of("invoice.paid") is WebhookSubject.OTHER


@pytest.mark.parametrize(
    ("kind", "account", "thing", "object_id"),
    [
        ("payout.paid", "acct_1", {"id": "po_1", "object": "payout"}, "acct_1/po_1"),
        ("payout.paid", "", {"id": "po_1", "object": "payout"}, "po_1"),
        ("capability.updated", "acct_1", {"id": "transfers", "object": "capability"}, "acct_1"),
        ("balance.available", "acct_1", {"object": "balance"}, "acct_1"),
        ("account.updated", "acct_1", {"id": "acct_1", "object": "account"}, "acct_1"),
        (
            "account.application.deauthorized",
            "acct_1",
            {"id": "ca_1", "object": "application"},
            "acct_1",
        ),
        (
            "setup_intent.succeeded",
            "",
            {"id": "seti_1", "object": "setup_intent", "customer": "cus_1"},
            "cus_1",
        ),
        ("customer.deleted", "", {"id": "cus_1", "object": "customer"}, "cus_1"),
        (
            "payment_method.detached",
            "",
            {"id": "pm_1", "object": "payment_method", "customer": None},
            "",
        ),
        ("charge.dispute.closed", "", {"id": "du_1", "object": "dispute"}, "du_1"),
        ("transfer.reversed", "", {"id": "tr_1", "object": "transfer"}, "tr_1"),
    ],
)
def test_the_id_is_what_can_be_asked_for(kind, account, thing, object_id):
    event = {"id": "evt_1", "object": "event", "type": kind, "data": {"object": thing}}
    body = json.dumps({**event, **({"account": account} if account else {})}).encode()
    signed = {"Stripe-Signature": header("whsec_mine", int(time.time()), body)}
    read = verified_event(body, signed, secrets=["whsec_mine"])
    assert (read.object_id, read.account) == (object_id, account)
