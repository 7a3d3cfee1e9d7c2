"""On which days partners are paid, and how much of what they have: pure rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from shared_apps.kernel.money import BASIS_POINTS, divide_half_up

# A Monday: fortnights are counted from here, the same for everybody.
_FIRST_MONDAY = date(2024, 1, 1)
_CATCH_UP_DAYS = 31


@dataclass(frozen=True, slots=True)
class PayoutRhythm:
    """How often a partner is paid, from what amount on, and what is kept back.

    `minimums` maps a currency to minor units. `reserve_bps` of what was released in the last
    `reserve_days` stays with the operator. Monthly is the first such weekday of the month.
    """

    schedule: str = "weekly"
    weekday: int = 0
    minimums: Mapping[str, int] = field(default_factory=dict)
    reserve_bps: int = 0
    reserve_days: int = 90

    def minimum(self, currency: str) -> int:
        return max(1, self.minimums.get(currency, 1))


@dataclass(frozen=True, slots=True)
class Funds:
    """What a partner has with the operator in one currency, in minor units.

    `balance` is the account in the books, below zero a debt; `waiting` is in its hold days or
    frozen by a dispute; `reserved` is kept back.
    """

    balance: int
    waiting: int = 0
    reserved: int = 0

    @property
    def available(self) -> int:
        return max(0, self.balance - self.waiting - self.reserved)

    @property
    def debt(self) -> int:
        return max(0, -self.balance)


def is_payday(rhythm: PayoutRhythm, day: date) -> bool:
    """Whether the schedule pays on that day (rule)."""
    if rhythm.schedule == "daily":
        return True
    if rhythm.schedule == "manual" or day.weekday() != rhythm.weekday:
        return False
    if rhythm.schedule == "biweekly":
        return (day - _FIRST_MONDAY).days // 7 % 2 == 0
    if rhythm.schedule == "monthly":
        return day.day <= 7
    return rhythm.schedule == "weekly"


def has_payday(rhythm: PayoutRhythm, *, after: date | None, upto: date) -> bool:
    """Whether any of the days since the last sweep was one (rule): a missed day is made up for."""
    first = upto if after is None else max(after, upto - timedelta(days=_CATCH_UP_DAYS))
    days = (upto - first).days
    wanted = [upto] if after is None else [first + timedelta(days=n + 1) for n in range(days)]
    return any(is_payday(rhythm, day) for day in wanted)


def next_payday(rhythm: PayoutRhythm, *, after: date) -> date | None:
    """The next day the schedule pays, None for one that never does (rule)."""
    days = (after + timedelta(days=n) for n in range(1, 2 * _CATCH_UP_DAYS))
    return next((day for day in days if is_payday(rhythm, day)), None)


def reserve_of(*, released: int, rhythm: PayoutRhythm) -> int:
    """What is kept back of what was released lately, half-up (rule)."""
    return divide_half_up(max(0, released) * rhythm.reserve_bps, BASIS_POINTS)


def payable(funds: Funds, *, minimum: int) -> int:
    """What is paid now: all that is available, or nothing below the minimum (rule)."""
    return funds.available if funds.available >= max(1, minimum) else 0
