"""Discounts over lines: the vectors of the reference, and what holds for any of them."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.kernel.money import Money
from tenant_apps.promotions.domain.dividing import (
    DiscountLine,
    Offer,
    best_together,
    divide,
    is_for,
)

VENDORS = [UUID(int=1), UUID(int=2)]
PATHS = ["home", "home/bowls", "homeware", "clothes"]


def offer(kind="fixed", **terms) -> Offer:
    money = {"amount": 0, "maximum": 0, "minimum": 0}
    money |= {name: terms.pop(name) for name in list(terms) if name in money}
    given = {
        "promotion_id": uuid4(),
        "code": "X",
        "title": "X",
        "bps": 0,
        "scope": "all",
        "targets": frozenset(),
        "vendor_id": None,
        "bearer": "operator",
        "share_bps": 0,
        "is_stackable": True,
        **{name: Money(minor, "EUR") for name, minor in money.items()},
        **terms,
    }
    return Offer(kind=kind, **given)


def lines_of(*amounts, vendors=VENDORS, paths=("home",)) -> list[DiscountLine]:
    return [
        DiscountLine(
            key=UUID(int=100 + place),
            vendor_id=vendors[place % len(vendors)],
            product_id=UUID(int=200 + place),
            category_path=paths[place % len(paths)],
            amount=Money(amount, "EUR"),
            quantity=1,
        )
        for place, amount in enumerate(amounts)
    ]


def offs(offers, lines, delivery=None):
    division = divide(offers, lines, delivery or {}, "EUR")
    return [division.lines[line.key].off.minor for line in lines]


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (1000, (5997, 4000, 3), [600, 400, 0]),
        (100, (100, 100, 100), [34, 33, 33]),
        (500, (200, 100), [200, 100]),
        (500, (0, 100), [0, 100]),
    ],
)
def test_fixed_amount_by_largest_remainder(amount, weights, parts):
    assert offs([offer(amount=amount)], lines_of(*weights)) == parts


def test_weights_are_what_earlier_discounts_left():
    """20 % of the first line only, then 10.00 over 48.00 and 40.00."""
    lines = lines_of(6000, 4000)
    first = offer("percentage", bps=2000, scope="product", targets=frozenset({str(UUID(int=200))}))
    second = offer(amount=1000)

    assert offs([second, first], lines) == [1200 + 545, 455]


def test_percentage_is_rounded_once_and_has_a_maximum():
    assert offs([offer("percentage", bps=1000)], lines_of(333, 333, 333)) == [34, 33, 33]
    assert offs([offer("percentage", bps=5000, maximum=100)], lines_of(600, 400)) == [60, 40]


def test_scopes():
    lines = lines_of(100, 100, 100, 100, paths=PATHS)
    category = offer(amount=1, scope="category", targets=frozenset({"home"}))
    vendor = offer(amount=1, scope="vendor", targets=frozenset({str(VENDORS[1])}))
    product = offer(amount=1, scope="product", targets=frozenset({str(UUID(int=203))}))
    own = offer(amount=1, scope="category", targets=frozenset({"home"}), vendor_id=VENDORS[1])

    assert [is_for(category, line) for line in lines] == [True, True, False, False]
    assert [is_for(vendor, line) for line in lines] == [False, True, False, True]
    assert [is_for(product, line) for line in lines] == [False, False, False, True]
    assert [is_for(own, line) for line in lines] == [False, True, False, False]
    assert not any(is_for(offer(amount=1, scope="category"), line) for line in lines)


def test_delivery_is_free_for_concerned_vendors_only():
    lines = lines_of(1000, 1000, paths=("home", "clothes"))
    fees = {VENDORS[0]: Money(490, "EUR"), VENDORS[1]: Money(300, "EUR")}
    free = offer("free_delivery", scope="category", targets=frozenset({"home"}))

    division = divide([free], lines, fees, "EUR")

    assert {vendor: part.off.minor for vendor, part in division.delivery.items()} == {
        VENDORS[0]: 490,
        VENDORS[1]: 0,
    }
    assert division.offers[free.promotion_id].off.minor == 490


@pytest.mark.parametrize(
    ("terms", "subsidy"),
    [
        ({"bearer": "vendor"}, 0),
        ({"bearer": "operator"}, 1000),
        ({"bearer": "shared", "share_bps": 3333}, 333),
    ],
)
def test_who_bears_it(terms, subsidy):
    lines = lines_of(10_000)

    part = divide([offer(amount=1000, **terms)], lines, {}, "EUR").lines[lines[0].key]

    assert (part.off.minor, part.subsidy.minor) == (1000, subsidy)


def test_best_for_the_customer():
    lines = lines_of(10_000)
    five, four = offer(amount=500), offer(amount=400)
    alone = offer(amount=899, is_stackable=False)
    better = offer(amount=901, is_stackable=False)

    assert best_together([five, alone, four], lines, {}, "EUR") == (five, four)
    assert best_together([five, better, four], lines, {}, "EUR") == (better,)
    assert best_together([], lines, {}, "EUR") == ()


OFFERS = st.builds(
    offer,
    st.just("fixed"),
    amount=st.integers(1, 20_000),
    scope=st.just("all"),
    vendor_id=st.sampled_from([None, *VENDORS]),
    bearer=st.just("shared"),
    share_bps=st.integers(1, 9_999),
) | st.builds(
    offer,
    st.sampled_from(["percentage"]),
    bps=st.integers(1, 10_000),
    maximum=st.sampled_from([0, 1, 500]),
    scope=st.sampled_from(["category"]),
    targets=st.frozensets(st.sampled_from(PATHS), min_size=1),
    bearer=st.sampled_from(["vendor", "operator"]),
)


@given(
    offers=st.lists(OFFERS | st.builds(offer, st.just("free_delivery")), max_size=4),
    amounts=st.lists(st.integers(0, 10_000), min_size=1, max_size=6),
    fees=st.lists(st.integers(0, 900), min_size=2, max_size=2),
)
def test_nothing_is_lost_and_nothing_below_zero(offers, amounts, fees):
    """Per offer and per line the same sum; no line below zero; the subsidy within the discount."""
    lines = lines_of(*amounts, paths=PATHS)
    delivery = {vendor: Money(fee, "EUR") for vendor, fee in zip(VENDORS, fees, strict=True)}

    division = divide(offers, lines, delivery, "EUR")

    parts = [*division.lines.values(), *division.delivery.values()]
    assert sum(part.off.minor for part in parts) == division.off_minor
    assert sum(part.subsidy.minor for part in parts) == sum(
        each.subsidy.minor for each in division.offers.values()
    )
    for line in lines:
        assert 0 <= division.lines[line.key].off.minor <= line.amount.minor
    for vendor, fee in delivery.items():
        assert 0 <= division.delivery[vendor].off.minor <= fee.minor
    assert all(0 <= part.subsidy.minor <= part.off.minor for part in parts)
    assert divide(list(reversed(offers)), lines, delivery, "EUR") == division
