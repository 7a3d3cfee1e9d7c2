"""How a call of a JSON provider finds its function, and what the function gets and may raise."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote

from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.wire import Tree, WireRequest, unfolded
from shared_apps.gateways.sandbox.world import World


class Refusal(Exception):
    """An answer that is not yes. Whatever the call had done is undone."""

    def __init__(self, status: int, body: Body) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True)
class Call:
    """One call: whose account it is about, with what. `params` is the JSON of the body or the query.

    A body that is a list is under `list`.
    """

    world: World
    scope: str
    params: Tree
    ids: tuple[str, ...]
    headers: Mapping[str, str]

    def text(self, name: str) -> str:
        """A parameter as text, empty when it is not there."""
        value = self.params.get(name)
        return "" if value is None else str(value)

    def tree(self, name: str) -> Tree:
        value = self.params.get(name)
        return value if isinstance(value, dict) else {}

    def found(self, object_id: str, kind: str) -> Stored | None:
        """An object of this account, if it has one of this id and kind."""
        stored = self.world.find(object_id)
        is_theirs = stored is not None and stored.kind == kind and stored.scope == self.scope
        return stored if is_theirs else None


Handler = Callable[[Call], Any]
H = TypeVar("H", bound=Handler)


class Routes:
    """The calls one provider serves."""

    def __init__(self) -> None:
        self._served: list[tuple[str, re.Pattern[str], Handler]] = []

    def serves(self, method: str, pattern: str) -> Callable[[H], H]:
        """Serve `method` on `pattern`, in which `{}` stands for an id."""
        expression = re.compile(re.escape(pattern).replace(r"\{\}", r"([^/]+)") + r"\Z")

        def added(handler: H) -> H:
            self._served.append((method, expression, handler))
            return handler

        return added

    def answered(self, request: WireRequest, world: World, scope: str) -> Any:
        """Run the function that serves the request; LookupError when none does."""
        for method, expression, handler in self._served:
            match = expression.match(request.path)
            if method == request.method and match:
                ids = tuple(unquote(text) for text in match.groups())
                is_query = request.method in {"GET", "DELETE"}
                params = unfolded(request.query) if is_query else _read(request)
                return handler(Call(world, scope, params, ids, request.headers))
        raise LookupError(f"{request.method} {request.path}")


def _read(request: WireRequest) -> Tree:
    if not request.body.lstrip().startswith(b"["):
        return request.json
    try:
        return {"list": json.loads(request.body)}
    except ValueError:
        return {}


def bearer_of(request: WireRequest) -> str:
    """The key of the Authorization header, or empty."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def account_of(key: str) -> str:
    """The account a key opens: every key opens its own, empty at first."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def shown(body: Body) -> Body:
    """An object without what only the sandbox knows about it."""
    return {name: value for name, value in body.items() if not name.startswith("_")}


def next_number(world: World) -> int:
    """Ids that are numbers, growing."""
    counter = world.find("numbers")
    number = int(counter.body["latest"] if counter else 4_100_000_000) + 1
    world.put("", "counter", {"id": "numbers", "latest": number})
    return number
