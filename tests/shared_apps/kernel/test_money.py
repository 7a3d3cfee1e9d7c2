from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.kernel.money import (
    BadAmount,
    Money,
    allocate,
    cumulative_share,
    divide_half_up,
    percentage,
)

minors = st.integers(-(10**12), 10**12)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=20).filter(any)


@given(minors, weights)
def test_allocated_parts_sum_to_the_whole(minor, weight_list):
    parts = allocate(Money(minor, "EUR"), weight_list)

    assert sum(part.minor for part in parts) == minor


@given(minors, weights)
def test_each_part_is_within_one_unit_of_its_share(minor, weight_list):
    parts = allocate(Money(minor, "EUR"), weight_list)

    for part, weight in zip(parts, weight_list, strict=True):
        assert abs(part.minor - Fraction(minor * weight, sum(weight_list))) < 1
        assert weight or part.minor == 0


@given(minors, weights)
def test_allocation_of_the_negative_is_the_negative(minor, weight_list):
    there = allocate(Money(minor, "EUR"), weight_list)
    back = allocate(Money(-minor, "EUR"), weight_list)

    assert [-part for part in there] == back


def test_allocation_vectors():
    assert [m.minor for m in allocate(Money(1000, "EUR"), [5997, 4000, 3])] == [600, 400, 0]
    assert [m.minor for m in allocate(Money(100, "EUR"), [1, 1, 1])] == [34, 33, 33]


@given(st.integers(0, 10**9), st.lists(st.integers(1, 50), min_size=1, max_size=30))
def test_undoing_in_pieces_undoes_the_whole(whole, pieces):
    done = part = 0
    for piece in pieces:
        part += piece
        done += cumulative_share(whole, part, sum(pieces), done)

    assert done == whole


def test_refund_vector_of_three_single_units():
    steps, done = [], 0
    for returned in (1, 2, 3):
        steps.append(cumulative_share(562, returned, 3, done))
        done += steps[-1]

    assert steps == [187, 188, 187]


def test_commission_vector():
    assert percentage(Money(4498, "EUR"), 1250) == Money(562, "EUR")


@given(minors, st.integers(1, 10**6))
def test_half_up_is_nearest_and_away_from_zero(numerator, denominator):
    rounded = divide_half_up(numerator, denominator)

    assert abs(Fraction(numerator, denominator) - rounded) <= Fraction(1, 2)
    assert divide_half_up(-numerator, denominator) == -rounded


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("12.34", "EUR", 1234), ("100", "JPY", 100), ("1.234", "KWD", 1234), ("-0.05", "EUR", -5)],
)
def test_parse_and_back(text, currency, minor):
    assert Money.parse(text, currency) == Money(minor, currency)
    assert Money.parse(str(Money(minor, currency).decimal()), currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"), [("1.234", "EUR"), ("1.5", "JPY"), ("abc", "EUR"), ("NaN", "EUR")]
)
def test_parse_refuses_what_is_not_exact(text, currency):
    with pytest.raises(BadAmount):
        Money.parse(text, currency)


def test_currencies_do_not_mix():
    with pytest.raises(BadAmount):
        Money(1, "EUR") + Money(1, "USD")
    with pytest.raises(BadAmount):
        Money(1, "euro")
    with pytest.raises(TypeError):
        Money(1.0, "EUR")
