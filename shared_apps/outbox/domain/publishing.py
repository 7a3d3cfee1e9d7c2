"""Telling the house a fact, in the commit that makes it true.

publish(ProductPublished(product_id=str(product.id)), acting=acting)
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.events import Event
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import step
from shared_apps.outbox.domain.nudges import nudge_after_commit
from shared_apps.outbox.models import OutboxEvent


@step
def publish(event: Event, *, acting: Actor | None = None, subject: Ref | None = None) -> UUID:
    """Write the event beside the change; the relay delivers it at least once after the commit.

    Returns the event's id. Fields that JSON cannot hold raise TypeError.
    """
    row = OutboxEvent.objects.create(
        name=event.name,
        payload=event.payload(),
        actor=f"{acting.kind}:{acting.id}" if acting else "",
        subject=str(subject) if subject else "",
    )
    nudge_after_commit()
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
