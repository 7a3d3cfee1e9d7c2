"""Sends every actor's proof to a host with Alpha's ids, and says what should not have come back."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from shared_apps.kernel.context import Scope, bound
from shared_apps.kernel.valkey import client as valkey
from tests.isolation.planted import Planted
from tests.isolation.routes import path_of
from tests.isolation.rows import Row
from tests.isolation.statements import StatementWatch

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
UNKNOWN_HERE = frozenset({404, 405})
NOT_LET_IN = frozenset({401, 403})
_KEY = re.compile(r"\{(?:t_[a-z0-9_]+|platform)\}:")


@dataclass(frozen=True)
class Actor:
    """Somebody with a proof: whose it is, which role it is for, and how it is sent."""

    name: str
    of: str
    role: str = ""
    cookies: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def actors(alpha: Planted, beta: Planted) -> list[Actor]:
    guest = alpha.cookies["guest"]["guest"]
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {alpha.access['operator']}"}
    return [
        Actor("anonymous", "nobody"),
        *[Actor(f"alpha's {role}", "alpha", role, cookies) for role, cookies in _jars(alpha)],
        Actor("alpha's operator by token", "alpha", "operator", {}, bearer),
        Actor(
            "alpha's refresh token",
            "alpha",
            "",
            {},
            {"HTTP_AUTHORIZATION": f"Bearer {alpha.refresh}"},
        ),
        Actor("alpha's guest by header", "alpha", "guest", {}, {"HTTP_X_CART_TOKEN": guest}),
        *[Actor(f"beta's {role}", "beta", role, cookies) for role, cookies in _jars(beta)],
        Actor(
            "beta's operator by token",
            "beta",
            "operator",
            {},
            {"HTTP_AUTHORIZATION": f"Bearer {beta.access['operator']}"},
        ),
    ]


def _jars(world: Planted) -> Iterator[tuple[str, Mapping[str, str]]]:
    yield from world.cookies.items()


@dataclass
class Findings:
    """What was sent, what came back, and what was wrong with it."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Matrix:
    """The requests of one host, each undone before the next."""

    def __init__(self, *, host: str, scope: Scope, alpha: Planted, beta: Planted) -> None:
        self.host, self.scope, self.alpha, self.beta = host, scope, alpha, beta
        self.found = Findings()
        self.watch = StatementWatch(scope)

    def run(self, row: Row, actor: Actor) -> None:
        for method in METHODS:
            self._judge(row, actor, method, self.send(row, actor, method))

    def send(self, row: Row, actor: Actor, method: str) -> Any:
        """One request, rolled back; a rate limit is lifted once."""
        answer = self._ask(row, actor, method)
        if answer.status_code == 429:
            self._look_at_valkey(f"{method} {row.pattern} as {actor.name}")
            with bound(self.scope):
                cache.clear()
            answer = self._ask(row, actor, method)
        return answer

    def _ask(self, row: Row, actor: Actor, method: str) -> Any:
        client = Client(HTTP_HOST=self.host, raise_request_exception=False, **actor.headers)
        for name, value in actor.cookies.items():
            client.cookies[name] = value
        ids = self.alpha.ids
        values = {name: ids[key] for name, key in row.ids.items()} | dict(row.fixed)
        path = path_of(row.pattern, values)
        body, kind = _body(row, self.alpha)
        self.found.requests += 1
        with bound(None), self.watch.watching(), undone():
            if method == "GET":
                return client.get(path, {"payment": ids["payment"], "q": "bowl", "state": ""})
            return client.generic(method, path, body, content_type=kind)

    def _judge(self, row: Row, actor: Actor, method: str, answer: Any) -> None:
        status = answer.status_code
        self.found.statuses[status] += 1
        where = f"{method} {row.pattern or '/'} on {self.host} as {actor.name}: {status}"
        if status >= 500 and not _is_announced(answer):
            self.found.wrong.append(
                f"{where}, a defect: {answer.exc_info and answer.exc_info[1]!r}"
            )
        said = _everything(answer) + _mails()
        if leaked := self.alpha.any_mark.search(said):
            self.found.wrong.append(f"{where}, shows {leaked[0]}")
        if actor.of != "beta" and (leaked := self.beta.private_mark.search(said)):
            self.found.wrong.append(f"{where}, shows {leaked[0]}")
        if row.ids and not self._is_unknown(row, actor, answer):
            self.found.wrong.append(f"{where}, but these ids are of another tenant")
        if actor.of == "nobody" and method == "GET" and status != row.anonymous:
            self.found.wrong.append(f"{where}, the row says {row.anonymous}")
        if not answer.headers.get("X-Request-Id"):
            self.found.wrong.append(f"{where}, without X-Request-Id")
        if path_is_api(row) and status >= 400 and not _is_problem(answer):
            self.found.wrong.append(f"{where}, not as problem+json")

    def _is_unknown(self, row: Row, actor: Actor, answer: Any) -> bool:
        """Unknown here, or not let in; whoever may look at home must be told "unknown"."""
        status = answer.status_code
        if status in UNKNOWN_HERE | row.also:
            return True
        if actor.of == "beta" and row.shown_to and actor.role == row.shown_to:
            return False
        return status in NOT_LET_IN or _leads_to_sign_in(answer)

    def _look_at_valkey(self, after: str) -> None:
        for key in valkey().scan_iter("*"):
            if not _KEY.match(key):
                self.found.wrong.append(f"after {after}: the key {key!r} belongs to nobody")
            if self.alpha.any_mark.search(key):
                self.found.wrong.append(f"after {after}: the key {key!r} names Alpha's things")

    def finish(self) -> None:
        self._look_at_valkey("all")


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is gone afterwards; as in Django's own test cases."""
    whole = transaction.atomic()
    whole._from_testcase = True
    connection.settings_dict["GALLERIA_WORLD"] = True
    try:
        with whole:
            yield
            transaction.set_rollback(True)
    finally:
        connection.settings_dict["GALLERIA_WORLD"] = False


class Listening(logging.Handler):
    """Every log line of a run, as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage() + repr(getattr(record, "exc_info", "") or ""))


def path_is_api(row: Row) -> bool:
    return row.pattern.startswith("api/v1/")


def _body(row: Row, alpha: Planted) -> tuple[Any, str]:
    """Alpha's ids under every name that some form or serializer reads."""
    ids = alpha.ids
    fields = {
        "variant": ids["variant"],
        "quantity": "1",
        "refresh": alpha.refresh,
        "access": alpha.access["operator"],
        "order": ids["order"],
        "product": ids["product"],
        "category": ids["category"],
        "parent": ids["category"],
        "vendor": ids["vendor"],
        "partner": ids["vendor"],
        "rule": ids["rule"],
        "target": ids["product"],
        "user": ids["member"],
        "reason": "because",
        "note": "because",
        "title": "Bowl",
        "name": "Bowl",
        "email": "somebody@example.com",
        "on_hand": "5",
        "role": "operator",
    }
    if path_is_api(row):
        return json.dumps(fields), "application/json"
    return urlencode(fields), "application/x-www-form-urlencoded"


def _everything(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    heads = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    return f"{heads}\n{answer.cookies.output()}\n{body.decode('utf-8', 'replace')}"


def _mails() -> str:
    sent = "\n".join(f"{each.to} {each.subject} {each.body}" for each in mail.outbox)
    mail.outbox.clear()
    return sent


def _is_problem(answer: Any) -> bool:
    return bool(answer.headers.get("Content-Type", "").startswith("application/problem+json"))


def _is_announced(answer: Any) -> bool:
    """A service that is away is said so (503 as a problem); anything else is a defect."""
    return answer.status_code == 503 and _is_problem(answer)


def _leads_to_sign_in(answer: Any) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith("/account/login/")
