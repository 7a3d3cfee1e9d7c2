"""What many visitors ask for within seconds, kept by the process for one tenant at a time.

Only for what everybody sees alike and may see SECONDS late: never prices in a cart, never stock at checkout,
nothing of a person. Whoever is signed in asks afresh, so that vendors and operators see their own changes at once.
What is not found is not kept.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from django.utils.translation import get_language

from shared_apps.kernel.context import scope_key

Value = TypeVar("Value")
SECONDS = 5.0
ENTRIES_MAX = 512
_kept: OrderedDict[tuple[Hashable, ...], tuple[float, Any]] = OrderedDict()
_lock = Lock()


def remembered(key: tuple[Hashable, ...], ask: Callable[[], Value], *, fresh: bool) -> Value:
    """What `ask` answered for this tenant and language less than SECONDS ago, else what it answers now."""
    place, moment = (scope_key(), get_language(), *key), time.monotonic()
    with _lock:
        until, value = _kept.get(place, (0.0, None))
    if until > moment and not fresh:
        kept: Value = value
        return kept
    answer = ask()
    with _lock:
        _kept[place] = (moment + SECONDS, answer)
        _kept.move_to_end(place)
        while len(_kept) > ENTRIES_MAX:
            _kept.popitem(last=False)
    return answer


def forget_all() -> None:
    """Start anew, as a fresh process does."""
    with _lock:
        _kept.clear()
