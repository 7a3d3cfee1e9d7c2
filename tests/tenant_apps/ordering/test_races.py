"""Many at once, with real threads and real commits."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import connection

from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.errors import DomainError
from tenant_apps.catalog.models import StockItem
from tenant_apps.ordering.domain import orders
from tenant_apps.ordering.domain.carts import CartOwner, add_to_cart, enter_code
from tenant_apps.ordering.domain.checkout import check_out
from tenant_apps.ordering.models import Cart, Order
from tenant_apps.payments.domain.accounts import open_sandbox_account
from tenant_apps.payments.models import GatewayAccount, Payment
from tenant_apps.promotions.models import Promotion
from tests.tenant_apps.ordering.conftest import assert_books_hold, fill
from tests.tenant_apps.ordering.people import DETAILS, GUEST
from tests.tenant_apps.ordering.test_terms import coupon, gift_card

pytestmark = pytest.mark.django_db(transaction=True)


def all_at_once(tenant, actions):
    """Run the actions together; what each returned or raised."""
    barrier, results = threading.Barrier(len(actions)), [None] * len(actions)

    def run(place, action):
        try:
            with tenant_context(tenant):
                barrier.wait()
                results[place] = action()
        except DomainError as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_last_scarves(stall, sandbox, in_alpha):
    """Eight buyers, two scarves: exactly two of them get to the payment page."""
    open_sandbox_account(at=now())
    owners = [CartOwner(guest_key=uuid4()) for _ in range(8)]
    for owner in owners:
        add_to_cart(owner=owner, variant_id=stall.scarf.variant_id, quantity=1, at=now())

    results = all_at_once(
        in_alpha,
        [
            lambda owner=owner: check_out(owner=owner, details=DETAILS, acting=GUEST, at=now())
            for owner in owners
        ],
    )

    lost = [each for each in results if isinstance(each, DomainError)]
    assert len(lost) == 6
    assert {each.code for each in lost} <= {"insufficient_stock", "cart_invalid"}
    assert stall.scarf.stock.reserved == 2
    assert Order.objects.count() == 2


def test_one_cart_in_several_tabs(stall, sandbox, in_alpha):
    open_sandbox_account(at=now())
    fill(stall)

    results = all_at_once(
        in_alpha,
        [lambda: check_out(owner=stall.owner, details=DETAILS, acting=GUEST, at=now())] * 5,
    )

    assert len({each.redirect_url for each in results}) == 1
    assert (Order.objects.count(), Payment.objects.count()) == (1, 1)
    assert_books_hold()


def test_first_clicks_of_one_guest(stall, in_alpha):
    all_at_once(
        in_alpha,
        [
            lambda: add_to_cart(
                owner=stall.owner, variant_id=stall.bowl.variant_id, quantity=1, at=now()
            )
        ]
        * 5,
    )

    assert Cart.objects.count() == 1
    assert Cart.objects.get().lines.get().quantity == 5


def test_first_buyers_open_one_account(sandbox, in_alpha):
    accounts = all_at_once(in_alpha, [lambda: open_sandbox_account(at=now())] * 4)

    active = GatewayAccount.objects.filter(state="active")
    assert active.count() == 1
    assert active.get().id in accounts


ROUNDS, BUYERS, AT_ONCE = 50, 200, 16


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_hundred_buyers_for_one_piece(stall, sandbox, in_alpha):
    """Fifty times: two hundred carts with the only bowl, as many at once as there are connections.

    Exactly one of them gets it each time.
    """
    open_sandbox_account(at=now())
    owners = [CartOwner(guest_key=uuid4()) for _ in range(BUYERS)]
    for owner in owners:
        add_to_cart(owner=owner, variant_id=stall.bowl.variant_id, quantity=1, at=now())
    StockItem.objects.filter(variant_id=stall.bowl.variant_id).update(on_hand=1)

    def attempt(owner):
        with tenant_context(in_alpha):
            try:
                return check_out(owner=owner, details=DETAILS, acting=GUEST, at=now())
            except DomainError as error:
                return error

    won = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(ROUNDS):
            random.shuffle(owners)
            results = list(pool.map(attempt, owners))
            winners = [each for each in results if not isinstance(each, DomainError)]
            assert len(winners) == 1, results
            codes = {each.code for each in results if isinstance(each, DomainError)}
            assert codes <= {"cart_invalid", "insufficient_stock"}
            stock = stall.bowl.stock
            assert (stock.on_hand, stock.reserved, stock.allocated) == (1, 1, 0)
            orders.give_up(order_id=winners[0].order_id, at=now())
            won += winners
        for _ in range(AT_ONCE):
            pool.submit(connection.close)
    assert Order.objects.count() == len(won) == ROUNDS
    assert stall.bowl.stock.reserved == 0


def test_last_use_of_a_coupon(stall, sandbox, in_alpha):
    """Eight carts with the same code for one use: one order has it, the others are told."""
    open_sandbox_account(at=now())
    StockItem.objects.update(on_hand=50)
    coupon(uses_max=1)
    owners = [CartOwner(guest_key=uuid4()) for _ in range(8)]
    for owner in owners:
        add_to_cart(owner=owner, variant_id=stall.bowl.variant_id, quantity=1, at=now())
        enter_code(owner=owner, code="TEN", at=now())

    results = all_at_once(
        in_alpha,
        [
            lambda owner=owner: check_out(owner=owner, details=DETAILS, acting=GUEST, at=now())
            for owner in owners
        ],
    )

    lost = [each for each in results if isinstance(each, DomainError)]
    assert len(lost) == 7
    for each in lost:
        (problem,) = each.members["problems"]
        assert (problem["code"], problem["reason"]) == ("code_refused", "used_up")
    assert Promotion.objects.get().used_count == 1
    assert Order.objects.get().discount_minor == 245
    assert stall.bowl.stock.reserved == 1


def test_one_gift_card_in_many_carts(stall, sandbox, in_alpha):
    """What is on it is set aside once, however many try to pay with it at the same moment."""
    open_sandbox_account(at=now())
    StockItem.objects.update(on_hand=50)
    code = gift_card("24.50")
    owners = [CartOwner(guest_key=uuid4()) for _ in range(6)]
    for owner in owners:
        add_to_cart(owner=owner, variant_id=stall.bowl.variant_id, quantity=1, at=now())
        enter_code(owner=owner, code=code, at=now())
    agreed = replace(DETAILS, agreed_minor=2450, agreed_due_minor=0)

    results = all_at_once(
        in_alpha,
        [
            lambda owner=owner: check_out(owner=owner, details=agreed, acting=GUEST, at=now())
            for owner in owners
        ],
    )

    placed = [each for each in results if not isinstance(each, DomainError)]
    assert len(placed) == 1
    assert placed[0].is_placed
    codes = {each.code for each in results if isinstance(each, DomainError)}
    assert codes <= {"insufficient_funds", "cart_invalid"}
    assert Order.objects.get().state == "placed"
    assert_books_hold()
