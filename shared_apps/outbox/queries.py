"""Looking at what is under way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared_apps.outbox.models import OutboxEvent, ReceivedWebhook


@dataclass(frozen=True, slots=True)
class StuckEvent:
    """An event that ten attempts could not deliver."""

    id: UUID
    name: str
    created_at: datetime
    attempts: int
    last_error: str


def poisonous_events(*, limit: int = 100) -> list[StuckEvent]:
    """Events given up on, oldest first: what an operator's or the console's list shows."""
    rows = OutboxEvent.objects.filter(delivered_at=None, next_at=None).order_by("id")[:limit]
    return [StuckEvent(r.id, r.name, r.created_at, r.attempts, r.last_error) for r in rows]


def waiting_webhooks(*, limit: int = 100) -> list[UUID]:
    """Received webhooks not yet dealt with, oldest first."""
    return list(
        ReceivedWebhook.objects.filter(state__in=["new", "failed"], attempts__lt=10)
        .order_by("received_at")
        .values_list("id", flat=True)[:limit]
    )
