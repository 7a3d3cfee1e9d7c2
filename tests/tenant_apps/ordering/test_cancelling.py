"""Calling off lines, parts and whole orders: exact money, stock back, siblings untouched."""

from __future__ import annotations

import pytest

from tenant_apps.ordering import queries
from tenant_apps.ordering.domain import cancelling, fulfilment
from tenant_apps.ordering.domain.cancelling import TooLateToCancel
from tenant_apps.ordering.domain.carts import CartOwner
from tenant_apps.ordering.domain.parts import BadQuantities, NotYourOrder
from tenant_apps.ordering.models import Reversal
from tenant_apps.settlement.models import Earning
from tests.tenant_apps.ordering.aftermath import ADA, CY, buy, refunded, refunds, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(in_alpha, sandbox, customer):
    return buy(customer)


def cancel(sold, count, **who):
    cancelling.cancel_lines(
        vendor_order_id=sold.part().id,
        quantities={sold.line().id: count},
        reason="",
        at=sold.at,
        **(who or {"acting": sold.potter.actor}),
    )


def test_one_by_one_is_exact(sold):
    for _ in range(3):
        cancel(sold, 1)
        settle()

    rows = Reversal.objects.filter(line__isnull=False).order_by("id")
    assert [row.gross_minor for row in rows] == [1799, 1799, 1799]
    assert [row.commission_minor for row in rows] == [187, 188, 187]
    assert [row.commission_tax_minor for row in rows] == [37, 38, 37]
    assert refunds() == [1799, 1799, 1799 + 490]
    assert sold.part().state == "cancelled"
    assert sold.part(sold.weaver).state == "confirmed"
    assert Earning.objects.get(partner_id=sold.potter.id).state == "voided"
    assert sold.bowl.stock.available == 10
    assert refunded() == sold.part().total_minor


def test_customer_before_it_is_prepared(sold):
    cancel(sold, 1, owner=sold.owner, acting=CY)
    fulfilment.start_processing(
        vendor_order_id=sold.part().id, acting=sold.potter.actor, at=sold.at
    )
    with pytest.raises(TooLateToCancel):
        cancel(sold, 1, owner=sold.owner, acting=CY)
    cancel(sold, 1, acting=ADA)
    settle()

    assert refunds() == [1799, 1799]
    assert sold.bowl.stock.available == 9


def test_strangers_and_nonsense(sold):
    with pytest.raises(NotYourOrder):
        cancel(sold, 1, owner=CartOwner(), acting=CY)
    for count in (0, 4, -1):
        with pytest.raises(BadQuantities):
            cancel(sold, count)


def test_whole_order_by_its_customer(sold):
    done = cancelling.cancel_order(
        order_id=sold.part().order_id, reason="", owner=sold.owner, acting=CY, at=sold.at
    )
    settle()

    assert (len(done.cancelled), list(done.kept)) == (2, [])
    order = queries.any_order(sold.part().order_id)
    assert (order.status, order.payment_status) == ("cancelled", "refunded")
    assert refunded() == order.total.minor
    with pytest.raises(TooLateToCancel):
        cancelling.cancel_order(
            order_id=order.id, reason="", owner=sold.owner, acting=CY, at=sold.at
        )


def test_whole_order_leaves_what_is_sent(sold):
    sold.ship()
    done = cancelling.cancel_order(order_id=sold.part().order_id, reason="", acting=ADA, at=sold.at)
    settle()

    assert done.kept == [sold.part().id]
    assert (sold.part().state, sold.part(sold.weaver).state) == ("shipped", "cancelled")
    assert refunded() == sold.part(sold.weaver).total_minor
