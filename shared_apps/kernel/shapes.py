"""The outer shape of API answers: lists with cursors, and only the fields asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared_apps.kernel.errors import Unprocessable


def listing(
    items: Iterable[Mapping[str, Any]],
    *,
    next_cursor: str = "",
    prev_cursor: str = "",
    fields: str = "",
    **meta: Any,
) -> dict[str, Any]:
    """`{data, meta: {next_cursor, prev_cursor, ...}}`; cursors are null where the list ends."""
    return {
        "data": [only(item, fields) for item in items],
        "meta": {"next_cursor": next_cursor or None, "prev_cursor": prev_cursor or None, **meta},
    }


def only(item: Mapping[str, Any], fields: str) -> dict[str, Any]:
    """The item with `id` and the comma-separated fields, or whole. Raises Unprocessable."""
    if not fields:
        return dict(item)
    wanted = {name.strip() for name in fields.split(",") if name.strip()}
    unknown = sorted(wanted - item.keys())
    if unknown:
        raise Unprocessable(errors={"fields": [f"No such field: {', '.join(unknown)}"]})
    return {name: value for name, value in item.items() if name in wanted or name == "id"}


def expansions(text: str, allowed: Sequence[str]) -> frozenset[str]:
    """The comma-separated `expand`. Raises Unprocessable for what cannot be expanded."""
    wanted = frozenset(name.strip() for name in text.split(",") if name.strip())
    unknown = sorted(wanted - set(allowed))
    if unknown:
        raise Unprocessable(errors={"expand": [f"Cannot expand: {', '.join(unknown)}"]})
    return wanted


def limit_of(text: str, default: int = 25) -> int:
    """`limit` as a number between 1 and 100. Raises Unprocessable."""
    if not text:
        return default
    if not (text.isdecimal() and len(text) < 4) or not 1 <= int(text) <= 100:
        raise Unprocessable(errors={"limit": ["Between 1 and 100"]})
    return int(text)
