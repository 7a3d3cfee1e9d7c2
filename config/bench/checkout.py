"""From an empty basket to a paid order: every request, the relay, the worker and PostgreSQL, with the real sandbox.

The gateway's own CPU is not ours and not counted. Programs that wait also cost a little: what the same processes
spend in the same time with nobody there is taken off.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.cookies import SimpleCookie
from statistics import median
from typing import Any
from urllib.parse import urlencode, urlsplit

import psutil

from config.bench.house import Bench, own_house, product_web, program
from config.bench.load import Spent
from config.bench.results import Result
from config.bench.storefront import PRODUCTS
from config.embedded.ports import LOOPBACK
from config.supervisor.programs import House, back_programs

ROUNDS, SHOPPERS = 5, 10
ADD_MAX, CHECKOUT_MAX = 10.0, 55.0
_BEHIND = ("sandbox", "worker", "relay")
_SHARES = ("the web", "the worker", "the relay", "PostgreSQL")
_QUIET_SECONDS, _SETTLED_WITHIN_SECONDS = 2.0, 60.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_ADDRESS = {
    "email": "guest@bench.example",
    "name": "Bench Guest",
    "line1": "1 High Street",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
}


def run(*, keep: bool = False) -> list[Result]:
    """Shoppers one after the other, in rounds."""
    with own_house("checkout", keep=keep) as bench:
        facts = bench.ask("config.bench.filling", str(PRODUCTS // 10))
        with product_web(bench) as web, programs_behind(bench) as behind:
            ours = [web, behind["worker"], behind["relay"], bench.postgres()]
            _round(bench, facts, ours)  # warm-up
            found = [_round(bench, facts, ours) for _ in range(ROUNDS)]
    count = ROUNDS * SHOPPERS
    adding, buying, *shares = (median(each) for each in zip(*found, strict=True))
    return [
        _result("add to cart", adding, count, ADD_MAX, "web + PostgreSQL"),
        _result("whole checkout", buying, count, CHECKOUT_MAX, "web + relay + worker + PostgreSQL"),
        *(
            Result(f"of it by {name}, idling included", round(share, 2), "CPU-ms", count)
            for name, share in zip(_SHARES, shares, strict=True)
        ),
    ]


def _result(metric: str, value: float, count: int, most: float, whose: str) -> Result:
    target = f"<= {most} CPU-ms {whose}"
    return Result(metric, round(value, 2), "CPU-ms", count, target=target, met=value <= most)


@contextmanager
def programs_behind(bench: Bench) -> Iterator[dict[str, psutil.Process]]:
    """The gateway's stand-in, the worker and the relay, as the supervisor starts them."""
    workspace = bench.workspace
    house = House(
        workspace.folder, workspace.caddyfile, "galleria.localhost", bench.ports, bench.environment
    )
    with ExitStack() as running:
        wanted = [each for each in back_programs(house) if each.name in _BEHIND]
        yield {
            each.name: running.enter_context(
                program(each.name, each.command, each.environment, bench)
            )
            for each in wanted
        }


def _round(
    bench: Bench, facts: dict[str, Any], ours: Sequence[psutil.Process]
) -> tuple[float, ...]:
    """CPU-ms of one addition, of one whole checkout, and of each program in it."""
    _settle(ours)
    idle_from, began = Spent.by(ours).seconds, time.monotonic()
    time.sleep(_QUIET_SECONDS)
    idle = (Spent.by(ours).seconds - idle_from) / (time.monotonic() - began)
    shoppers = [Shopper(bench, facts["host"]) for _ in range(SHOPPERS)]
    for shopper in shoppers:
        shopper.get("/p/piece-7/")
    before, began, at_front = Spent.by(ours).seconds, time.monotonic(), [ours[0], ours[-1]]
    front, each_before = Spent.by(at_front).seconds, [Spent.by([one]).seconds for one in ours]
    for shopper in shoppers:
        shopper.add(facts["variants"][0])
    adding = Spent.by(at_front).seconds - front
    for shopper in shoppers:
        shopper.buy()
    _settle(ours)
    whole = Spent.by(ours).seconds - before - idle * (time.monotonic() - began)
    shares = [Spent.by([one]).seconds - was for one, was in zip(ours, each_before, strict=True)]
    return tuple(each * 1000 / SHOPPERS for each in (adding, whole, *shares))


def _settle(ours: Sequence[psutil.Process]) -> None:
    """Wait until nobody works any more: a second that costs next to nothing."""
    until = time.monotonic() + _SETTLED_WITHIN_SECONDS
    while time.monotonic() < until:
        before = Spent.by(ours).seconds
        time.sleep(1.0)
        if Spent.by(ours).seconds - before < 0.05:
            return


class Shopper:
    """A guest without scripts: forms, cookies and the hosted page of the gateway."""

    def __init__(self, bench: Bench, host: str) -> None:
        self._host, self._ports = host, bench.ports
        self._web = http.client.HTTPConnection(LOOPBACK, bench.ports.web, timeout=60)
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> None:
        self._answer("GET", path, {}, expected=200)

    def add(self, variant: str) -> None:
        self._answer("POST", "/cart/lines/", {"variant": variant, "quantity": "1"}, expected=303)

    def buy(self) -> None:
        """Basket, address, payment at the gateway's page, and back to the order."""
        self.get("/cart/")
        self.get("/checkout/")
        there = self._answer("POST", "/checkout/", _ADDRESS, expected=303)
        back = urlsplit(self._pay(urlsplit(there).path))
        order = self._answer("GET", f"{back.path}?{back.query}", {}, expected=303)
        self.get(urlsplit(order).path)

    def _answer(self, method: str, path: str, fields: dict[str, str], *, expected: int) -> str:
        headers = {"Host": self._host, "Cookie": "; ".join(map("=".join, self._cookies.items()))}
        body = None
        if method == "POST":
            token = {"csrfmiddlewaretoken": self._cookies["csrftoken"]}
            body, headers = urlencode({**fields, **token}), {**headers, **_FORM}
        self._web.request(method, path, body, headers)
        response = self._web.getresponse()
        page = response.read()
        if response.status != expected:
            raise RuntimeError(f"{method} {path} answered {response.status}: {page[:300]!r}")
        for cookie in response.headers.get_all("Set-Cookie", ()):
            self._cookies |= {name: each.value for name, each in SimpleCookie(cookie).items()}
        return response.headers.get("Location", "")

    def _pay(self, path: str) -> str:
        gateway = http.client.HTTPConnection(LOOPBACK, self._ports.sandbox, timeout=60)
        gateway.request("POST", path, urlencode({"action": "pay", "card": "visa"}), _FORM)
        response = gateway.getresponse()
        response.read()
        gateway.close()
        if response.status != http.HTTPStatus.SEE_OTHER:
            raise RuntimeError(f"the gateway's page answered {response.status}")
        return response.headers["Location"]
