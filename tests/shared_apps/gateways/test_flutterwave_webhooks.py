from __future__ import annotations

import hashlib
import json

import pytest

from shared_apps.gateways.contract import (
    Credentials,
    DestinationKind,
    PayoutDestination,
    SendPayout,
    WebhookSubject,
)
from shared_apps.gateways.errors import GatewayRefused, WebhookRefused
from shared_apps.gateways.flutterwave.references import named, tx_ref
from shared_apps.gateways.flutterwave.webhooks import verified_event
from shared_apps.gateways.registry import gateway_for
from shared_apps.kernel.money import Money
from tests.shared_apps.gateways.ground import payment

NAME = tx_ref("pay_1", "tenant:start:1:1", Money(1_999, "NGN"))
BODY = json.dumps({"event": "charge.completed", "data": {"id": 7, "tx_ref": NAME}}).encode()


def test_a_payments_name_says_what_was_asked():
    # printf 'tenant:start:1:1' | sha256sum | cut -c1-16
    assert NAME == "pay_1-77f520a05a567d22-1999NGN"
    assert (named(NAME).reference, named(NAME).asked) == ("pay_1", Money(1_999, "NGN"))
    assert named(tx_ref("a-b", "k", None)).asked is None
    for name in ("", "x", "pay_1-1999NGN", "pay_1-0123456789abcdef-NGN", "a-b-c"):
        with pytest.raises(GatewayRefused):
            named(name)


@pytest.mark.parametrize("name", ["verif-hash", "Verif-Hash"])
@pytest.mark.parametrize("secrets", [["old", "new"], ["new"]])
def test_any_of_the_hashes_will_do(name, secrets):
    event = verified_event(BODY, {name: "new"}, secrets=secrets)
    assert event.id == hashlib.sha256(BODY).hexdigest()
    assert (event.type, event.subject) == ("charge.completed", WebhookSubject.PAYMENT)
    assert (event.object_id, event.reference) == (NAME, "pay_1")


@pytest.mark.parametrize("value", ["", "mine ", "other", "\u00e9"])
def test_anything_else_is_refused(value):
    with pytest.raises(WebhookRefused):
        verified_event(BODY, {"verif-hash": value}, secrets=["mine", ""])
    with pytest.raises(WebhookRefused):
        verified_event(BODY, {}, secrets=["mine", ""])


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"event":"charge.completed"}'])
def test_a_message_that_is_no_event_is_refused(body):
    with pytest.raises(WebhookRefused):
        verified_event(body, {"verif-hash": "k"}, secrets=["k"])


def test_a_payment_started_elsewhere_has_no_reference_of_ours():
    body = b'{"event": "charge.completed", "data": {"id": 1, "tx_ref": "theirs"}}'
    assert verified_event(body, {"verif-hash": "k"}, secrets=["k"]).reference == ""


def test_the_sandbox_tells_of_everything(sandbox, session, customer, mailbox):
    keys = Credentials("FLWSECK_TEST-told", f"{sandbox.url}/flutterwave")
    gateway = gateway_for("flutterwave", keys)
    told = gateway.register_webhook(url=mailbox.url, of_partners=False, idempotency_key="k:1")
    again = gateway.register_webhook(url=mailbox.url, of_partners=False, idempotency_key="k:1")
    assert told == again
    assert told.endpoint_id == ""
    customer.web.post(
        f"{sandbox.url}/flutterwave/_dashboard",
        json={"webhook_url": mailbox.url, "secret": told.secret},
        headers={"Authorization": "Bearer FLWSECK_TEST-told"},
        timeout=10,
    ).raise_for_status()
    mailbox.statuses.append(400)
    customer.lever("faults", provider="flutterwave", kind="bad_signature")
    start = payment(500_000, "NGN")
    started = gateway.start_payment(start)
    customer.pay(started.redirect_url)
    spoiled, good = mailbox.wait(2)[:2]
    with pytest.raises(WebhookRefused):
        gateway.parse_webhook(*spoiled, secrets=[told.secret])
    event = gateway.parse_webhook(*good, secrets=[told.secret])
    assert (event.object_id, event.reference) == (started.provider_id, start.reference)
    customer.lever("clock", advance_seconds=2 * 86_400)
    to = PayoutDestination(DestinationKind.BANK_ACCOUNT, "0690000040", bank_code="044", name="A")
    made = gateway.send_payout(SendPayout(to, Money(1_000, "NGN"), "payout_1", "k:payout"))
    customer.lever("clock", advance_seconds=60)
    event = gateway.parse_webhook(*mailbox.wait(3)[2], secrets=[told.secret])
    assert (event.subject, event.object_id) == (WebhookSubject.PAYOUT, made.payout_id)
    assert event.reference == "payout_1"


def test_the_operators_own_hash_is_kept(sandbox, session):
    keys = Credentials("FLWSECK_TEST-own", webhook_secret="chosen")
    told = gateway_for("flutterwave", keys).register_webhook(
        url="https://shop.example/hooks", of_partners=False, idempotency_key="k:1"
    )
    assert told.secret == "chosen"
    event = gateway_for("flutterwave", keys).parse_webhook(
        BODY, {"verif-hash": "chosen"}, secrets=[]
    )
    assert event.reference == "pay_1"
