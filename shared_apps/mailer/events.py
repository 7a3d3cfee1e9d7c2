"""What the mailer tells itself and the other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared_apps.kernel.events import Event


@dataclass(frozen=True, slots=True)
class MessageQueued(Event):
    """A message waits for delivery."""

    name: ClassVar[str] = "mailer.message_queued.v1"
    message_id: str
