"""The demo's pictures: drawn by other processes while this one writes rows."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType
from typing import Self

from config.demo.art import products, render

PROCESSES = 2


class Studio:
    """Draws each picture once, however many marketplaces show it."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn"))
        self._drawn: dict[str, Future[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def order(self, names: Iterable[str]) -> None:
        """Begin to draw, in this order."""
        for name in names:
            if name not in self._drawn:
                self._drawn[name] = self._pool.submit(draw, name)

    def picture(self, name: str) -> bytes:
        """The picture as an upload would bring it; waits until it is drawn."""
        self.order([name])
        return self._drawn[name].result()


def draw(name: str) -> bytes:
    """`vase:3`: the vase with the colours of seed 3, as JPEG."""
    thing, _, seed = name.partition(":")
    return render.original(products.draw(thing, seed=int(seed)))
