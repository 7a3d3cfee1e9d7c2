from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.kernel.errors import InvariantBroken, invariant
from shared_apps.kernel.geo import BadPoint, GeoPoint
from shared_apps.kernel.ids import InvalidId, parse_public_id, public_id, uuid7
from shared_apps.kernel.period import EmptyPeriod, Period
from shared_apps.kernel.ref import BadRef, Ref

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@given(st.uuids())
def test_public_ids_come_back(value):
    assert parse_public_id("prod", public_id("prod", value)) == value


@pytest.mark.parametrize(
    "text",
    ["", "prod_", "prod_" + "a" * 25, "var_" + "a" * 26, "prod_" + "A" * 26, "prod_" + "1" * 26],
)
def test_foreign_public_ids_are_not_found(text):
    with pytest.raises(InvalidId):
        parse_public_id("prod", text)


def test_uuid7_is_ordered_and_versioned():
    first, second = uuid7(), uuid7()

    assert first.version == 7
    assert first.int >> 80 <= second.int >> 80
    assert first != second
    assert isinstance(first, UUID)


def test_periods_are_half_open():
    period = Period(NOON, NOON + timedelta(hours=1))

    assert NOON in period
    assert NOON + timedelta(hours=1) not in period
    assert not period.overlaps(Period(NOON + timedelta(hours=1), NOON + timedelta(hours=2)))
    with pytest.raises(EmptyPeriod):
        Period(NOON, NOON)


def test_refs_come_back():
    ref = Ref("catalog.product", "7:8")

    assert Ref.parse(str(ref)) == ref
    with pytest.raises(BadRef):
        Ref.parse("product")


def test_distance_of_a_known_pair():
    paris, london = GeoPoint(48.8566, 2.3522), GeoPoint(51.5074, -0.1278)

    assert paris.distance_m(london) == pytest.approx(343_560, rel=0.001)
    with pytest.raises(BadPoint):
        GeoPoint(91, 0)


def test_broken_invariants_are_loud():
    invariant(condition=True, message="fine")
    with pytest.raises(InvariantBroken):
        invariant(condition=False, message="broken")
