"""Keyset pages: a list is continued after its last row, whatever was added meanwhile."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from shared_apps.kernel.errors import Unprocessable

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")
LIMIT_MAX = 100


class BadCursor(Unprocessable):
    code, title = "bad_cursor", "This cursor is not one of ours; start again without it"


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items of a list with the cursors that lead on and back ("" = no more)."""

    items: list[Item]
    next_cursor: str = ""
    prev_cursor: str = ""


def page_of(
    rows: QuerySet[Row],
    *,
    cursor: str = "",
    limit: int = 25,
    order: Sequence[str] = ("-created_at", "-id"),
) -> Page[Row]:
    """One page of a queryset in the given order, whose last key must be unique.

    Costs one query. Raises BadCursor.
    """
    limit = max(1, min(limit, LIMIT_MAX))
    keys = list(order)
    backwards, values = _read(cursor, len(keys)) if cursor else (False, None)
    direction = [_flip(key) for key in keys] if backwards else keys
    if values is not None:
        rows = rows.filter(_after(direction, values))
    try:
        found = list(rows.order_by(*direction)[: limit + 1])
    except (ValueError, TypeError) as error:
        raise BadCursor from error
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    has_next, has_prev = (bool(cursor), more) if backwards else (more, bool(cursor))
    return Page(
        items=found,
        next_cursor=_write(found[-1], keys, backwards=False) if has_next and found else "",
        prev_cursor=_write(found[0], keys, backwards=True) if has_prev and found else "",
    )


def first_page(found: Sequence[Row], *, limit: int, order: Sequence[str]) -> Page[Row]:
    """Rule: the first page, of the first `limit` rows in that order and one more that says whether it goes on."""
    items = list(found[:limit])
    more = len(found) > limit
    return Page(items, _write(items[-1], order, backwards=False) if more else "")


def _flip(key: str) -> str:
    return key[1:] if key.startswith("-") else f"-{key}"


def _after(order: Sequence[str], values: Sequence[Any]) -> Q:
    condition = Q()
    for index in reversed(range(len(order))):
        name, side = order[index].lstrip("-"), "lt" if order[index].startswith("-") else "gt"
        ahead = Q(**{f"{name}__{side}": values[index]})
        condition = ahead | (Q(**{name: values[index]}) & condition) if condition else ahead
    return condition


def _write(row: Model, order: Sequence[str], *, backwards: bool) -> str:
    values = [_plain(getattr(row, key.lstrip("-"))) for key in order]
    packed = json.dumps([int(backwards), *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _read(cursor: str, length: int) -> tuple[bool, list[Any]]:
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        backwards, *values = json.loads(packed)
    except (ValueError, TypeError) as error:
        raise BadCursor from error
    if backwards not in (0, 1) or len(values) != length:
        raise BadCursor
    return bool(backwards), values
