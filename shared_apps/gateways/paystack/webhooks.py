"""Paystack's messages: HMAC-SHA512 of the raw body with the secret key, no timestamp and no event id.

An old message can be sent again by whoever saw it, so the id is made of the contents: the same message
counts once, and a message is only ever a hint.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from shared_apps.gateways.contract import WebhookEvent, WebhookSubject
from shared_apps.gateways.errors import WebhookRefused
from shared_apps.gateways.paystack.snapshots import REFERENCE, metadata_of
from shared_apps.gateways.web import body_digest, header_of

SIGNATURE_HEADER = "x-paystack-signature"
SUBJECTS: Mapping[str, WebhookSubject] = {
    "charge": WebhookSubject.PAYMENT,
    "transfer": WebhookSubject.PAYOUT,
    "refund": WebhookSubject.REFUND,
}


def signature(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha512).hexdigest()


def verified_event(
    body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]
) -> WebhookEvent:
    """The message in `body`, once one of the secrets explains its signature. WebhookRefused otherwise."""
    given = header_of(headers, SIGNATURE_HEADER).encode()
    if not any(
        secret and hmac.compare_digest(signature(body, secret).encode(), given)
        for secret in secrets
    ):
        raise WebhookRefused("no known secret explains the signature")
    try:
        return _event(body, json.loads(body))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WebhookRefused("the message is signed but is not an event") from error


def _event(body: bytes, message: Mapping[str, Any]) -> WebhookEvent:
    kind, data = message["event"], message["data"]
    first, _, second = kind.partition(".")
    is_dispute = second.startswith("dispute")
    return WebhookEvent(
        id=body_digest(body),
        type=kind,
        subject=WebhookSubject.DISPUTE if is_dispute else SUBJECTS.get(first, WebhookSubject.OTHER),
        object_id=_object_id(first, data, is_dispute=is_dispute),
        reference=_reference(first, data),
        account="",
    )


def _object_id(first: str, data: Mapping[str, Any], *, is_dispute: bool) -> str:
    """A further page of a payment (`<reference>.2`) is the payment's; a refund is told without its id."""
    if is_dispute or first == "refund":
        return str(data.get("id") or "")
    return str(data["reference"]).partition(".")[0] if first == "charge" else str(data["reference"])


def _reference(first: str, data: Mapping[str, Any]) -> str:
    if first == "transfer":
        return str(data.get("reason") or "")
    return str(metadata_of(data).get(REFERENCE, ""))
