"""Events are frozen facts of JSON values with a versioned, past-tense name of their own."""

from __future__ import annotations

import dataclasses
import importlib
import re
import typing

from shared_apps.kernel.events import Event
from tests.architecture.house import modules

NAME = re.compile(r"[a-z_]+\.[a-z_]+\.v\d+\Z")
PLAIN = {str, int, bool, type(None), float}


def _events() -> list[type[Event]]:
    found = []
    for module, _ in modules():
        if module.endswith(".events") and not module.startswith("shared_apps.kernel"):
            for value in vars(importlib.import_module(module)).values():
                if isinstance(value, type) and issubclass(value, Event) and value is not Event:
                    found.append(value)
    return list(dict.fromkeys(found))


def _is_plain(hint: object) -> bool:
    origin = typing.get_origin(hint)
    if origin is None:
        return hint in PLAIN
    if origin is typing.ClassVar:
        return True
    return all(_is_plain(part) or part is Ellipsis for part in typing.get_args(hint))


def test_names_are_versioned_and_unique():
    names = [event.name for event in _events()]

    assert [name for name in names if not NAME.match(name)] == []
    assert len(names) == len(set(names))


def test_fields_are_json_values():
    odd = [
        f"{event.__name__}.{field}"
        for event in _events()
        for field, hint in typing.get_type_hints(event).items()
        if not _is_plain(hint)
    ]

    assert odd == []


def test_events_are_frozen_and_slotted():
    loose = [
        event.__name__
        for event in _events()
        if not (dataclasses.is_dataclass(event) and event.__dataclass_params__.frozen)
    ]

    assert loose == []
