from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.transactions import TransactionRequired, operation
from shared_apps.outbox.models import OutboxEvent
from tenant_apps.catalog.domain import inventory, stock
from tenant_apps.catalog.domain.inventory import StockSettings
from tenant_apps.catalog.domain.stock import InsufficientStock, StockInUse, StockLine
from tenant_apps.catalog.models import StockItem, StockMovement, StockReservation
from tenant_apps.partners.permissions import NotYourPartner
from tests.factories.catalog import make_listing, only_variant
from tests.factories.partners import actor_for, make_person, make_vendor
from tests.world import NOW

SOON = NOW + timedelta(minutes=15)
CART, OTHER = "ordering.cart:1", "ordering.cart:2"


@pytest.fixture
def variant(in_alpha):
    return only_variant(make_listing(make_vendor(), quantity=5))


def hold(variant_id, quantity, *, holder=CART, until=SOON, at=NOW):
    with transaction.atomic():
        return stock.reserve(
            lines=[StockLine(variant_id, quantity)], holder=holder, until=until, at=at
        )


def counters(variant_id):
    item = StockItem.objects.get(pk=variant_id)
    return item.on_hand, item.allocated, item.reserved


def sold_out_events():
    rows = OutboxEvent.objects.filter(name="catalog.stock_changed.v1")
    return [row.payload["in_stock"] for row in rows.order_by("pk")]


def test_the_way_of_a_unit(variant):
    lines = [StockLine(variant, 2)]

    hold(variant, 2)
    assert counters(variant) == (5, 0, 2)
    with transaction.atomic():
        stock.sell(lines=lines, holder=CART, subject="ordering.order:1", at=NOW)
    assert counters(variant) == (5, 2, 0)
    with transaction.atomic():
        stock.ship(lines=lines, subject="ordering.order:1", at=NOW)
    assert counters(variant) == (3, 0, 0)
    with transaction.atomic():
        stock.take_back(lines=[StockLine(variant, 1)], subject="ordering.return:1", at=NOW)
    assert counters(variant) == (4, 0, 0)

    kinds = StockMovement.objects.filter(variant=variant).order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [
        "receive",
        "reserve",
        "sell",
        "ship",
        "return",
    ]
    assert inventory.discrepancies() == []


def test_a_cancelled_sale_can_be_sold_again(variant):
    lines = [StockLine(variant, 5)]
    with transaction.atomic():
        stock.sell(lines=lines, holder=CART, subject="o:1", at=NOW)
        stock.cancel(lines=lines, subject="o:1", at=NOW)

    hold(variant, 5, holder=OTHER)


def test_selling_twice_sells_once(variant):
    for _ in range(2):
        with transaction.atomic():
            stock.sell(lines=[StockLine(variant, 3)], holder=CART, subject="o:1", at=NOW)

    assert counters(variant) == (5, 3, 0)


def test_what_is_short_is_named(variant):
    lines = [StockLine(variant, 4), StockLine(variant, 2)]

    with pytest.raises(InsufficientStock) as error, transaction.atomic():
        stock.reserve(lines=lines, holder=CART, until=SOON, at=NOW)

    assert error.value.members == {
        "lines": [{"variant_id": str(variant), "requested": 6, "available": 5}]
    }
    assert counters(variant) == (5, 0, 0)


def test_reserving_again_replaces_what_was_held(variant):
    first = hold(variant, 4)
    second = hold(variant, 1, until=SOON + timedelta(minutes=5))

    assert first == second
    assert counters(variant) == (5, 0, 1)
    assert StockReservation.objects.get().expires_at == SOON + timedelta(minutes=5)


def test_release_gives_everything_back(variant):
    hold(variant, 5)
    with pytest.raises(InsufficientStock):
        hold(variant, 1, holder=OTHER)

    with transaction.atomic():
        assert stock.release(holder=CART, at=NOW) == 1
        assert stock.release(holder=CART, at=NOW) == 0

    assert counters(variant) == (5, 0, 0)
    assert sold_out_events() == [False, True]


def test_expired_holds_count_no_more(variant):
    hold(variant, 5)

    hold(variant, 5, holder=OTHER, at=SOON)

    assert counters(variant) == (5, 0, 5)
    assert StockReservation.objects.get(holder=CART).state == "expired"


def test_the_job_lets_expired_holds_go(variant):
    hold(variant, 2)
    hold(variant, 1, holder=OTHER, until=SOON + timedelta(hours=1))

    assert inventory.expire_all(at=SOON) == 1

    assert counters(variant) == (5, 0, 1)
    assert inventory.discrepancies() == []


def test_a_late_payment_still_gets_what_is_there(variant):
    hold(variant, 5)
    inventory.expire_all(at=SOON)

    with transaction.atomic():
        stock.sell(lines=[StockLine(variant, 5)], holder=CART, subject="o:1", at=SOON)
    with pytest.raises(InsufficientStock), transaction.atomic():
        stock.sell(lines=[StockLine(variant, 1)], holder=OTHER, subject="o:2", at=SOON)

    assert counters(variant) == (5, 5, 0)


def test_backordered_stock_sells_beyond_the_shelf(variant):
    inventory.set_stock_settings(
        variant_id=variant, settings=StockSettings(allows_backorder=True), acting=SYSTEM, at=NOW
    )
    lines = [StockLine(variant, 8)]
    hold(variant, 8)
    assert counters(variant) == (5, 0, 0)
    with transaction.atomic():
        stock.sell(lines=lines, holder=CART, subject="o:1", at=NOW)
    assert counters(variant) == (5, 8, 0)
    with pytest.raises(InsufficientStock), transaction.atomic():
        stock.ship(lines=lines, subject="o:1", at=NOW)
    with pytest.raises(StockInUse):
        inventory.set_stock_settings(
            variant_id=variant, settings=StockSettings(), acting=SYSTEM, at=NOW
        )

    inventory.move_stock(variant_id=variant, kind="receive", change=3, acting=SYSTEM, at=NOW)
    with transaction.atomic():
        stock.ship(lines=lines, subject="o:1", at=NOW)

    assert counters(variant) == (0, 0, 0)
    assert inventory.discrepancies() == []


def test_untracked_stock_is_always_there(variant):
    inventory.set_stock_settings(
        variant_id=variant, settings=StockSettings(is_tracked=False), acting=SYSTEM, at=NOW
    )
    lines = [StockLine(variant, 500)]

    hold(variant, 500)
    with transaction.atomic():
        stock.sell(lines=lines, holder=CART, subject="o:1", at=NOW)
        stock.ship(lines=lines, subject="o:1", at=NOW)

    assert counters(variant) == (5, 0, 0)


def test_vendors_move_their_stock_by_hand(in_alpha):
    owner, stranger = make_person(), make_person("cy@example.com")
    variant = only_variant(make_listing(make_vendor(owner=owner), quantity=5))
    move = {"variant_id": variant, "at": NOW}

    inventory.move_stock(kind="receive", change=3, acting=actor_for(owner), **move)
    inventory.move_stock(kind="write_off", change=2, acting=actor_for(owner), **move)
    level = inventory.count_stock(on_hand=4, acting=actor_for(owner), **move)

    assert (level.on_hand, level.available) == (4, 4)
    with pytest.raises(NotYourPartner):
        inventory.count_stock(on_hand=9, acting=actor_for(stranger), **move)
    hold(variant, 3)
    with pytest.raises(StockInUse):
        inventory.count_stock(on_hand=2, acting=actor_for(owner), **move)
    assert inventory.discrepancies() == []


def test_low_stock_is_told_once(variant):
    inventory.set_stock_settings(
        variant_id=variant, settings=StockSettings(low_at=2), acting=SYSTEM, at=NOW
    )

    for quantity in (2, 3, 4):
        hold(variant, quantity)

    assert OutboxEvent.objects.filter(name="catalog.stock_ran_low.v1").count() == 1


def test_a_reservation_costs_few_queries(variant, django_assert_num_queries):
    # Lock, what is held, reservations, counters, movements.
    with transaction.atomic(), django_assert_num_queries(5):
        stock.reserve(lines=[StockLine(variant, 1)], holder=CART, until=SOON, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_steps_refuse_outside_an_operation(alpha):
    with tenant_context(alpha):
        variant = only_variant(make_listing(make_vendor()))
        with pytest.raises(TransactionRequired):
            stock.release(holder=CART, at=NOW)
        with pytest.raises(TransactionRequired):
            stock.sell(lines=[StockLine(variant, 1)], holder=CART, subject="o", at=NOW)


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["hold", "release", "sell", "cancel", "ship", "back", "count", "expire"]),
        st.sampled_from([CART, OTHER, "c:3"]),
        st.integers(1, 4),
    ),
    max_size=25,
)


def _do(name, variant, holder, quantity, clock):
    lines, until = [StockLine(variant, quantity)], clock + timedelta(minutes=5)
    by_name = {
        "hold": lambda: stock.reserve(lines=lines, holder=holder, until=until, at=clock),
        "release": lambda: stock.release(holder=holder, at=clock),
        "sell": lambda: stock.sell(lines=lines, holder=holder, subject="o", at=clock),
        "cancel": lambda: stock.cancel(lines=lines, subject="o", at=clock),
        "ship": lambda: stock.ship(lines=lines, subject="o", at=clock),
        "back": lambda: stock.take_back(lines=lines, subject="o", at=clock),
        "expire": lambda: stock.expire(at=clock),
        "count": lambda: stock.count_to(
            variant_id=variant, on_hand=quantity * 3, kind="adjust", actor="", note="", at=clock
        ),
    }
    by_name[name]()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=_STEPS)
def test_counters_are_the_sum_of_their_movements(variant, steps):
    clock = NOW
    for name, holder, quantity in steps:
        clock += timedelta(minutes=2)
        try:
            with transaction.atomic():
                _do(name, variant, holder, quantity, clock)
        except (InsufficientStock, StockInUse):
            pass
        on_hand, allocated, reserved = counters(variant)
        assert min(on_hand, allocated, reserved) >= 0
        assert reserved + allocated <= on_hand
    assert inventory.discrepancies() == []


@operation
def _buy(variant_id, holder):
    stock.sell(lines=[StockLine(variant_id, 1)], holder=holder, subject=holder, at=NOW)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_hundred_buyers_of_one_unit(alpha):
    with tenant_context(alpha):
        variant = only_variant(make_listing(make_vendor(), quantity=1))
    outcomes: list[str] = []
    start = threading.Barrier(20)

    def shop(number):
        start.wait()
        with tenant_context(alpha):
            for attempt in range(10):
                try:
                    _buy(variant, f"cart:{number}-{attempt}")
                    outcomes.append("sold")
                except InsufficientStock:
                    outcomes.append("short")
        connection.close()

    threads = [threading.Thread(target=shop, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (outcomes.count("sold"), outcomes.count("short")) == (1, 199)
    with tenant_context(alpha):
        assert counters(variant) == (1, 1, 0)
        assert inventory.discrepancies() == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_carts_in_opposite_orders_do_not_deadlock(alpha):
    with tenant_context(alpha):
        vendor = make_vendor()
        ids = [only_variant(make_listing(vendor, f"Lamp {n}", quantity=100)) for n in range(4)]
    failures: list[Exception] = []

    @operation
    def buy(holder, variants):
        lines = [StockLine(each, 1) for each in variants]
        stock.sell(lines=lines, holder=holder, subject=holder, at=NOW)

    def shop(number):
        with tenant_context(alpha):
            for attempt in range(8):
                order = ids if (number + attempt) % 2 else ids[::-1]
                try:
                    buy(f"cart:{number}-{attempt}", order)
                except Exception as error:  # noqa: BLE001 - the test reports whatever it was
                    failures.append(error)
        connection.close()

    threads = [threading.Thread(target=shop, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with tenant_context(alpha):
        assert {counters(each) for each in ids} == {(100, 64, 0)}
