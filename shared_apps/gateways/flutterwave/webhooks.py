"""Flutterwave's messages: a header that repeats the operator's secret hash, and nothing that covers the body.

Whoever has seen one message can write another, so nothing of the body is believed: it only says what to
ask about. There is no event id either; the id is made of the contents.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from shared_apps.gateways.contract import WebhookEvent, WebhookSubject
from shared_apps.gateways.errors import WebhookRefused
from shared_apps.gateways.flutterwave.references import reference_of_payment, reference_of_transfer
from shared_apps.gateways.web import body_digest, header_of

HASH_HEADER = "verif-hash"


def verified_event(
    body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]
) -> WebhookEvent:
    """The message in `body`, once the header is one of the secret hashes. WebhookRefused otherwise."""
    given = header_of(headers, HASH_HEADER).encode()
    if not any(secret and hmac.compare_digest(secret.encode(), given) for secret in secrets):
        raise WebhookRefused("no known secret hash is in the header")
    try:
        return _event(body, json.loads(body))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WebhookRefused("the message carries the hash but is not an event") from error


def _event(body: bytes, message: Mapping[str, Any]) -> WebhookEvent:
    kind, data = str(message["event"]), message["data"]
    first = kind.partition(".")[0]
    subject, object_id, reference = WebhookSubject.OTHER, str(data.get("id") or ""), ""
    if first == "charge":
        subject, object_id = WebhookSubject.PAYMENT, str(data["tx_ref"])
        reference = reference_of_payment(object_id)
    if first == "transfer":
        subject, reference = WebhookSubject.PAYOUT, reference_of_transfer(str(data["reference"]))
    return WebhookEvent(
        id=body_digest(body),
        type=kind,
        subject=subject,
        object_id=object_id,
        reference=reference,
        account="",
    )
