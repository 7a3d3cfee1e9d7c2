"""Requests and replies as they cross the wire."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

Tree = dict[str, Any]
_SEGMENTS = re.compile(r"[^\[\]]+|\[\]")


@dataclass(frozen=True)
class WireRequest:
    """One request; header names are in lower case, `path` is without the provider's prefix."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def params(self) -> Tree:
        """The form of a POST or the query of anything else, `a[b][0]` unfolded into a tree."""
        text = self.body.decode("utf-8") if self.method == "POST" else self.query
        return unfolded(text)

    @cached_property
    def json(self) -> Tree:
        """The JSON object of the body, empty when it is not one."""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True)
class WireReply:
    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def json_reply(status: int, value: Any, **headers: str) -> WireReply:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return WireReply(status, json.dumps(value).encode(), headers=named)


def unfolded(text: str) -> Tree:
    """`a[b]=1&c[0]=x&d[]=y` as `{"a": {"b": "1"}, "c": ["x"], "d": ["y"]}`; values stay text."""
    root: Tree = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        *outer, last = _SEGMENTS.findall(name) or [name]
        place = root
        for segment in outer:
            inner = place.setdefault(_slot(place, segment), {})
            if not isinstance(inner, dict):
                break
            place = inner
        place[_slot(place, last)] = value
    return {name: _listed(value) for name, value in root.items()}


def _slot(place: Tree, segment: str) -> str:
    return str(len(place)) if segment == "[]" else segment


def _listed(value: Any) -> Any:
    """Objects whose keys are all numbers become lists."""
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(item) for name, item in value.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
