"""The inbox of what providers send us: kept once, dealt with once.

A view verifies the signature and calls `receive_webhook`; a journey loads it, re-fetches what it
hints at, and calls `settle_webhook` in the operation that takes the effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.models import ReceivedWebhook

_WAITING = ("new", "failed")


class WebhookUnknown(NotFound):
    code, title = "webhook_unknown", "No such webhook was received here"


@dataclass(frozen=True, slots=True)
class Webhook:
    """What was received: `raw` are the signed bytes; `is_settled` once the effect is in."""

    id: UUID
    provider: str
    endpoint: str
    type: str
    raw: bytes
    headers: Mapping[str, str]
    attempts: int
    is_settled: bool


@operation
def receive_webhook(
    *,
    provider: str,
    endpoint: str,
    dedupe_key: str,
    type: str,  # noqa: A002 - the provider's own word
    raw: bytes,
    headers: Mapping[str, str],
    at: datetime,
) -> UUID:
    """Keep a verified webhook; the id of the first one when the provider sends it again."""
    row = ReceivedWebhook(
        provider=provider,
        endpoint=endpoint,
        dedupe_key=dedupe_key,
        type=type,
        raw=raw,
        headers=dict(headers),
        received_at=at,
    )
    ReceivedWebhook.objects.bulk_create([row], ignore_conflicts=True)
    kept = ReceivedWebhook.objects.only("id").get(
        provider=provider, endpoint=endpoint, dedupe_key=dedupe_key
    )
    return kept.id


def load_webhook(*, webhook_id: UUID) -> Webhook:
    """A received webhook; raises WebhookUnknown."""
    row = ReceivedWebhook.objects.filter(pk=webhook_id).first()
    if row is None:
        raise WebhookUnknown
    return Webhook(
        id=row.id,
        provider=row.provider,
        endpoint=row.endpoint,
        type=row.type,
        raw=bytes(row.raw),
        headers=row.headers,
        attempts=row.attempts,
        is_settled=row.state not in _WAITING,
    )


@step
def settle_webhook(*, webhook_id: UUID, at: datetime, ignored: bool = False) -> bool:
    """Mark it dealt with, in the commit of its effect; False when another worker was faster.

    The caller does its effect only on True: the row lock of this UPDATE makes the others wait.
    """
    waiting = ReceivedWebhook.objects.filter(pk=webhook_id, state__in=_WAITING)
    state = ReceivedWebhook.State.IGNORED if ignored else ReceivedWebhook.State.DONE
    return bool(waiting.update(state=state, processed_at=at, last_error=""))


@operation
def fail_webhook(*, webhook_id: UUID, error: str) -> None:
    """Note that an attempt failed; after ten it waits for a person."""
    ReceivedWebhook.objects.filter(pk=webhook_id, state__in=_WAITING).update(
        state=ReceivedWebhook.State.FAILED, attempts=F("attempts") + 1, last_error=error[:2_000]
    )


@step
def revive_webhook(*, webhook_id: UUID) -> bool:
    """Give one that failed or was ignored its attempts again; False when it needs none."""
    stuck = ReceivedWebhook.objects.filter(pk=webhook_id, state__in=["failed", "ignored", "new"])
    return bool(stuck.update(state=ReceivedWebhook.State.NEW, attempts=0, processed_at=None))
