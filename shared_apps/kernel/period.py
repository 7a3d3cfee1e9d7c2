"""Half-open stretches of time or of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from shared_apps.kernel.errors import Unprocessable

Moment = TypeVar("Moment", date, datetime)


class EmptyPeriod(Unprocessable):
    code, title = "empty_period", "A period ends after it starts"


@dataclass(frozen=True, slots=True)
class Period(Generic[Moment]):
    """From `start` up to, not including, `end`."""

    start: Moment
    end: Moment

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise EmptyPeriod(f"{self.end} is not after {self.start}")

    def __contains__(self, moment: Moment) -> bool:
        return self.start <= moment < self.end

    def overlaps(self, other: Period[Moment]) -> bool:
        return self.start < other.end and other.start < self.end
