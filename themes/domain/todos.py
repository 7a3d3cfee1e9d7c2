"""What waits for somebody: each room adds its own line to the first page of a back office.

A room registers a function in its `panels.py`; the first page asks them all, most pressing first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared_apps.kernel.ref import Ref


@dataclass(frozen=True, slots=True)
class Todo:
    """A step, or something that waits; the checklist component shows it."""

    label: str
    help: str
    url: str
    action: str
    done: bool = False


TodoFunction = Callable[[Any, Ref | None], Todo | None]
"""Takes who acts and whose page it is (a partner's Ref, None for the operator's)."""

_todos: dict[str, list[tuple[int, TodoFunction]]] = defaultdict(list)


def register_todo(surface: str, function: TodoFunction, *, order: int = 50) -> None:
    """Offer a line to the first page of `partner` or `manage`; None when nothing waits."""
    if all(existing is not function for _, existing in _todos[surface]):
        _todos[surface].append((order, function))
        _todos[surface].sort(key=lambda entry: entry[0])


def todos_for(surface: str, *, acting: Any, ref: Ref | None) -> list[Todo]:
    """The lines of a first page, in order."""
    found = (function(acting, ref) for _, function in _todos.get(surface, ()))
    return [todo for todo in found if todo is not None]
