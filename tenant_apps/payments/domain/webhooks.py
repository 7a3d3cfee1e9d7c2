"""What gateways tell us: verified, kept, and taken as a hint to look for ourselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from shared_apps.gateways.contract import WebhookEvent, WebhookSubject
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.transactions import operation
from shared_apps.outbox.domain import webhooks as inbox
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.payments.domain.accounts import gateway_of, webhook_secrets_of
from tenant_apps.payments.domain.charges import settle_payment
from tenant_apps.payments.domain.disputes import follow_dispute
from tenant_apps.payments.domain.refunds import refresh_refund, send_refund
from tenant_apps.payments.events import WebhookReceived
from tenant_apps.payments.models import GatewayAccount, Payment, Refund

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


class EndpointUnknown(NotFound):
    code, title = "webhook_endpoint_unknown", "Nothing listens at this address"


def take_webhook(
    *, kind: str, token: str, body: bytes, headers: Mapping[str, str], at: datetime
) -> None:
    """Verify a gateway's message and keep it for the worker (journey without calls outside).

    Raises EndpointUnknown for a token that is not of this tenant, WebhookRefused for a message
    that the account's secrets do not explain.
    """
    account = GatewayAccount.objects.filter(kind=kind, endpoint_token=token).first()
    if account is None:
        raise EndpointUnknown
    event = gateway_of(account).parse_webhook(body, headers, secrets=webhook_secrets_of(account))
    kept = {name: value for name, value in headers.items() if name.lower() in _KEPT_HEADERS}
    webhook_id = inbox.receive_webhook(
        provider=account.kind,
        endpoint=str(account.id),
        dedupe_key=event.id,
        type=event.type,
        raw=body,
        headers=kept,
        at=at,
    )
    _announce(webhook_id, event)


@operation
def _announce(webhook_id: UUID, event: WebhookEvent) -> None:
    """Tell the relay that there is something to look at, and at what."""
    publish(
        WebhookReceived(
            webhook_id=str(webhook_id),
            subject=event.subject.value,
            object_id=event.object_id,
            reference=event.reference,
        )
    )


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
    found = Payment.objects.filter(reference=hint.reference).first() if hint.reference else None
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
