"""Setting aside, paying with it, giving it back: the money is always in exactly one place."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.errors import InvariantBroken
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import TransactionRequired, operation
from shared_apps.ledger.domain.posting import InsufficientFunds
from shared_apps.ledger.queries import balance_of
from tenant_apps.wallet.domain import holds
from tenant_apps.wallet.domain.sources import NotStoredValue
from tenant_apps.wallet.models import Hold
from tenant_apps.wallet.queries import wallet_of
from tests.tenant_apps.wallet.conftest import assert_books_hold, eur
from tests.world import NOW

pytestmark = pytest.mark.django_db

ORDER = Ref("ordering.order", "o1")
hold, capture, release = (
    operation(step) for step in (holds.hold, holds.capture_hold, holds.release_hold)
)


def set_aside(user, amount="30.00", key="k", **more):
    source = f"wallet:{user.id}"
    return hold(source=source, amount=eur(amount), key=key, subject=ORDER, at=NOW, **more)


def buckets(user):
    view = wallet_of(user.id, "EUR")
    return view.available, view.held


def test_hold_moves_the_money_aside(cy):
    set_aside(cy)

    assert buckets(cy) == (eur("70.00"), eur("30.00"))
    assert_books_hold()


def test_hold_is_once_per_key(cy):
    assert set_aside(cy) == set_aside(cy)

    assert buckets(cy) == (eur("70.00"), eur("30.00"))
    with pytest.raises(InvariantBroken):
        set_aside(cy, "31.00")


def test_hold_of_more_than_there_is(cy):
    with pytest.raises(InsufficientFunds):
        set_aside(cy, "100.01")

    assert buckets(cy) == (eur("100.00"), eur("0.00"))
    assert not Hold.objects.exists()


def test_captured_hold_is_in_escrow_once(cy):
    hold_id = set_aside(cy)

    for _ in range(2):
        capture(hold_id=hold_id, ref="ordering.vendor_order:v1", at=NOW)
    release(hold_id=hold_id, at=NOW)

    assert buckets(cy) == (eur("70.00"), eur("0.00"))
    assert balance_of("escrow", "EUR", ref="ordering.vendor_order:v1") == eur("30.00")
    assert_books_hold()


def test_capture_in_parts(cy):
    hold_id = set_aside(cy)

    with pytest.raises(InvariantBroken):
        capture(hold_id=hold_id, at=NOW, parts={"a": eur("10.00"), "b": eur("10.00")})
    parts = {"a": eur("10.00"), "b": eur("20.00"), "c": eur("0.00")}
    capture(hold_id=hold_id, at=NOW, parts=parts)

    assert balance_of("escrow", "EUR", ref="a") == eur("10.00")
    assert balance_of("escrow", "EUR", ref="b") == eur("20.00")


def test_released_hold_is_back_and_cannot_pay(cy):
    hold_id = set_aside(cy)

    for _ in range(2):
        release(hold_id=hold_id, at=NOW)

    assert buckets(cy) == (eur("100.00"), eur("0.00"))
    with pytest.raises(holds.HoldOver):
        capture(hold_id=hold_id, at=NOW)
    assert_books_hold()


def test_expired_holds_are_given_back(cy):
    late = set_aside(cy, key="late", expires_at=NOW + timedelta(minutes=5))
    set_aside(cy, key="running", expires_at=NOW + timedelta(minutes=30))

    assert holds.release_expired(at=NOW + timedelta(minutes=5)) == 1

    assert Hold.objects.get(id=late).state == "released"
    assert buckets(cy) == (eur("70.00"), eur("30.00"))


def test_other_tenant_has_another_wallet(cy, beta):
    hold_id = set_aside(cy)

    with tenant_context(beta):
        assert buckets(cy) == (eur("0.00"), eur("0.00"))
        with pytest.raises(Hold.DoesNotExist):
            capture(hold_id=hold_id, at=NOW)
        with pytest.raises(InsufficientFunds):
            set_aside(cy, "0.01")
    assert buckets(cy) == (eur("70.00"), eur("30.00"))


def test_only_stored_value_can_be_set_aside(cy):
    for source in ("escrow", "wallet:", "wallet_held:x", "vendor:x"):
        with pytest.raises(NotStoredValue):
            hold(source=source, amount=eur("1.00"), key=source, subject=ORDER, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_steps_refuse_to_run_alone(cy):
    with pytest.raises(TransactionRequired):
        holds.hold(source=f"wallet:{cy.id}", amount=eur("1"), key="k", subject=ORDER, at=NOW)


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["hold", "capture", "release"]),
        st.integers(0, 4),
        st.integers(1, 6000),
    ),
    max_size=15,
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(moves=MOVES)
def test_any_order_of_moves_keeps_every_cent(cy, moves):
    """What is available, held and paid is what was there, whatever is asked in whatever order."""
    run = uuid4()
    before = sum(amount.minor for amount in buckets(cy))
    escrow_before = balance_of("escrow", "EUR").minor
    made = {}

    for move, place, minor in moves:
        key = f"{run}:{place}"
        try:
            if move == "hold" and key not in made:
                made[key] = hold(
                    source=f"wallet:{cy.id}",
                    amount=Money(minor, "EUR"),
                    key=key,
                    subject=ORDER,
                    at=NOW,
                )
            elif move == "capture" and key in made:
                capture(hold_id=made[key], at=NOW)
            elif move == "release" and key in made:
                release(hold_id=made[key], at=NOW)
        except (InsufficientFunds, holds.HoldOver):
            continue

    paid = balance_of("escrow", "EUR").minor - escrow_before
    assert all(amount.minor >= 0 for amount in buckets(cy))
    assert sum(amount.minor for amount in buckets(cy)) + paid == before
    assert_books_hold()
