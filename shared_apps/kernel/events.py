"""The shape of everything published through the outbox."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Event:
    """A fact in the past tense with fields that JSON can hold; `name` is room.fact.vN."""

    name: ClassVar[str]

    def payload(self) -> dict[str, Any]:
        return asdict(self)
