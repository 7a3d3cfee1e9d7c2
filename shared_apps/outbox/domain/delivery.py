"""Delivering what was published in the bound scope: at least once, each effect once.

A claim takes some due events for a while by pushing their next attempt back, so that a crashed
relay's events come due again by themselves and two relays never wait for each other. There is no
watermark over ids: they commit out of order, and an event that commits late is found late.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from shared_apps.kernel.transactions import operation
from shared_apps.outbox.domain.subscriptions import Delivery, Subscription, subscriptions_of
from shared_apps.outbox.models import HandledEvent, OutboxEvent

ATTEMPTS_MAX = 10
_CLAIM = 20
_LEASE = timedelta(seconds=90)
_BACKOFF_FIRST = timedelta(seconds=2)
_BACKOFF_MAX = timedelta(hours=1)
_ERROR_LENGTH_MAX = 2_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a round did: events whose every handler is through, and those to be tried again."""

    delivered: int = 0
    failed: int = 0

    def __add__(self, other: Delivered) -> Delivered:
        return Delivered(self.delivered + other.delivered, self.failed + other.failed)


def deliver_pending(*, at: datetime) -> Delivered:
    """Deliver until nothing is due in the bound scope, follow-up events included (journey).

    A handler that raises is tried again after 2 s, 4 s, 8 s... up to an hour; after ten attempts
    its event is poison: it keeps its error, is tried no more and waits for `revive`. The other
    handlers of that event are not held up, and none runs twice in effect.
    """
    total = Delivered()
    while events := _claim():
        wanted = [event for event in events if subscriptions_of(event.name)]
        total += Delivered(delivered=len(events) - len(wanted))
        for event in wanted:
            total += _deliver(event, at)
        if not wanted and len(events) < _CLAIM:
            break  # nobody was there to publish more
    return total


@operation
def _claim() -> Sequence[OutboxEvent]:
    """Take the next events; those that nobody handles are delivered with that."""
    events = list(
        OutboxEvent.objects.select_for_update(skip_locked=True)
        .filter(delivered_at=None, next_at__lte=Now())
        .order_by("id")[:_CLAIM]
    )
    wanted = [event.pk for event in events if subscriptions_of(event.name)]
    unwanted = [event.pk for event in events if not subscriptions_of(event.name)]
    if wanted:
        OutboxEvent.objects.filter(pk__in=wanted).update(
            attempts=F("attempts") + 1, next_at=Now() + _LEASE
        )
    if unwanted:
        OutboxEvent.objects.filter(pk__in=unwanted).update(
            attempts=F("attempts") + 1, delivered_at=Now(), last_error=""
        )
    return events


def _deliver(event: OutboxEvent, at: datetime) -> Delivered:
    attempt = event.attempts + 1
    delivery = Delivery(
        id=event.id,
        at=at,
        published_at=event.created_at,
        actor=event.actor,
        subject=event.subject,
        attempt=attempt,
    )
    errors = [
        error
        for subscription in subscriptions_of(event.name)
        if (error := _run(subscription, event, delivery))
    ]
    if errors:
        _try_later(event_id=event.id, attempt=attempt, error="; ".join(errors))
        return Delivered(failed=1)
    OutboxEvent.objects.filter(pk=event.id).update(delivered_at=Now(), last_error="")
    return Delivered(delivered=1)


def _run(subscription: Subscription, event: OutboxEvent, delivery: Delivery) -> str:
    """One handler's turn: "" when its effect is in, now or before, else what went wrong."""
    run = _run_outside if subscription.is_outside else _run_inside
    try:
        run(subscription, event, delivery)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises, it is tried again
        _log.exception(
            "handler failed",
            extra={"handler": subscription.name, "event": event.name, "event_id": str(event.id)},
        )
        return f"{subscription.name}: {type(error).__name__}: {error}"
    return ""


@operation
def _run_inside(subscription: Subscription, event: OutboxEvent, delivery: Delivery) -> None:
    # Recording first makes a second relay wait here, and find it done when we commit.
    if _record_handled(event.id, subscription.name):
        subscription.run(subscription.event_from(event.payload), delivery)


def _run_outside(subscription: Subscription, event: OutboxEvent, delivery: Delivery) -> None:
    if HandledEvent.objects.filter(event_id=event.id, handler=subscription.name).exists():
        return
    subscription.run(subscription.event_from(event.payload), delivery)
    with transaction.atomic():
        _record_handled(event.id, subscription.name)


def _record_handled(event_id: UUID, handler: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox_handledevent (event_id, handler) VALUES (%s, %s)"
            " ON CONFLICT DO NOTHING",
            [event_id, handler],
        )
        return bool(cursor.rowcount)


def _try_later(*, event_id: UUID, attempt: int, error: str) -> None:
    wait = min(_BACKOFF_FIRST * 2 ** (attempt - 1), _BACKOFF_MAX)
    OutboxEvent.objects.filter(pk=event_id).update(
        next_at=None if attempt >= ATTEMPTS_MAX else Now() + wait,
        last_error=error[:_ERROR_LENGTH_MAX],
    )


@operation
def revive(*, event_id: UUID) -> bool:
    """Give a poisonous event ten new attempts, from now; False when it is not poison."""
    poison = OutboxEvent.objects.filter(pk=event_id, delivered_at=None, next_at=None)
    return bool(poison.update(attempts=0, next_at=Now()))


@operation
def forget_delivered(*, before: datetime) -> int:
    """Delete events delivered before a moment, with the records of who handled them."""
    old = list(
        OutboxEvent.objects.filter(delivered_at__lt=before).values_list("id", flat=True)[:5_000]
    )
    HandledEvent.objects.filter(event_id__in=old).delete()
    OutboxEvent.objects.filter(id__in=old).delete()
    return len(old)
