"""Driving a web process over loopback, and what it and the database spend on it."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median

import psutil

from config.embedded.ports import LOOPBACK

CONNECTIONS = 4


class Browser:
    """Keep-alive connections taken in turn, so that every worker gets its share."""

    def __init__(self, port: int, host: str) -> None:
        self._host = host
        self._connections = [
            http.client.HTTPConnection(LOOPBACK, port, timeout=30) for _ in range(CONNECTIONS)
        ]
        self._turn = 0

    def get(self, path: str) -> bytes:
        """The body of a page that has to answer 200."""
        status, _, body = self.send("GET", path)
        if status != http.HTTPStatus.OK:
            raise RuntimeError(f"{path} answered {status}")
        return body

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        self._turn = (self._turn + 1) % CONNECTIONS
        connection = self._connections[self._turn]
        connection.request(method, path, body, {"Host": self._host, **(headers or {})})
        response = connection.getresponse()
        return response.status, response.headers, response.read()


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds of process trees so far, threads and ended children included."""

    seconds: float

    @classmethod
    def by(cls, roots: Iterable[psutil.Process]) -> Spent:
        return cls(sum(_tree_seconds(root) for root in roots))


def _tree_seconds(root: psutil.Process) -> float:
    total = 0.0
    for process in (root, *root.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    own = root.cpu_times()
    return total + own.children_user + own.children_system


def cpu_ms(
    roots: Iterable[psutil.Process], ask: Callable[[int], object], *, times: int, rounds: int
) -> float:
    """The median over rounds of CPU milliseconds for one `ask`."""
    roots = list(roots)
    found = []
    for turn in range(rounds):
        before = Spent.by(roots).seconds
        for number in range(times):
            ask(turn * times + number)
        found.append((Spent.by(roots).seconds - before) * 1000 / times)
    return median(found)


@dataclass(frozen=True, slots=True)
class Memory:
    """Of the biggest worker, in MiB: resident, proportional and its own alone."""

    rss: float
    pss: float
    uss: float


def memory_of_workers(root: psutil.Process) -> Memory:
    worst = max(
        (child.memory_full_info() for child in root.children()), key=lambda found: found.rss
    )
    return Memory(*(round(part / 2**20, 1) for part in (worst.rss, worst.pss, worst.uss)))
