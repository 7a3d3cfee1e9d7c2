"""What happens later by itself: each kind of reminder finds its function here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from shared_apps.gateways.sandbox.store import Stored
from shared_apps.gateways.sandbox.world import World

A_DAY = 86_400

# What is to be done to an object, with the detail the reminder carries.
Happening = Callable[[World, Stored, str], None]
H = TypeVar("H", bound=Happening)
_HAPPENINGS: dict[str, Happening] = {}


def comes(what: str) -> Callable[[H], H]:
    """Do this to the object when a reminder of this name falls due."""

    def added(happening: H) -> H:
        _HAPPENINGS[what] = happening
        return happening

    return added


def let_come(world: World) -> None:
    """Let everything happen that has fallen due."""
    for reminder in world.reminders():
        stored = world.find(reminder.body["subject"])
        if stored is not None:
            _HAPPENINGS[reminder.body["what"]](world, stored, reminder.body["detail"])
