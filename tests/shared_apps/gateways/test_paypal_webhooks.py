from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from shared_apps.gateways.contract import (
    Credentials,
    DestinationKind,
    PayoutDestination,
    RefundPayment,
    SendPayout,
    WebhookSubject,
)
from shared_apps.gateways.errors import OutcomeUnknown, WebhookRefused
from shared_apps.gateways.paypal.webhooks import is_trusted, verified_event
from shared_apps.gateways.registry import gateway_for
from shared_apps.kernel.money import Money
from tests.shared_apps.gateways.ground import payment

VECTORS = Path(__file__).parents[2] / "data" / "gateway-vectors"
BODY = (VECTORS / "paypal-event.json").read_bytes()
ENDPOINT = "WHVECTOR"


@pytest.fixture
def archive() -> Iterator[str]:
    """A host that hands out the vectors' certificates."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = VECTORS / Path(self.path).name
            self.send_response(200 if found.is_file() else 404)
            self.end_headers()
            self.wfile.write(found.read_bytes() if found.is_file() else b"")

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def headers(archive: str, **changes: str) -> dict[str, str]:
    """The vector's headers, as OpenSSL signed them."""
    return {
        "PAYPAL-TRANSMISSION-ID": "c0ffee-1",
        "PAYPAL-TRANSMISSION-TIME": "2026-11-21T08:00:00Z",
        "PAYPAL-TRANSMISSION-SIG": (VECTORS / "paypal-signature.txt").read_text(),
        "PAYPAL-CERT-URL": f"{archive}/v1/notifications/certs/paypal-certificate.pem",
        "PAYPAL-AUTH-ALGO": "SHA256withRSA",
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }


@pytest.mark.parametrize("secrets", [[ENDPOINT], ["WHOLD", ENDPOINT], [ENDPOINT, ""]])
def test_it_reads_what_openssl_signed(archive, secrets):
    told = {name.lower(): value for name, value in headers(archive).items()}
    event = verified_event(BODY, told, secrets=secrets, api_base=archive)
    assert (event.id, event.type) == ("WH-VECTOR-1", "PAYMENT.CAPTURE.COMPLETED")
    assert (event.subject, event.object_id, event.reference) == (
        WebhookSubject.PAYMENT,
        "5O190127TN364715T",
        "pay_1",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"PAYPAL_TRANSMISSION_ID": "c0ffee-2"},
        {"PAYPAL_TRANSMISSION_ID": ""},
        {"PAYPAL_TRANSMISSION_TIME": "2026-11-21T08:00:01Z"},
        {"PAYPAL_TRANSMISSION_SIG": ""},
        {"PAYPAL_TRANSMISSION_SIG": "nonsense"},
        {"PAYPAL_TRANSMISSION_SIG": "bm9uc2Vuc2U="},
        {"PAYPAL_AUTH_ALGO": "SHA1withRSA"},
        {"PAYPAL_CERT_URL": ""},
        {"PAYPAL_CERT_URL": "https://evil.example/paypal-certificate.pem"},
    ],
)
def test_anything_else_is_refused(archive, changes):
    with pytest.raises(WebhookRefused):
        verified_event(BODY, headers(archive, **changes), secrets=[ENDPOINT], api_base=archive)


def test_another_body_or_endpoint_is_refused(archive):
    for body, secrets in ((BODY + b" ", [ENDPOINT]), (BODY, ["WHOTHER"]), (BODY, [])):
        with pytest.raises(WebhookRefused):
            verified_event(body, headers(archive), secrets=secrets, api_base=archive)


def test_a_certificate_out_of_date_is_refused(archive):
    told = headers(
        archive,
        PAYPAL_CERT_URL=f"{archive}/v1/notifications/certs/paypal-certificate-expired.pem",
        PAYPAL_TRANSMISSION_SIG=(VECTORS / "paypal-signature-expired.txt").read_text(),
    )
    with pytest.raises(WebhookRefused, match="out of date"):
        verified_event(BODY, told, secrets=[ENDPOINT], api_base=archive)


def test_what_is_no_certificate_is_refused_and_a_missing_one_asked_for_again(archive):
    told = headers(archive, PAYPAL_CERT_URL=f"{archive}/v1/notifications/certs/paypal-event.json")
    with pytest.raises(WebhookRefused, match="no certificate"):
        verified_event(BODY, told, secrets=[ENDPOINT], api_base=archive)
    told = headers(archive, PAYPAL_CERT_URL=f"{archive}/v1/notifications/certs/nothing.pem")
    with pytest.raises(OutcomeUnknown):
        verified_event(BODY, told, secrets=[ENDPOINT], api_base=archive)


@pytest.mark.parametrize(
    ("address", "is_good"),
    [
        ("https://api.paypal.com/v1/notifications/certs/CERT-1", True),
        ("https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1", True),
        ("https://paypal.com/v1/notifications/certs/1", True),
        ("https://www.paypal.com/open/redirect", False),
        ("https://api.paypal.com/v1/notifications/certs/../../oauth2", False),
        ("http://api.paypal.com/v1/notifications/certs/CERT-1", False),
        ("https://api.paypal.com.evil.example/certs", False),
        ("https://evilpaypal.com/certs", False),
        ("https://evil.example/paypal.com", False),
        ("https://api.paypal.com@evil.example/certs", False),
        ("https://user@api.paypal.com/certs", False),
        ("file:///etc/passwd", False),
        ("", False),
        ("http://127.0.0.1:8420/paypal/v1/notifications/certs/1", True),
        ("http://127.0.0.1:8421/paypal/v1/notifications/certs/1", False),
        ("https://127.0.0.1:8420/paypal/v1/notifications/certs/1", False),
    ],
)
def test_certificates_come_from_paypal_or_from_where_our_calls_go(address, is_good):
    assert is_trusted(address, "http://127.0.0.1:8420/paypal") is is_good


def test_without_another_address_only_paypal_is_trusted():
    assert not is_trusted("http://127.0.0.1:8420/v1/notifications/certs/1", "")
    assert not is_trusted("", "")
    assert is_trusted("https://api.paypal.com/v1/notifications/certs/1", "")


def test_the_sandbox_tells_of_everything(sandbox, session, customer, mailbox):
    keys = Credentials("secret-of-contract", f"{sandbox.url}/paypal", client_id="client-told-of")
    gateway = gateway_for("paypal", keys)
    told = gateway.register_webhook(url=mailbox.url, of_partners=False, idempotency_key="k:1")

    def read(message: tuple[bytes, dict[str, str]]):
        return gateway.parse_webhook(*message, secrets=["WHOLD", told.secret])

    mailbox.statuses.append(400)
    customer.lever("faults", provider="paypal", kind="bad_signature")
    start = payment(500_000)
    started = gateway.start_payment(start)
    customer.pay(started.redirect_url)
    spoiled, good = mailbox.wait(2)[:2]
    with pytest.raises(WebhookRefused):
        read(spoiled)
    approved = read(good)
    assert (approved.type, approved.object_id) == ("CHECKOUT.ORDER.APPROVED", started.provider_id)
    assert approved.reference == start.reference
    gateway.fetch_payment(started.provider_id)
    captured = read(mailbox.wait(3)[2])
    assert (captured.type, captured.object_id, captured.reference) == (
        "PAYMENT.CAPTURE.COMPLETED",
        started.provider_id,
        start.reference,
    )
    made = gateway.refund(
        RefundPayment(started.provider_id, Money(1_000, "EUR"), "refund_1", "k:refund")
    )
    refunded = read(mailbox.wait(4)[3])
    assert (refunded.subject, refunded.object_id, refunded.reference) == (
        WebhookSubject.REFUND,
        made.refund_id,
        "refund_1",
    )
    to = PayoutDestination(DestinationKind.EMAIL, "vendor@example.org")
    paid = gateway.send_payout(SendPayout(to, Money(1_000, "EUR"), "payout_1", "k:payout"))
    customer.lever("clock", advance_seconds=60)
    arrived = read(mailbox.wait(5)[4])
    assert (arrived.subject, arrived.object_id, arrived.reference) == (
        WebhookSubject.PAYOUT,
        paid.payout_id,
        "payout_1",
    )
