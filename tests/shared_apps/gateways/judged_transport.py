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

from shared_apps.gateways.sandbox.wire import unfolded
from tests.shared_apps.gateways import openapi, typed_answers, typed_params


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
    """An answer of the sandbox is what the library's classes say that Stripe answers."""
    if found := typed_answers.complaints(body, place):
        raise JudgementError(f"{place}: {found}")
