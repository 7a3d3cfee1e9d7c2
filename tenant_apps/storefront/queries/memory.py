"""What many visitors ask for within seconds, kept by the process for one tenant at a time.

Only for what everybody sees alike and may see a few seconds late: never prices in a cart, never stock
at checkout, nothing of a person.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from shared_apps.kernel.context import scope_key

Value = TypeVar("Value")
ENTRIES_MAX = 512
_kept: OrderedDict[tuple[Hashable, ...], tuple[float, Any]] = OrderedDict()
_lock = Lock()


def remembered(key: tuple[Hashable, ...], seconds: float, ask: Callable[[], Value]) -> Value:
    """What `ask` answered for this tenant less than `seconds` ago, else what it answers now."""
    place, moment = (scope_key(), *key), time.monotonic()
    with _lock:
        until, value = _kept.get(place, (0.0, None))
    if until > moment:
        kept: Value = value
        return kept
    fresh = ask()
    with _lock:
        _kept[place] = (moment + seconds, fresh)
        _kept.move_to_end(place)
        while len(_kept) > ENTRIES_MAX:
            _kept.popitem(last=False)
    return fresh


def forget_all() -> None:
    """Start anew, as a fresh process does."""
    with _lock:
        _kept.clear()
