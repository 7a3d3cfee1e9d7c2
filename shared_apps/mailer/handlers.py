"""Sending what was queued, as soon as its change is committed."""

from __future__ import annotations

from uuid import UUID

from shared_apps.mailer.domain import messages
from shared_apps.mailer.events import MessageQueued
from shared_apps.outbox.domain.subscriptions import Delivery, handles_outside


@handles_outside(MessageQueued)
def deliver(event: MessageQueued, delivery: Delivery) -> None:
    """A refusal leaves the message queued with its next moment; the relay then asks again."""
    messages.deliver(message_id=UUID(event.message_id), at=delivery.at)
