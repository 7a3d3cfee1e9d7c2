"""What gateways tell us: verified, kept, and taken as a hint to look for ourselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.gateways.contract import WebhookEvent, WebhookSubject
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict, NotFound
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from shared_apps.outbox.domain import webhooks as inbox
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.payments.domain.accounts import gateway_of, webhook_secrets_of
from tenant_apps.payments.domain.charges import SAVED_MARK, settle_payment
from tenant_apps.payments.domain.disputes import follow_dispute
from tenant_apps.payments.domain.refunds import refresh_refund, send_refund
from tenant_apps.payments.events import WebhookReceived
from tenant_apps.payments.models import GatewayAccount, Payment, Refund

# Under this name the inbox keeps, beside the headers, what we read out of the verified message.
HINT = "galleria-hint"
# Enough to verify a message again by hand, and nothing that says who carried it.
_KEPT_HEADERS = frozenset(
    {
        "content-type",
        "paypal-auth-algo",
        "paypal-cert-url",
        "paypal-transmission-id",
        "paypal-transmission-sig",
        "paypal-transmission-time",
        "stripe-signature",
        "user-agent",
        "x-paystack-signature",
    }
)


class NothingToReplay(Conflict):
    code, title = "webhook_not_replayable", "This message has been dealt with"


class EndpointUnknown(NotFound):
    code, title = "webhook_endpoint_unknown", "Nothing listens at this address"


def take_webhook(
    *, kind: str, token: str, body: bytes, headers: Mapping[str, str], at: datetime
) -> None:
    """Verify a gateway's message and keep it for the worker (journey without calls outside).

    Raises EndpointUnknown for a token that is not of this tenant, WebhookRefused for a message
    that the account's secrets do not explain.
    """
    rows = GatewayAccount.objects.filter(kind=kind, endpoint_token=token)
    account = rows.exclude(state="refused").first()
    if account is None:
        raise EndpointUnknown
    event = gateway_of(account).parse_webhook(body, headers, secrets=webhook_secrets_of(account))
    kept = {name: value for name, value in headers.items() if name.lower() in _KEPT_HEADERS}
    hint = _hint_of(event)
    webhook_id = inbox.receive_webhook(
        provider=account.kind,
        endpoint=str(account.id),
        dedupe_key=event.id,
        type=event.type,
        raw=body,
        headers={**kept, HINT: json.dumps(hint)},
        at=at,
    )
    _announce(webhook_id, account.kind, account.id, hint)


def _hint_of(event: WebhookEvent) -> dict[str, str]:
    """What a verified message may be about: kept beside it, for its signature grows old."""
    return {
        "subject": event.subject.value,
        "object_id": event.object_id,
        "reference": event.reference,
        "of_partner": event.account,
    }


@operation
def _announce(webhook_id: UUID, kind: str, account_id: UUID, hint: Mapping[str, str]) -> None:
    """Tell the relay that there is something to look at, and at what."""
    publish(_received(webhook_id, kind, str(account_id), hint))


def _received(
    webhook_id: UUID, kind: str, account_id: str, hint: Mapping[str, str]
) -> WebhookReceived:
    return WebhookReceived(
        webhook_id=str(webhook_id),
        subject=hint["subject"],
        object_id=hint["object_id"],
        reference=hint["reference"],
        gateway=kind,
        account_id=account_id,
        of_partner=hint["of_partner"],
    )


@operation
def replay_webhook(*, webhook_id: UUID, acting: Actor, at: datetime) -> None:
    """Look once more at what a message was about, with ten new attempts; audited.

    Raises WebhookUnknown, NothingToReplay.
    """
    webhook = inbox.load_webhook(webhook_id=webhook_id)
    hint = json.loads(webhook.headers.get(HINT, "null"))
    if hint is None or not inbox.revive_webhook(webhook_id=webhook_id):
        raise NothingToReplay
    record(
        "payments.webhook.replay",
        subject=Ref("payments.webhook", str(webhook_id)),
        acting=acting,
        at=at,
        changes={"type": webhook.type, "attempts": webhook.attempts},
    )
    publish(_received(webhook_id, webhook.provider, webhook.endpoint, hint), acting=acting)


def work_off_webhook(*, hint: WebhookReceived, at: datetime) -> None:
    """Look at what a message is about and take over how it stands (journey).

    Nothing of the message's own contents is believed. A message about something that is not ours
    is ignored. Raises what the gateway raises; the relay then tries again.
    """
    webhook = inbox.load_webhook(webhook_id=UUID(hint.webhook_id))
    if webhook.is_settled:
        return
    try:
        is_ours = _follow(hint, account_id=UUID(webhook.endpoint), at=at)
    except Exception as error:
        inbox.fail_webhook(webhook_id=webhook.id, error=f"{type(error).__name__}: {error}")
        raise
    _settle(webhook.id, at=at, ignored=not is_ours)


def _follow(hint: WebhookReceived, *, account_id: UUID, at: datetime) -> bool:
    """Whether it was about something of ours, which has then been asked about and taken over."""
    if hint.subject == WebhookSubject.REFUND:
        return _follow_refund(hint, at=at)
    if hint.subject == WebhookSubject.DISPUTE:
        return follow_dispute(account_id=account_id, provider_id=hint.object_id, at=at)
    if hint.subject != WebhookSubject.PAYMENT:
        return False
    reference = hint.reference.removesuffix(SAVED_MARK)
    found = Payment.objects.filter(reference=reference).first() if reference else None
    found = found or Payment.objects.filter(provider_id=hint.object_id).first()
    if found is not None:
        settle_payment(payment_id=found.id, at=at)
    return found is not None


def _follow_refund(hint: WebhookReceived, *, at: datetime) -> bool:
    refund = Refund.objects.filter(provider_id=hint.object_id).first() if hint.object_id else None
    if refund is None:
        refund = _refund_named(hint.reference)
    if refund is None:
        return False
    if refund.provider_id:
        refresh_refund(refund_id=refund.id, at=at)
    else:
        send_refund(refund_id=refund.id, at=at)
    return True


def _refund_named(reference: str) -> Refund | None:
    try:
        return Refund.objects.filter(id=UUID(reference)).first()
    except ValueError:
        return None


@operation
def _settle(webhook_id: UUID, *, at: datetime, ignored: bool) -> None:
    """The message has been dealt with."""
    inbox.settle_webhook(webhook_id=webhook_id, at=at, ignored=ignored)
