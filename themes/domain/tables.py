"""A table as data: the component `components/table.html` draws it, dense on a desk, as cards on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from django.utils.functional import Promise

from shared_apps.kernel.money import Money
from themes.domain.pictures import Picture

Tone = Literal["", "neutral", "ok", "warn", "bad"]
Text = str | Promise


@dataclass(frozen=True, slots=True)
class Column:
    """`end` aligns numbers to the end of the line."""

    label: Text
    end: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One value. Money, dates and numbers are written in the reader's locale.

    `url` makes it a link, `tone` a badge of that colour, `note` a quieter second line.
    """

    value: Text | int | Money | date | datetime | None = ""
    url: str = ""
    tone: Tone = ""
    note: Text = ""
    picture: Picture | None = None

    @property
    def kind(self) -> str:
        """Which way of writing the value needs."""
        for kind, classes in (("money", Money), ("datetime", datetime), ("date", date)):
            if isinstance(self.value, classes):
                return kind
        return "number" if isinstance(self.value, int) else "text"


@dataclass(frozen=True, slots=True)
class Row:
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """`caption` is read aloud and hidden from view."""

    caption: Text
    columns: Sequence[Column]
    rows: Sequence[Row] = field(default_factory=tuple)

    @property
    def lines(self) -> list[list[tuple[Column, Cell]]]:
        """Each row's cells with the column they stand in."""
        return [list(zip(self.columns, row.cells, strict=True)) for row in self.rows]
