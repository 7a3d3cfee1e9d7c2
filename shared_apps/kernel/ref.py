"""A pointer to a thing of any room, without importing that room."""

from __future__ import annotations

from dataclasses import dataclass

from shared_apps.kernel.errors import NotFound


class BadRef(NotFound):
    code, title = "bad_ref", "This does not point to anything"


@dataclass(frozen=True, slots=True)
class Ref:
    """`kind` is room.thing ("stays.stay"), `id` the thing's own id as text."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Ref:
        kind, colon, thing_id = text.partition(":")
        if not (colon and "." in kind and thing_id):
            raise BadRef(f"{text!r} is not of the form room.thing:id")
        return cls(kind, thing_id)
