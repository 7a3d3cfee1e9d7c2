"""Webhook endpoints, and the identity that signs for them: a key and its certificate, made by each process."""

from __future__ import annotations

import base64
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from shared_apps.gateways.paypal.fake.says import (
    ROUTES,
    Said,
    error,
    invalid,
    links_of,
    missing,
    new_id,
)
from shared_apps.gateways.sandbox.rest import Call, Refusal, shown
from shared_apps.gateways.sandbox.store import Body

PATH = "/v1/notifications/webhooks"
CERTIFICATES = "/v1/notifications/certs"
ALGORITHM = "SHA256withRSA"
LASTS = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Identity:
    key: rsa.RSAPrivateKey
    name: str
    certificate: bytes


@cache
def identity() -> Identity:
    """The self-signed certificate of this process; a restart makes another one under another name."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "payment sandbox")])
    at = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + LASTS)
        .sign(key, hashes.SHA256())
    )
    name = f"CERT-{certificate.fingerprint(hashes.SHA256()).hex()[:24]}"
    return Identity(key, name, certificate.public_bytes(serialization.Encoding.PEM))


def signature_headers(*, body: bytes, secret: str, at: int) -> Mapping[str, str]:
    """The headers of a message; `secret` is where the certificate is served, and the endpoint's id."""
    served_at, _, endpoint = secret.partition(" ")
    message_id = str(uuid.uuid4())
    time = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = f"{message_id}|{time}|{endpoint}|{zlib.crc32(body)}"
    signature = identity().key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return {
        "PAYPAL-TRANSMISSION-ID": message_id,
        "PAYPAL-TRANSMISSION-TIME": time,
        "PAYPAL-TRANSMISSION-SIG": base64.b64encode(signature).decode(),
        "PAYPAL-CERT-URL": f"{served_at}/paypal{CERTIFICATES}/{identity().name}",
        "PAYPAL-AUTH-ALGO": ALGORITHM,
    }


@ROUTES.serves("POST", PATH)
def create_endpoint(call: Call) -> Body:
    url, wanted = call.text("url"), call.params.get("event_types")
    if not url.startswith(("http://", "https://")) or not isinstance(wanted, list) or not wanted:
        raise invalid("INVALID_PARAMETER_VALUE", "url or event_types")
    if any(row.body["url"] == url for row in call.world.listed(call.scope, "webhook", "active")):
        raise Refusal(400, error("WEBHOOK_URL_ALREADY_EXISTS", "Webhook URL already exists"))
    endpoint_id = new_id()
    endpoint = {
        "id": endpoint_id,
        "url": url,
        "event_types": wanted,
        "links": links_of(call.world, f"{PATH}/{endpoint_id}"),
        "_served_at": f"http://{call.headers['host']}",
    }
    call.world.put(call.scope, "webhook", endpoint, parent="active")
    raise Said(201, shown(endpoint))


@ROUTES.serves("GET", PATH)
def list_endpoints(call: Call) -> Body:
    rows = call.world.listed(call.scope, "webhook", "active")
    return {"webhooks": [shown(row.body) for row in rows]}


@ROUTES.serves("GET", f"{PATH}/{{}}")
def show_endpoint(call: Call) -> Body:
    stored = call.found(call.ids[0], "webhook")
    if stored is None:
        raise missing()
    return shown(stored.body)
