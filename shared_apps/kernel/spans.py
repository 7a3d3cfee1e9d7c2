"""Stretches of calendar that people ask figures for, and the slots a chart divides them into (rules)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from typing import Literal

Step = Literal["day", "week", "month"]
_DAYS_BY_DAY, _DAYS_BY_WEEK = 45, 190
DAYS_MAX = 3660
# What pages offer: its length in days, counted back from today.
CHOICES = {"7d": 7, "30d": 30, "90d": 90, "365d": 365}
DEFAULT = "30d"


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days from `start` up to, without, `end`; `key` is the choice it came from, "" for dates."""

    start: date
    end: date
    key: str = ""

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)

    @property
    def step(self) -> Step:
        """How wide a slot is, so that a chart stays readable."""
        if self.days <= _DAYS_BY_DAY:
            return "day"
        return "week" if self.days <= _DAYS_BY_WEEK else "month"

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.start, time(), UTC)

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.end, time(), UTC)

    @property
    def before(self) -> Span:
        """The stretch of the same length just before, to compare with."""
        return Span(self.start - timedelta(days=self.days), self.start)

    @property
    def slots(self) -> list[date]:
        return list(_slots(self))

    @property
    def asked(self) -> str:
        """The same stretch as an address asks for it."""
        if self.key:
            return f"span={self.key}"
        return f"from={self.start.isoformat()}&to={self.last.isoformat()}"


def span_of(*, key: str = "", first: str = "", last: str = "", today: date) -> Span:
    """What was asked for: two dates if both make sense, else one of the choices, else 30 days."""
    dates = _dates(first, last)
    if dates is not None:
        return Span(dates[0], dates[1] + timedelta(days=1))
    chosen = key if key in CHOICES else DEFAULT
    end = today + timedelta(days=1)
    return Span(end - timedelta(days=CHOICES[chosen]), end, chosen)


def slot_start(day: date, step: Step) -> date:
    """The first day of the slot that a day falls in; weeks start on Monday."""
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step == "month" else day


def in_slots(span: Span, by_day: Mapping[date, int]) -> list[int]:
    """Amounts by day added up for each slot of a chart; days outside the span are left out."""
    sums = dict.fromkeys(span.slots, 0)
    for day, amount in by_day.items():
        if span.start <= day < span.end:
            sums[slot_start(day, span.step)] += amount
    return list(sums.values())


def _slots(span: Span) -> Iterator[date]:
    slot = slot_start(span.start, span.step)
    while slot < span.end:
        yield slot
        slot = _following(slot, span.step)


def _following(slot: date, step: Step) -> date:
    if step == "month":
        return (slot + timedelta(days=32)).replace(day=1)
    return slot + timedelta(days=7 if step == "week" else 1)


def _dates(first: str, last: str) -> tuple[date, date] | None:
    try:
        found = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None
    days = (found[1] - found[0]).days
    return found if 0 <= days < DAYS_MAX and found[0].year > 1 and found[1].year < MAXYEAR else None
