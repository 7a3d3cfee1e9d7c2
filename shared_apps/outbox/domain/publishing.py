"""Telling the house a fact, in the commit that makes it true.

publish(ProductPublished(product_id=str(product.id)), acting=acting)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.events import Event
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import step
from shared_apps.outbox.domain.nudges import nudge_after_commit
from shared_apps.outbox.models import OutboxEvent

_gathered: ContextVar[list[OutboxEvent] | None] = ContextVar("galleria_outbox", default=None)


@contextmanager
def published_together() -> Iterator[None]:
    """Write what the block publishes in one statement at its end; inside one operation only."""
    rows: list[OutboxEvent] = []
    token = _gathered.set(rows)
    try:
        yield
    finally:
        _gathered.reset(token)
    if rows:
        OutboxEvent.objects.bulk_create(rows)
        nudge_after_commit()


@step
def publish(event: Event, *, acting: Actor | None = None, subject: Ref | None = None) -> UUID:
    """Write the event beside the change; the relay delivers it at least once after the commit.

    Returns the event's id. Fields that JSON cannot hold raise TypeError.
    """
    row = OutboxEvent(
        name=event.name,
        payload=event.payload(),
        actor=f"{acting.kind}:{acting.id}" if acting else "",
        subject=str(subject) if subject else "",
    )
    gathered = _gathered.get()
    if gathered is None:
        OutboxEvent.objects.bulk_create([row])
        nudge_after_commit()
    else:
        gathered.append(row)
    return row.id


@step
def publish_all(events: Sequence[tuple[Event, Ref]], *, acting: Actor | None = None) -> None:
    """Several events, each with what it is about, in one statement."""
    OutboxEvent.objects.bulk_create(
        OutboxEvent(
            name=event.name,
            payload=event.payload(),
            actor=f"{acting.kind}:{acting.id}" if acting else "",
            subject=str(subject),
        )
        for event, subject in events
    )
    nudge_after_commit()
