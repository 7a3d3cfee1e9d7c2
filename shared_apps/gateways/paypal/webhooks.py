"""PayPal's messages: signed with RSA by a certificate that PayPal serves, over id, time, endpoint and CRC.

The certificate's address is part of the message, so only PayPal's own hosts, or the host our calls go to,
are asked for it. There is no age limit: PayPal repeats a message for three days, and its id counts once.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from shared_apps.gateways.contract import WebhookEvent, WebhookSubject
from shared_apps.gateways.errors import OutcomeUnknown, WebhookRefused
from shared_apps.gateways.paypal.snapshots import CLOSED
from shared_apps.gateways.web import header_of, sent
from shared_apps.kernel.clock import now

ALGORITHM = "SHA256withRSA"
HOST = "paypal.com"
PLACE = "/v1/notifications/certs/"
CERTIFICATES_MAX = 16
EVENTS = (
    "CHECKOUT.ORDER.APPROVED",
    "CHECKOUT.ORDER.COMPLETED",
    "PAYMENT.AUTHORIZATION.CREATED",
    "PAYMENT.AUTHORIZATION.VOIDED",
    "PAYMENT.CAPTURE.COMPLETED",
    "PAYMENT.CAPTURE.DENIED",
    "PAYMENT.CAPTURE.PENDING",
    "PAYMENT.CAPTURE.REFUNDED",
    "PAYMENT.CAPTURE.REVERSED",
    "PAYMENT.PAYOUTS-ITEM.BLOCKED",
    "PAYMENT.PAYOUTS-ITEM.DENIED",
    "PAYMENT.PAYOUTS-ITEM.FAILED",
    "PAYMENT.PAYOUTS-ITEM.REFUNDED",
    "PAYMENT.PAYOUTS-ITEM.RETURNED",
    "PAYMENT.PAYOUTS-ITEM.SUCCEEDED",
    "PAYMENT.PAYOUTS-ITEM.UNCLAIMED",
    "CUSTOMER.DISPUTE.CREATED",
    "CUSTOMER.DISPUTE.UPDATED",
    "CUSTOMER.DISPUTE.RESOLVED",
)
_certificates: dict[str, x509.Certificate] = {}


def verified_event(
    body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], api_base: str
) -> WebhookEvent:
    """The event in `body`, once its signature fits one of our endpoints' ids (the `secrets`).

    WebhookRefused for a wrong signature, certificate or host; OutcomeUnknown when the certificate could not
    be fetched, so that PayPal sends the message again.
    """
    told = [header_of(headers, f"paypal-transmission-{part}") for part in ("id", "time")]
    address = header_of(headers, "paypal-cert-url")
    if header_of(headers, "paypal-auth-algo") != ALGORITHM or not all(told):
        raise WebhookRefused("the message is not signed the way PayPal signs")
    if not is_trusted(address, api_base):
        raise WebhookRefused("the certificate is not at PayPal")
    key = _public_key(address)
    for endpoint in secrets:
        text = "|".join([*told, endpoint, str(zlib.crc32(body))])
        if endpoint and _fits(key, header_of(headers, "paypal-transmission-sig"), text):
            break
    else:
        raise WebhookRefused("the signature fits none of our endpoints")
    try:
        return _event(json.loads(body))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise WebhookRefused("the message is signed but is not an event") from error


def is_trusted(address: str, api_base: str) -> bool:
    """Whether a certificate may be fetched from there: PayPal over HTTPS, or where our own calls go."""
    parts, ours = urlsplit(address), urlsplit(api_base)
    host = parts.hostname or ""
    is_paypals = host == HOST or host.endswith(f".{HOST}")
    is_certificate = PLACE in parts.path and ".." not in parts.path
    if parts.username is not None or parts.password is not None or not is_certificate:
        return False
    return (parts.scheme == "https" and is_paypals) or (
        bool(ours.netloc) and (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc)
    )


def _public_key(address: str) -> rsa.RSAPublicKey:
    certificate = _certificates.get(address) or _fetched(address)
    key = certificate.public_key()
    at = now()
    is_good = certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    if not is_good or not isinstance(key, rsa.RSAPublicKey):
        raise WebhookRefused("the certificate is out of date or not of the right kind")
    return key


def _fetched(address: str) -> x509.Certificate:
    answer = sent("GET", address, provider="paypal")
    if answer.status_code != 200:
        raise OutcomeUnknown("PayPal did not hand out its certificate", provider="paypal")
    try:
        certificate = x509.load_pem_x509_certificate(answer.content)
    except ValueError as error:
        raise WebhookRefused("there is no certificate at that address") from error
    if len(_certificates) >= CERTIFICATES_MAX:
        _certificates.clear()
    _certificates[address] = certificate
    return certificate


def _fits(key: rsa.RSAPublicKey, signature: str, text: str) -> bool:
    try:
        key.verify(
            base64.b64decode(signature, validate=True),
            text.encode(),
            padding.PKCS1v15(),
            hashes.SHA256(),
        )
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _event(event: Mapping[str, Any]) -> WebhookEvent:
    kind, resource = str(event["event_type"]), event["resource"]
    subject, object_id, reference = _about(kind, resource)
    return WebhookEvent(
        id=event["id"],
        type=kind,
        subject=subject,
        object_id=object_id,
        reference=reference.removesuffix(CLOSED),
        account="",
    )


def _about(kind: str, resource: Mapping[str, Any]) -> tuple[WebhookSubject, str, str]:
    """What an event is about: the subject, the id by which we know it, our own id of it."""
    own_id, ours = str(resource.get("id") or ""), str(resource.get("custom_id") or "")
    related = (resource.get("supplementary_data") or {}).get("related_ids") or {}
    item = resource.get("payout_item") or {}
    order_id, batch_id = related.get("order_id"), resource.get("payout_batch_id")
    unit = (resource.get("purchase_units") or [{}])[0]
    money_back = (WebhookSubject.REFUND, own_id, ours)
    known = {
        "CHECKOUT.ORDER.": (WebhookSubject.PAYMENT, own_id, unit.get("custom_id")),
        "CUSTOMER.DISPUTE.": (WebhookSubject.DISPUTE, resource.get("dispute_id"), ""),
        "PAYMENT.PAYOUTS-ITEM.": (WebhookSubject.PAYOUT, batch_id, item.get("sender_item_id")),
        "PAYMENT.CAPTURE.REFUNDED": money_back,
        "PAYMENT.CAPTURE.REVERSED": money_back,
        "PAYMENT.CAPTURE.": (WebhookSubject.PAYMENT, order_id, ours),
        "PAYMENT.AUTHORIZATION.": (WebhookSubject.PAYMENT, order_id, ours),
    }
    other = (WebhookSubject.OTHER, own_id, ours)
    found = next((about for start, about in known.items() if kind.startswith(start)), other)
    return found[0], str(found[1] or ""), str(found[2] or "")
