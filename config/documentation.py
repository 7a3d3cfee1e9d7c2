"""Pages of docs/ that are made from the code: events and lifecycles."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings

from shared_apps.kernel.events import Event
from shared_apps.kernel.lifecycle import Lifecycle
from shared_apps.outbox.domain.subscriptions import all_subscriptions

_MADE = "Made by `manage.py docs_generate`; change the code, not this page."


def pages() -> dict[Path, str]:
    """Every generated page: where it lies, and what it should say."""
    docs = Path(settings.BASE_DIR) / "docs"
    return {docs / "events.md": events_page(), docs / "lifecycles.md": lifecycles_page()}


def events_page() -> str:
    """What happens in the house: each event with its fields, by room, and who hears it."""
    lines = ["# Events", "", _MADE]
    room = ""
    for owner, event in sorted(_events(), key=lambda pair: (pair[0], pair[1].name)):
        if owner != room:
            room = owner
            lines += ["", f"## {room}"]
        lines += ["", f"### `{event.name}`", "", _sentence(event), ""]
        lines += [f"- `{field.name}`: {field.type}" for field in fields(event)]
        heard = sorted(s.name for s in all_subscriptions() if s.event is event)
        lines += ["", f"Heard by: {', '.join(f'`{name}`' for name in heard) or 'nobody yet'}."]
    return "\n".join(lines) + "\n"


def lifecycles_page() -> str:
    """Each state machine as a drawing."""
    lines = ["# Lifecycles", "", _MADE]
    for name, table in sorted(_lifecycles()):
        lines += ["", f"## {name}", "", "```mermaid", "stateDiagram-v2"]
        lines += [f"    [*] --> {table.initial}"]
        lines += [
            f"    {source} --> {rule.target}: {rule.name}"
            for rule in table.moves.values()
            for source in sorted(rule.sources)
        ]
        lines += ["```"]
    return "\n".join(lines) + "\n"


def _events() -> Iterator[tuple[str, type[Event]]]:
    for room, module in _modules("events"):
        for value in vars(module).values():
            if inspect.isclass(value) and issubclass(value, Event) and _is_own(value, module):
                yield room, value


def _lifecycles() -> Iterator[tuple[str, Lifecycle]]:
    for room, module in _modules("lifecycle"):
        for name, value in vars(module).items():
            if isinstance(value, Lifecycle):
                yield f"{room}: {name.lower().replace('_', ' ')}", value


def _modules(name: str) -> Iterator[tuple[str, Any]]:
    for config in apps.get_app_configs():
        if Path(config.path).is_relative_to(settings.BASE_DIR) and (
            Path(config.path, f"{name}.py").exists()
        ):
            yield config.label, importlib.import_module(f"{config.name}.{name}")


def _is_own(value: type, module: Any) -> bool:
    return value.__module__ == module.__name__ and isinstance(getattr(value, "name", None), str)


def _sentence(event: type[Event]) -> str:
    # A dataclass without a docstring gets its signature as one; that says nothing new.
    text = inspect.getdoc(event) or ""
    return "" if text.startswith(f"{event.__name__}(") else text
