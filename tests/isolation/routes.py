"""Every route of a surface, from the URL resolver itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from config.settings.base import GALLERIA_URLCONFS

_CONVERTER = re.compile(r"<(?:\w+:)?(?P<name>\w+)>")
_GROUP = re.compile(r"\(\?P<(?P<name>\w+)>")


@dataclass(frozen=True, slots=True)
class Route:
    """One pattern of one surface, as written in the URL maps, prefixes included."""

    surface: str
    pattern: str
    view: Any


def routes_of(surface: str) -> list[Route]:
    """The surface's routes in order; a pattern written twice counts once, as Django serves it."""
    found: dict[str, Route] = {}
    for pattern, view in _walk(get_resolver(GALLERIA_URLCONFS[surface]).url_patterns, ""):
        found.setdefault(pattern, Route(surface, pattern, view))
    return list(found.values())


def all_routes() -> list[Route]:
    return [route for surface in GALLERIA_URLCONFS for route in routes_of(surface)]


def _walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for each in patterns:
        written = f"{prefix}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from _walk(each.url_patterns, written)
        elif isinstance(each, URLPattern):
            yield written, each.callback


def path_of(pattern: str, values: Mapping[str, str]) -> str:
    """The address of a pattern with its arguments filled; raises KeyError for one left out."""
    written = pattern.replace("^", "").replace("$", "").replace("\\.", ".")
    plain = _CONVERTER.sub(lambda found: values[found["name"]], _without_groups(written, values))
    return f"/{plain}"


def arguments_of(pattern: str) -> set[str]:
    return {found["name"] for found in _CONVERTER.finditer(pattern)} | {
        found["name"] for found in _GROUP.finditer(pattern)
    }


def _without_groups(written: str, values: Mapping[str, str]) -> str:
    while found := _GROUP.search(written):
        depth, end = 1, found.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(written[end], 0)
            end += 1
        written = written[: found.start()] + values[found["name"]] + written[end:]
    return written
