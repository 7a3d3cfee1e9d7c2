"""A connection for the Stripe library that lets nothing through unjudged.

Use it round anything that pays: `with use_transport(JudgedTransport()): ...`. A request that either judge
refuses fails the test before it leaves; an answer with a field that Stripe's objects do not have fails it
too, when the answer is the sandbox's.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import stripe
from stripe._object_classes import get_object_class

from shared_apps.gateways.sandbox.wire import unfolded
from tests.shared_apps.gateways import openapi, typed_params


class JudgementError(AssertionError):
    """What went over the wire is not Stripe's format."""


class JudgedTransport(stripe.RequestsClient):
    """The library's own client, with judges at the door. `seen` keeps (method, path, parameters)."""

    def __init__(self) -> None:
        super().__init__(timeout=15)
        self.seen: list[tuple[str, str, dict[str, Any]]] = []

    def request(
        self, method: str, url: str, headers: Any, post_data: Any = None, **options: Any
    ) -> Any:
        parts = urlsplit(url)
        path = parts.path[parts.path.index("/v1/") :]
        if isinstance(post_data, bytes):
            post_data = post_data.decode()
        tree = unfolded((post_data or "") if method == "post" else parts.query)
        self.seen.append((method, path, tree))
        judge_request(method, path, tree)
        body, status, answered = super().request(method, url, headers, post_data, **options)
        if status == 200:
            judge_answer(json.loads(body), path)
        return body, status, answered


def judge_request(method: str, path: str, tree: dict[str, Any]) -> None:
    found = {
        "types": typed_params.complaints(method, path, tree),
        "description": openapi.complaints(method, path, tree),
    }
    if any(found.values()):
        raise JudgementError(f"{method} {path}: {found}")


def judge_answer(body: Any, place: str) -> None:
    """Every object in an answer has only fields that the library's class of it knows."""
    if isinstance(body, list):
        for item in body:
            judge_answer(item, place)
    if not isinstance(body, dict):
        return
    kind = body.get("object")
    if isinstance(kind, str) and kind != "list" and not body.get("deleted"):
        known = annotated(get_object_class("V1", kind))
        if strange := set(body) - known:
            raise JudgementError(f"{place}: {kind} has no {sorted(strange)}")
    for name, value in body.items():
        judge_answer(value, f"{place}.{name}")


def annotated(cls: type) -> set[str]:
    return {name for each in cls.__mro__ for name in getattr(each, "__annotations__", {})}
