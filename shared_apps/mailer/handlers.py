"""Sending what was queued, as soon as its change is committed."""

from __future__ import annotations

import contextlib
from uuid import UUID

from shared_apps.mailer.domain import messages
from shared_apps.mailer.events import MessageQueued
from shared_apps.outbox.domain.subscriptions import Delivery, handles_outside


@handles_outside(MessageQueued)
def deliver(event: MessageQueued, delivery: Delivery) -> None:
    """A refusal is logged with the message, which keeps its own moments to try again."""
    with contextlib.suppress(messages.NotDelivered):
        messages.deliver(message_id=UUID(event.message_id), at=delivery.at)
