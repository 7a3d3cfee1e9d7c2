"""The rails of the back offices: every room adds its own entries from its `apps.ready`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.functional import Promise

Surface = Literal["manage", "partner", "console", "account"]
GROUP_ORDER: tuple[str, ...] = ("", "sell", "people", "money", "design", "platform", "settings")


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of a rail. `group` is one of GROUP_ORDER, `label` a lazy translation, `icon` a Lucide name.

    `module` hides the entry when the tenant lacks that module; `count` may give a number for the request to show beside it.
    """

    surface: Surface
    label: str | Promise
    url: str
    icon: str
    group: str = ""
    order: int = 50
    module: str = ""
    count: Callable[[Any], int] | None = None


_items: dict[str, list[NavItem]] = defaultdict(list)


def register_nav_item(item: NavItem) -> None:
    """Add an entry; the same address again replaces the former entry."""
    kept = [existing for existing in _items[item.surface] if existing.url != item.url]
    _items[item.surface] = sorted(
        [*kept, item], key=lambda entry: (_rank(entry.group), entry.order)
    )


def _rank(group: str) -> int:
    return GROUP_ORDER.index(group)


def nav_items(surface: str, *, modules: Collection[str] | None = None) -> list[NavItem]:
    """The entries of a surface in order of group and place; `modules` None shows all."""
    return [
        item
        for item in _items.get(surface, ())
        if not item.module or modules is None or item.module in modules
    ]


def current_url(items: Collection[NavItem], path: str) -> str:
    """The entry a path belongs to: the longest address it starts with."""
    return max((i.url for i in items if path.startswith(i.url)), key=len, default="")
