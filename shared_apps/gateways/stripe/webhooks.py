"""Stripe's messages: which we ask for, how they are verified, what they are about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import stripe

from shared_apps.gateways.contract import WebhookEvent, WebhookSubject
from shared_apps.gateways.errors import WebhookRefused

SIGNATURE_HEADER = "stripe-signature"
TOLERANCE_SECONDS = 300
# Under this key of an object's metadata travels our own id for it.
REFERENCE = "reference"

OPERATOR_EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "charge.succeeded",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
    "transfer.created",
    "transfer.reversed",
)
PARTNER_EVENTS = (
    "account.updated",
    "account.application.deauthorized",
    "payout.created",
    "payout.paid",
    "payout.failed",
)

SUBJECTS: Mapping[str, WebhookSubject] = {
    "checkout.session": WebhookSubject.PAYMENT,
    "payment_intent": WebhookSubject.PAYMENT,
    "charge": WebhookSubject.PAYMENT,
    "refund": WebhookSubject.REFUND,
    "account": WebhookSubject.ACCOUNT,
    "transfer": WebhookSubject.TRANSFER,
    "payout": WebhookSubject.PAYOUT,
    "dispute": WebhookSubject.DISPUTE,
}


def verified_event(
    body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]
) -> WebhookEvent:
    """The event in `body`, once one of the secrets explains its signature.

    Several secrets may be good at once: the operator's endpoint, the partners' endpoint, and both ends of
    a rotation. WebhookRefused for a missing, wrong or old signature and for a body that is not an event.
    """
    signature = next(
        (value for name, value in headers.items() if name.lower() == SIGNATURE_HEADER), ""
    )
    if not any(_is_signed_with(secret, body, signature) for secret in secrets):
        raise WebhookRefused("no known secret explains the signature")
    try:
        event = json.loads(body)
        return _event(event)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WebhookRefused("the message is signed but is not an event") from error


def _is_signed_with(secret: str, body: bytes, signature: str) -> bool:
    try:
        return bool(
            stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_SECONDS)
        )
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False


def _event(event: Mapping[str, Any]) -> WebhookEvent:
    subject = event["data"]["object"]
    metadata = subject.get("metadata") or {}
    return WebhookEvent(
        id=event["id"],
        type=event["type"],
        subject=SUBJECTS.get(subject["object"], WebhookSubject.OTHER),
        object_id=subject.get("id", ""),
        reference=str(metadata.get(REFERENCE, "")),
        account=event.get("account") or "",
    )
