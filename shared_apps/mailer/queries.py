"""Reads of the message log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared_apps.mailer.models import Message


@dataclass(frozen=True, slots=True)
class LogLine:
    """What the log shows of a message."""

    public_id: str
    template: str
    to: str
    subject: str
    state: str
    attempts: int
    created_at: datetime


def recent_messages(*, limit: int = 50) -> list[LogLine]:
    """The newest messages of this scope; one query."""
    rows = Message.objects.defer("text", "html").order_by("-created_at", "-id")[:limit]
    return [
        LogLine(
            row.public_id,
            row.template,
            row.to,
            row.subject,
            row.state,
            row.attempts,
            row.created_at,
        )
        for row in rows
    ]
