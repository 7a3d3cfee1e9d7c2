"""Looking at what is under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared_apps.kernel.pages import Page, page_of
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


@dataclass(frozen=True, slots=True)
class WebhookView:
    """A received webhook as a person may see it; `headers` as they were kept."""

    id: UUID
    provider: str
    endpoint: str
    type: str
    state: str
    attempts: int
    last_error: str
    headers: Mapping[str, str]
    received_at: datetime
    processed_at: datetime | None


def webhooks_page(
    *, state: str = "", provider: str = "", cursor: str = "", limit: int = 25
) -> Page[WebhookView]:
    """Received webhooks, newest first. One query."""
    rows = ReceivedWebhook.objects.defer("raw")
    if state:
        rows = rows.filter(state=state)
    if provider:
        rows = rows.filter(provider=provider)
    page = page_of(rows, cursor=cursor, limit=limit, order=("-received_at", "-id"))
    items = [
        WebhookView(
            id=row.id,
            provider=row.provider,
            endpoint=row.endpoint,
            type=row.type,
            state=row.state,
            attempts=row.attempts,
            last_error=row.last_error,
            headers=row.headers,
            received_at=row.received_at,
            processed_at=row.processed_at,
        )
        for row in page.items
    ]
    return Page(items, page.next_cursor, page.prev_cursor)
