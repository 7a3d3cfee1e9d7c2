"""Slots: a fragment that one module offers to the page of another.

A room registers a function for a slot in its `panels.py` (imported in its `apps.ready`); the page names the slot
with `{% panel "product.aside" ref=product.ref %}` and knows nothing of who fills it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared_apps.kernel.ref import Ref


@dataclass(frozen=True, slots=True)
class Panel:
    """A fragment: its template and plain data for it."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


PanelFunction = Callable[[Any, Ref | None], Panel | None]
"""Takes the request (None outside one) and what the page is about; the domain knows no web types."""

_slots: dict[str, list[tuple[int, PanelFunction]]] = defaultdict(list)


def register_panel(slot: str, function: PanelFunction, *, order: int = 50) -> None:
    """Offer a fragment to a slot. The function returns None when it has nothing to show."""
    if all(existing is not function for _, existing in _slots[slot]):
        _slots[slot].append((order, function))
        _slots[slot].sort(key=lambda entry: entry[0])


def panels_in(slot: str, *, request: Any, ref: Ref | None) -> list[Panel]:
    """The fragments of a slot, in order."""
    found = (function(request, ref) for _, function in _slots.get(slot, ()))
    return [panel for panel in found if panel is not None]
