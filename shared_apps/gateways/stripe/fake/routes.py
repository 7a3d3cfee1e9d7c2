"""How a call finds its function, and what the function gets and may raise."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.wire import Tree
from shared_apps.gateways.sandbox.world import World

API_VERSION = "2026-10-28.endive"


class StripeSays(Exception):
    """An error answer. Whatever the call had done is undone."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        param: str = "",
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.error: Body = {"type": kind, "message": message}
        if code:
            self.error["code"] = code
        if param:
            self.error["param"] = param

    @property
    def body(self) -> Body:
        return {"error": self.error}


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply that is not 200 but whose effects stay, such as a declined card."""

    status: int
    body: Body


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API: on whose behalf (`scope`), under whose key (`platform`), with what."""

    world: World
    platform: str
    scope: str
    params: Tree
    ids: tuple[str, ...]
    idempotency_key: str

    def text(self, name: str, default: str | None = None) -> str:
        """A parameter as text; missing without a default is Stripe's error."""
        value = self.params.get(name)
        if isinstance(value, str) and value:
            return value
        if default is None:
            raise StripeSays(
                400, "parameter_missing", f"Missing required param: {name}.", param=name
            )
        return default

    def number(self, name: str, default: int | None = None) -> int:
        raw = self.text(name, None if default is None else str(default))
        return whole(raw, name)

    def amount(self, name: str = "amount", default: int | None = None) -> int:
        value = self.number(name, default)
        if value < 1:
            raise StripeSays(
                400,
                "parameter_invalid_integer",
                "This value must be greater than or equal to 1.",
                param=name,
            )
        return value

    def flag(self, name: str) -> bool:
        return self.params.get(name) == "true"

    def tree(self, name: str) -> Tree:
        value = self.params.get(name)
        return value if isinstance(value, dict) else {}

    def metadata(self) -> Tree:
        return {name: value for name, value in self.tree("metadata").items() if value != ""}

    def owned(self, object_id: str, kind: str, *, param: str = "id") -> Stored:
        """An object of this account, or Stripe's 404."""
        stored = self.world.find(object_id)
        is_theirs = stored is not None and stored.kind == kind and stored.scope == self.scope
        if stored is None or not is_theirs or stored.body.get("_is_gone"):
            raise StripeSays(404, "resource_missing", f"No such {kind}: '{object_id}'", param=param)
        return stored


def whole(raw: object, name: str) -> int:
    if not isinstance(raw, str) or not re.fullmatch(r"-?\d{1,15}", raw):
        raise StripeSays(400, "parameter_invalid_integer", f"Invalid integer: {raw}", param=name)
    return int(raw)


Handler = Callable[[Call], Any]
H = TypeVar("H", bound=Handler)
_ROUTES: list[tuple[str, re.Pattern[str], Handler]] = []


def route(method: str, pattern: str) -> Callable[[H], H]:
    """Serve `method` on `pattern`, in which `{}` stands for an id."""
    expression = re.compile(re.escape(pattern).replace(r"\{\}", r"([^/]+)") + r"\Z")

    def added(handler: H) -> H:
        _ROUTES.append((method, expression, handler))
        return handler

    return added


def found(method: str, path: str) -> tuple[Handler, tuple[str, ...]]:
    """The function for a request and the ids in its path, or Stripe's 404."""
    for served, expression, handler in _ROUTES:
        match = expression.match(path)
        if served == method and match:
            return handler, match.groups()
    raise StripeSays(404, "", f"Unrecognized request URL ({method}: {path}).")


def page_of(call: Call, rows: list[Stored], url: str) -> Body:
    """A list answer: `limit`, `starting_after`, newest first."""
    limit = min(max(call.number("limit", 10), 1), 100)
    after = call.text("starting_after", "")
    start = next((index + 1 for index, row in enumerate(rows) if row.id == after), 0)
    part = rows[start : start + limit]
    return {
        "object": "list",
        "url": url,
        "has_more": start + limit < len(rows),
        "data": [shown(row.body) for row in part],
    }


def shown(body: Body) -> Body:
    """An object without what only the sandbox knows about it."""
    return {name: value for name, value in body.items() if not name.startswith("_")}


def made(prefixed_id: str, kind: str, now: int, **fields: Any) -> Body:
    """The frame every object shares."""
    return {"id": prefixed_id, "object": kind, "created": now, "livemode": False, **fields}
