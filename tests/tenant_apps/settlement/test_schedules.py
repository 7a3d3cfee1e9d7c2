"""Paydays and amounts, as rules."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_apps.settlement.domain.schedules import (
    Funds,
    PayoutRhythm,
    has_payday,
    is_payday,
    next_payday,
    payable,
    reserve_of,
)

days = st.dates(date(2024, 1, 1), date(2035, 1, 1))
weekdays = st.integers(0, 6)
money = st.integers(-(10**12), 10**12)
positive = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("rhythm", "expected"),
    [
        (PayoutRhythm("daily"), 366),
        (PayoutRhythm("weekly", 2), 52),
        (PayoutRhythm("biweekly", 2), 26),
        (PayoutRhythm("monthly", 2), 12),
        (PayoutRhythm("manual"), 0),
    ],
)
def test_paydays_of_a_year(rhythm, expected):
    year = [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]
    assert sum(is_payday(rhythm, day) for day in year) == expected


@given(days, weekdays)
def test_fortnights_are_fourteen_days_apart(day, weekday):
    rhythm = PayoutRhythm("biweekly", weekday)
    first = next_payday(rhythm, after=day)
    assert next_payday(rhythm, after=first) - first == timedelta(days=14)


@given(days, st.integers(1, 25), st.sampled_from(["daily", "weekly", "biweekly", "monthly"]))
def test_sweeping_every_few_days_misses_no_payday(day, gap, schedule):
    rhythm = PayoutRhythm(schedule, 3)
    between = [day + timedelta(days=n + 1) for n in range(gap)]
    wanted = any(is_payday(rhythm, each) for each in between)
    assert has_payday(rhythm, after=day, upto=day + timedelta(days=gap)) == wanted


def test_first_sweep_looks_at_its_own_day_only():
    rhythm = PayoutRhythm("weekly", 0)
    assert has_payday(rhythm, after=None, upto=date(2026, 11, 23))
    assert not has_payday(rhythm, after=None, upto=date(2026, 11, 24))


def test_swept_day_is_not_swept_again():
    assert not has_payday(PayoutRhythm("daily"), after=date(2026, 11, 23), upto=date(2026, 11, 23))


@given(money, positive, positive, positive)
def test_never_more_than_there_is(balance, waiting, reserved, minimum):
    funds = Funds(balance, waiting, reserved)
    paid = payable(funds, minimum=minimum)

    assert 0 <= paid <= max(0, balance)
    assert paid == 0 or paid >= minimum
    assert paid + waiting + reserved <= balance or paid == 0
    assert funds.debt - max(0, -balance) == 0


@given(positive, st.integers(0, 10_000))
def test_reserve_is_a_part(released, bps):
    kept = reserve_of(released=released, rhythm=PayoutRhythm(reserve_bps=bps))
    assert 0 <= kept <= released
