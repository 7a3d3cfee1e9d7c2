"""Pages of a marketplace with 1,000 products: CPU of web and PostgreSQL, queries, memory; plain Django beside it.

What everybody sees alike is remembered for five seconds, so each kind is measured twice: as visitors find it
on a busy shop, which is what the bars are for (docs/decisions/0004), and asked anew, when every single request
is the first of its kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from config.bench.house import Bench, own_house, product_web, program, wait_until_answering
from config.bench.load import Browser, cpu_ms, memory_of_workers
from config.bench.results import Result
from config.embedded.ports import free_port
from config.supervisor.programs import ADMIN_VARIABLES, python

PRODUCTS, TIMES, ROUNDS, WARM_UP = 1000, 80, 5, 40
QUERIES_MAX, MEMORY_MAX_MIB = 8, 160
TARGETS = {
    "list of 24 HTML": 6.0,
    "list of 24 JSON": 3.5,
    "product detail HTML": 6.0,
    "search HTML": 8.0,
}


def run(*, keep: bool = False) -> list[Result]:
    """Every kind of page in turn, round by round, so that all meet the same neighbours."""
    with own_house("storefront", keep=keep) as bench:
        facts = bench.ask("config.bench.filling", str(PRODUCTS))
        with plain_web(bench) as (plain, port), product_web(bench) as web:
            found = measure(bench, facts, web, Browser(port, "plain.localhost"), plain)
            memory = memory_of_workers(web)
    # The workers are forked from one that has loaded everything: PSS counts what they share once.
    found.append(
        Result(
            "web worker memory after load, PSS",
            memory.pss,
            "MiB",
            1,
            target=f"<= {MEMORY_MAX_MIB}",
            met=memory.pss <= MEMORY_MAX_MIB,
        )
    )
    found.append(Result("web worker memory after load, RSS", memory.rss, "MiB", 1))
    found.append(Result("web worker memory after load, USS", memory.uss, "MiB", 1))
    return found


def measure(
    bench: Bench, facts: dict[str, Any], web: psutil.Process, plain_browser: Browser, plain: Any
) -> list[Result]:
    postgres, visitor = bench.postgres(), Browser(bench.ports.web, facts["host"])
    for path in facts["paths"].values():
        for number in range(WARM_UP):
            visitor.get(path.format(n=80_000 + number))
    for _ in range(WARM_UP):
        plain_browser.get("/products")
    amount = {"times": TIMES, "rounds": ROUNDS}
    reference = cpu_ms([plain, postgres], lambda _: plain_browser.get("/products"), **amount)
    results = [Result("plain Django JSON, 1 query", round(reference, 2), "CPU-ms", TIMES * ROUNDS)]
    for kind, path in facts["paths"].items():

        def ask(number: int, path: str = path) -> bytes:
            return visitor.get(path.format(n=100_000 + number))

        spent = cpu_ms([web, postgres], ask, **amount)
        results += _page(kind, spent, reference, facts["queries"][kind])
    return results


def _page(kind: str, spent: float, reference: float, queries: int) -> list[Result]:
    target = TARGETS.get(kind)
    return [
        Result(
            metric=kind,
            value=round(spent, 2),
            unit="CPU-ms",
            n=TIMES * ROUNDS,
            reference=round(reference, 2),
            ratio=round(spent / reference, 2),
            target=f"<= {target} CPU-ms web + PostgreSQL" if target else "",
            met=spent <= target if target else None,
        ),
        Result(
            metric=f"{kind}, queries",
            value=queries,
            unit="queries",
            n=1,
            target=f"<= {QUERIES_MAX}",
            met=queries <= QUERIES_MAX,
        ),
    ]


@contextmanager
def plain_web(bench: Bench) -> Iterator[tuple[psutil.Process, int]]:
    """The reference in the same server with the same numbers of workers and threads."""
    port = free_port()
    size = ("--workers", "2", "--threads", "4", "--worker-class", "gthread", "--keep-alive", "30")
    place = ("--bind", f"127.0.0.1:{port}", "--no-control-socket")
    command = python("-m", "gunicorn", *size, *place, "config.bench.plain:application")
    assert set(ADMIN_VARIABLES) & set(bench.environment)  # noqa: S101  (the reference owns its table)
    with program("plain", command, bench.environment, bench) as process:
        wait_until_answering(port, "/products")
        yield process, port
