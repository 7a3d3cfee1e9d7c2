"""What comes back of a line, to the cent: the vectors of the reference, and any pieces of any line."""

from __future__ import annotations

from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from tenant_apps.ordering.domain.line_refunds import (
    Parts,
    restocking_fee,
    sum_of,
    undo_amount,
    undo_quantity,
)

# 3 x 19.99 with 20 % in it, 6.00 off, 12.5 % commission, 20 % tax on that.
SOLD = Parts(
    gross_minor=5397,
    tax_minor=899,
    commission_minor=562,
    commission_tax_minor=112,
    take_minor=360,
)


def one_by_one(whole: Parts, quantity: int) -> list[Parts]:
    steps: list[Parts] = []
    for count in range(1, quantity + 1):
        step = undo_quantity(whole=whole, done=sum_of(steps), count=count, quantity=quantity)
        steps.append(step)
    return steps


def test_vector_of_three_units():
    steps = one_by_one(SOLD, 3)

    assert [step.gross_minor for step in steps] == [1799, 1799, 1799]
    assert [step.commission_minor for step in steps] == [187, 188, 187]
    assert [step.commission_tax_minor for step in steps] == [37, 38, 37]
    assert sum_of(steps) == SOLD


def test_vector_refunds_exactly():
    whole = Parts(gross_minor=17925, tax_minor=2987, commission_minor=1494, take_minor=1195)

    for quantity in (1, 2, 3, 7, 11):
        steps = one_by_one(whole, quantity)
        assert sum(step.gross_minor for step in steps) == 17925
        assert sum_of(steps) == whole


def test_an_amount_takes_its_share_of_the_rest():
    step = undo_amount(whole=SOLD, done=Parts(), amount_minor=1000)

    assert (step.gross_minor, step.tax_minor, step.commission_minor) == (1000, 167, 104)
    rest = undo_quantity(whole=SOLD, done=step, count=3, quantity=3)
    assert step + rest == SOLD


def test_units_after_an_amount_pay_only_what_is_left():
    done = undo_amount(whole=SOLD, done=Parts(), amount_minor=3000)

    first = undo_quantity(whole=SOLD, done=done, count=1, quantity=3)
    assert first.gross_minor == 0
    second = undo_quantity(whole=SOLD, done=done + first, count=2, quantity=3)
    assert second.gross_minor == 598


def test_fee_is_never_more_than_the_vendor_earned():
    assert restocking_fee(step=Parts(gross_minor=1799, commission_minor=187), bps=1000) == 180
    assert restocking_fee(step=Parts(gross_minor=1799, commission_minor=1700), bps=1000) == 99
    assert restocking_fee(step=Parts(gross_minor=0, subsidy_minor=500), bps=1000) == 0


@st.composite
def sold(draw):
    """Any division of a price, small ones and wholly taken ones included."""
    gross, subsidy = draw(st.integers(0, 30_000)), draw(st.integers(0, 3_000))
    left = gross + subsidy
    taken = []
    for _ in range(3):
        taken.append(draw(st.integers(0, left)))
        left -= taken[-1]
    return Parts(
        gross_minor=gross,
        tax_minor=draw(st.integers(0, gross)),
        subsidy_minor=subsidy,
        commission_minor=taken[0],
        commission_tax_minor=taken[1],
        retained_tax_minor=taken[2],
        take_minor=draw(st.integers(0, gross)),
    )


@given(whole=sold(), quantity=st.integers(1, 40), data=st.data())
def test_any_pieces_undo_exactly_the_whole(whole, quantity, data):
    done, count = Parts(), 0
    while count < quantity:
        count = data.draw(st.integers(count + 1, quantity))
        step = undo_quantity(whole=whole, done=done, count=count, quantity=quantity)
        assert min(asdict(step).values()) >= 0
        assert step.earning_minor >= 0
        done += step
        assert (whole - done).earning_minor >= 0

    assert done == whole


@given(whole=sold(), quantity=st.integers(1, 9), data=st.data())
def test_amounts_between_units_change_nothing_in_the_end(whole, quantity, data):
    done, count = Parts(), 0
    while count < quantity:
        left = whole.gross_minor - done.gross_minor
        if left and data.draw(st.booleans()):
            amount = data.draw(st.integers(1, left))
            step = undo_amount(whole=whole, done=done, amount_minor=amount)
            assert step.gross_minor == amount
        else:
            count += 1
            step = undo_quantity(whole=whole, done=done, count=count, quantity=quantity)
        assert min(asdict(step).values()) >= 0
        assert step.earning_minor >= 0
        done += step

    assert done == whole
