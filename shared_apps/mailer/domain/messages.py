"""Queueing a message with the change it reports, and delivering it after the commit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any
from uuid import UUID

from django.core.mail import EmailMultiAlternatives

from shared_apps.identity.domain.links import absolute_url
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.errors import NotFound, Unavailable
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.transactions import operation, step
from shared_apps.mailer.domain.rendering import from_address, render
from shared_apps.mailer.events import MessageQueued
from shared_apps.mailer.lifecycle import MESSAGE
from shared_apps.mailer.models import Message
from shared_apps.outbox.domain.publishing import publish

_LEASE = timedelta(minutes=2)
_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
_NOTE_MAX = 500


class UnknownMessage(NotFound):
    code, title = "record_not_found", "There is no such message here"


class NotDelivered(Unavailable):
    code, title = "mail_not_delivered", "The mail provider did not take the message; we try again"


@step
def queue(
    *, template: str, to: str, context: Mapping[str, Any], at: datetime, reply_to: str = ""
) -> UUID:
    """Write a message to be sent once this change is committed; returns its id.

    Renders mails/<template> with `context` and `sender` (name, language, home_url), writes the
    row and publishes MessageQueued. No value of `context` may come from the request's host.
    """
    rendered = render(template=template, context=context, home_url=absolute_url("/"))
    message = Message.objects.create(
        template=template,
        to=to,
        reply_to=reply_to,
        subject=rendered.subject[:250],
        text=rendered.text,
        html=rendered.html,
        due_at=at,
        created_at=at,
    )
    publish(MessageQueued(message_id=str(message.id)))
    return message.id


@operation
def send_message(
    *, template: str, to: str, context: Mapping[str, Any], at: datetime, reply_to: str = ""
) -> UUID:
    """Queue a message that reports no change of ours; effects of queue."""
    return queue(template=template, to=to, context=context, at=at, reply_to=reply_to)


def deliver(*, message_id: UUID, at: datetime) -> bool:
    """Hand a queued message to the provider (journey): lease, send, record; True when sent.

    Not due, leased by another process or sent already: nothing happens. Raises NotDelivered when
    the provider refused, after recording when to try again.
    """
    message = _lease(message_id=message_id, at=at)
    if message is None:
        return False
    try:
        _mail_of(message).send()
    except (OSError, SMTPException, ValueError) as error:
        _record_failure(message_id=message.id, at=at, note=f"{type(error).__name__}: {error}")
        raise NotDelivered from error
    _record_sent(message_id=message.id, at=at)
    return True


def deliver_due(*, at: datetime, limit: int = 50) -> int:
    """Deliver what waits in this scope, retries included (journey); returns how many were sent."""
    due = Message.objects.filter(state="queued", due_at__lte=at).order_by("due_at")
    sent = 0
    for message_id in list(due.values_list("id", flat=True)[:limit]):
        try:
            sent += deliver(message_id=message_id, at=at)
        except NotDelivered:
            continue
    return sent


@operation
def requeue(*, message_id: UUID, at: datetime) -> None:
    """Give a failed message its attempts back; raises UnknownMessage and MoveNotAllowed."""
    message = Message.objects.select_for_update().filter(id=message_id).first()
    if message is None:
        raise UnknownMessage
    record_move(message, MESSAGE, "requeue", acting=SYSTEM, at=at)
    Message.objects.filter(id=message.id).update(attempts=0, due_at=at)
    publish(MessageQueued(message_id=str(message.id)))


@operation
def _lease(*, message_id: UUID, at: datetime) -> Message | None:
    """Count the attempt and keep others away while the provider is asked."""
    message = (
        Message.objects.select_for_update(skip_locked=True)
        .filter(id=message_id, state="queued", due_at__lte=at)
        .first()
    )
    if message is None:
        return None
    message.attempts += 1
    Message.objects.filter(id=message.id).update(attempts=message.attempts, due_at=at + _LEASE)
    return message


@operation
def _record_sent(*, message_id: UUID, at: datetime) -> None:
    """The log line stays, the bodies (with their links) go."""
    message = Message.objects.select_for_update().get(id=message_id)
    record_move(message, MESSAGE, "send", acting=SYSTEM, at=at)
    Message.objects.filter(id=message.id).update(text="", html="")


@operation
def _record_failure(*, message_id: UUID, at: datetime, note: str) -> None:
    """Log the attempt; wait longer each time, give up after the last wait."""
    message = Message.objects.select_for_update().get(id=message_id)
    if message.attempts > len(_WAITS):
        record_move(message, MESSAGE, "fail", acting=SYSTEM, at=at, note=note[:_NOTE_MAX])
        return
    record_move(message, MESSAGE, "retry", acting=SYSTEM, at=at, note=note[:_NOTE_MAX])
    due_at = at + _WAITS[message.attempts - 1]
    Message.objects.filter(id=message.id).update(due_at=due_at)


def _mail_of(message: Message) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=from_address(),
        to=[message.to],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers={"X-Galleria-Message": message.public_id},
    )
    mail.attach_alternative(message.html, "text/html")
    return mail
