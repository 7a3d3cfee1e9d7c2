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

# A thing of a connected account is named `<account>/<thing>`.
BELONGING = "/"

OPERATOR_EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "payment_intent.amount_capturable_updated",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "charge.succeeded",
    "charge.captured",
    "charge.expired",
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
    "transfer.updated",
    "transfer.reversed",
    "payout.created",
    "payout.paid",
    "payout.failed",
    "payout.canceled",
    "setup_intent.succeeded",
    "payment_method.attached",
    "payment_method.detached",
    "customer.deleted",
)
PARTNER_EVENTS = (
    "account.updated",
    "capability.updated",
    "account.application.deauthorized",
    "account.external_account.created",
    "account.external_account.updated",
    "account.external_account.deleted",
    "payout.created",
    "payout.paid",
    "payout.failed",
    "payout.canceled",
    "balance.available",
)

# The longest beginning of an event's type decides.
SUBJECTS: Mapping[str, WebhookSubject] = {
    "checkout.session.": WebhookSubject.PAYMENT,
    "payment_intent.": WebhookSubject.PAYMENT,
    "charge.": WebhookSubject.PAYMENT,
    "charge.refund.": WebhookSubject.REFUND,
    "charge.dispute.": WebhookSubject.DISPUTE,
    "refund.": WebhookSubject.REFUND,
    "account.": WebhookSubject.ACCOUNT,
    "capability.": WebhookSubject.ACCOUNT,
    "balance.": WebhookSubject.ACCOUNT,
    "transfer.": WebhookSubject.TRANSFER,
    "payout.": WebhookSubject.PAYOUT,
    "setup_intent.": WebhookSubject.CUSTOMER,
    "payment_method.": WebhookSubject.CUSTOMER,
    "customer.": WebhookSubject.CUSTOMER,
}


def subject_of(kind: str) -> WebhookSubject:
    """What an event of this type is about."""
    fitting = [beginning for beginning in SUBJECTS if kind.startswith(beginning)]
    return SUBJECTS[max(fitting, key=len)] if fitting else WebhookSubject.OTHER


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
    thing = event["data"]["object"]
    metadata = thing.get("metadata") or {}
    account = event.get("account") or ""
    subject = subject_of(event["type"])
    return WebhookEvent(
        id=event["id"],
        type=event["type"],
        subject=subject,
        object_id=_object_id(subject, thing, account),
        reference=str(metadata.get(REFERENCE, "")),
        account=account,
    )


def _object_id(subject: WebhookSubject, thing: Mapping[str, Any], account: str) -> str:
    """The id to re-fetch: of an account whatever is said of it, and of a customer whatever they keep."""
    found = str(thing.get("id") or "")
    if subject is WebhookSubject.ACCOUNT:
        return account or found
    if subject is WebhookSubject.CUSTOMER:
        return found if thing["object"] == "customer" else str(thing.get("customer") or "")
    is_theirs = subject is WebhookSubject.PAYOUT and account and found
    return f"{account}{BELONGING}{found}" if is_theirs else found
