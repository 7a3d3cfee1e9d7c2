"""A chart as data: `components/chart.html` draws it as SVG of attributes only, with the same figures as a table.

The drawing stretches with the page, so it holds no text: the scale and the labels stand beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.utils.functional import Promise

from shared_apps.kernel.money import Money
from themes.domain.tables import Cell, Column, Row, Table

Text = str | Promise
Kind = Literal["bars", "line"]
Tone = Literal["brand", "accent", "soft", "bad"]
SLOT, HEIGHT = 10, 100
TICKS = 4
LABELS_MAX = 8
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Series:
    """One quantity over the slots. Bars of several series stand on each other."""

    name: Text
    values: Sequence[int]
    tone: Tone = "brand"


@dataclass(frozen=True, slots=True)
class Bar:
    x: str
    y: str
    width: str
    height: str
    tone: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of the axis: where the pointer finds it, and what it says there.

    `shown` is written below it, unless it `is_spare` and there is little room.
    """

    x: int
    label: str
    shown: str
    is_spare: bool
    figures: Sequence[tuple[Text, Money | int]]
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Chart:
    """`labels` name the slots, `currency` makes the values money (minor units)."""

    caption: Text
    labels: Sequence[str]
    series: Sequence[Series]
    currency: str = ""
    kind: Kind = "bars"
    first_column: Text = ""
    id: str = "chart"
    scale: tuple[int, int, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", scale_of(*self._extent()))

    @property
    def is_empty(self) -> bool:
        return not any(value for each in self.series for value in each.values)

    @property
    def width(self) -> int:
        return SLOT * len(self.labels)

    @property
    def height(self) -> int:
        return HEIGHT

    @property
    def ticks(self) -> list[Money | int]:
        """The scale from above, evenly spaced."""
        low, high, step = self.scale
        return [self._worded(value) for value in range(high, low - 1, -step)]

    @property
    def lines(self) -> list[str]:
        """Where the lines of the scale run."""
        low, high, step = self.scale
        return [_number(self._y(value)) for value in range(high, low - 1, -step)]

    @property
    def base(self) -> str:
        """Where nothing is."""
        return _number(self._y(0))

    @property
    def slots(self) -> list[Slot]:
        each = max(1, -(-len(self.labels) // LABELS_MAX))
        return [
            Slot(
                x=place * SLOT,
                label=label,
                shown=label if place % each == 0 else "",
                is_spare=place % (2 * each) != 0,
                figures=[(row.name, self._worded(row.values[place])) for row in self.series],
                bars=self._bars(place) if self.kind == "bars" else (),
            )
            for place, label in enumerate(self.labels)
        ]

    @property
    def curves(self) -> list[dict[str, str]]:
        """Each series of a line chart: its points, and the area below it."""
        if self.kind != "line":
            return []
        found = []
        for row in self.series:
            points = [
                f"{place * SLOT + SLOT // 2},{_number(self._y(value))}"
                for place, value in enumerate(row.values)
            ]
            ends = (f"{SLOT // 2},{self.base}", f"{self.width - SLOT // 2},{self.base}")
            found.append(
                {
                    "tone": row.tone,
                    "points": " ".join(points),
                    "area": " ".join([ends[0], *points, ends[1]]),
                }
            )
        return found

    @property
    def table(self) -> Table:
        """The same figures to read."""
        columns = [Column(self.first_column), *(Column(row.name, end=True) for row in self.series)]
        rows = [
            Row(
                [
                    Cell(label),
                    *(Cell(self._worded(row.values[place])) for row in self.series),
                ]
            )
            for place, label in enumerate(self.labels)
        ]
        return Table(self.caption, columns, rows)

    def _extent(self) -> tuple[int, int]:
        if self.kind == "line":
            values = [value for row in self.series for value in row.values]
            return min(values, default=0), max(values, default=0)
        stacks = list(zip(*(row.values for row in self.series), strict=True))
        above = [sum(value for value in stack if value > 0) for stack in stacks]
        below = [sum(value for value in stack if value < 0) for stack in stacks]
        return min(below, default=0), max(above, default=0)

    def _worded(self, value: int) -> Money | int:
        return Money(value, self.currency) if self.currency else value

    def _y(self, value: float) -> float:
        low, high, _ = self.scale
        return HEIGHT * (high - value) / (high - low)

    def _bars(self, place: int) -> list[Bar]:
        gap = 1 if len(self.labels) > 31 else 2
        above = below = 0
        bars = []
        for row in self.series:
            value = row.values[place]
            if not value:
                continue
            start = above if value > 0 else below
            top, bottom = self._y(max(start, start + value)), self._y(min(start, start + value))
            above, below = above + max(value, 0), below + min(value, 0)
            bars.append(
                Bar(
                    x=str(place * SLOT + gap),
                    y=_number(top),
                    width=str(SLOT - 2 * gap),
                    height=_number(bottom - top),
                    tone=row.tone,
                )
            )
        return bars


def scale_of(lowest: int, highest: int) -> tuple[int, int, int]:
    """Round ends that hold all values and nothing, and the step between lines (rule)."""
    low, high = min(lowest, 0), max(highest, 0)
    step = _step(max(1, -(-(high - low) // TICKS)))
    low, high = (low // step) * step, -(-high // step) * step
    return (low, high, step) if high > low else (0, TICKS * step, step)


def _step(at_least: int) -> int:
    power = 1
    while True:
        for factor in _STEPS:
            if factor * power >= at_least:
                return factor * power
        power *= 10


def _number(value: float) -> str:
    """Short and with a point, whatever the reader's locale."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
