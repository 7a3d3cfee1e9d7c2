"""Many at once, with real threads and real commits."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from django.db import connection

from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.errors import DomainError
from tenant_apps.ordering.domain.carts import CartOwner, add_to_cart
from tenant_apps.ordering.domain.checkout import check_out
from tenant_apps.ordering.models import Cart, Order
from tenant_apps.payments.domain.accounts import open_sandbox_account
from tenant_apps.payments.models import GatewayAccount, Payment
from tests.tenant_apps.ordering.conftest import assert_books_hold, fill
from tests.tenant_apps.ordering.people import DETAILS, GUEST

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
