"""A vendor order on its way: in one parcel or several, to its end."""

from __future__ import annotations

import pytest

from shared_apps.kernel.clock import now
from shared_apps.kernel.lifecycle import MoveNotAllowed
from shared_apps.ledger.queries import balance_of
from tenant_apps.ordering import queries
from tenant_apps.ordering.domain import cancelling, fulfilment
from tenant_apps.ordering.domain.carts import CartOwner, add_to_cart
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.domain.parts import BadQuantities, NotYourOrder
from tenant_apps.ordering.models import Fulfilment
from tenant_apps.partners.permissions import NotYourPartner
from tenant_apps.payments.models import Payment
from tenant_apps.settlement.models import Earning
from tests.tenant_apps.ordering.aftermath import CY, buy, open_shop, owe_for, refunded, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(in_alpha, sandbox, customer):
    return buy(customer)


def test_vector_of_the_reference(sold):
    line = sold.line()

    assert (line.total_minor, line.tax_minor) == (5397, 899)
    assert (line.commission_minor, line.commission_tax_minor) == (562, 112)
    assert line.earning_minor == 4723


def test_one_parcel(sold):
    sold.deliver()

    part = sold.part()
    assert part.state == "delivered"
    assert part.delivered_at == sold.at
    assert sold.earned() == 4723 + 490
    assert sold.bowl.stock.on_hand == 7
    assert sold.part(sold.weaver).state == "confirmed"


def test_two_parcels(sold):
    sold.ship(1)
    assert sold.part().state == "partially_shipped"
    order = queries.any_order(sold.part().order_id)
    assert (order.status, order.fulfilment_status) == ("partially_shipped", "partially_fulfilled")

    first = Fulfilment.objects.get()
    fulfilment.deliver(
        vendor_order_id=sold.part().id, parcel_id=first.id, acting=sold.potter.actor, at=sold.at
    )
    assert (sold.part().state, sold.earned()) == ("partially_shipped", 0)
    sold.ship()
    assert sold.part().state == "shipped"
    fulfilment.deliver(vendor_order_id=sold.part().id, acting=sold.potter.actor, at=sold.at)
    settle()

    assert sold.part().state == "delivered"
    assert sold.earned() == 4723 + 490
    assert sold.bowl.stock.on_hand == 7


def test_the_rest_of_a_part_is_cancelled(sold):
    sold.ship(1)
    fulfilment.deliver(vendor_order_id=sold.part().id, acting=sold.potter.actor, at=sold.at)
    cancelling.cancel_lines(
        vendor_order_id=sold.part().id,
        quantities={sold.line().id: 2},
        reason="broken",
        acting=sold.potter.actor,
        at=sold.at,
    )
    settle()

    assert sold.part().state == "delivered"
    assert refunded() == 3598
    assert sold.earned() == 5397 - 3598 - (562 - 375) - (112 - 75) + 490


def test_no_more_than_was_sold_is_sent(sold):
    with pytest.raises(BadQuantities):
        sold.ship(4)
    sold.ship(3)
    with pytest.raises(MoveNotAllowed):
        sold.ship()


def test_customer_says_it_arrived(sold):
    sold.ship()
    part = sold.part()
    with pytest.raises(NotYourOrder):
        fulfilment.deliver(vendor_order_id=part.id, owner=CartOwner(), acting=CY, at=sold.at)
    fulfilment.deliver(vendor_order_id=part.id, owner=sold.owner, acting=CY, at=sold.at)
    settle()

    assert sold.part().state == "delivered"


def test_other_vendor_may_not(sold):
    with pytest.raises(NotYourPartner):
        fulfilment.ship(
            vendor_order_id=sold.part().id,
            tracking=Tracking(),
            acting=sold.weaver.actor,
            at=sold.at,
        )


def test_completed_when_time_is_over(sold):
    sold.deliver()
    fulfilment.complete(vendor_order_id=sold.part().id, acting=sold.potter.actor, at=sold.at)
    settle()

    assert sold.part().state == "completed"
    assert Earning.objects.get(partner_id=sold.potter.id).state == "released"


@pytest.fixture
def owing(in_alpha):
    """The same sale, to be paid in cash at the door; nothing is in escrow."""
    stall = open_shop()
    for item, count in ((stall.bowl, 3), (stall.scarf, 1)):
        add_to_cart(owner=stall.owner, variant_id=item.variant_id, quantity=count, at=now())
    return owe_for(stall)


def test_cash_is_collected_at_the_door(owing):
    cancelling.cancel_lines(
        vendor_order_id=owing.part().id,
        quantities={owing.line().id: 1},
        reason="",
        acting=owing.potter.actor,
        at=owing.at,
    )
    settle()
    assert balance_of("clearing:cash", "EUR").minor == 0
    owing.deliver()

    assert balance_of("clearing:cash", "EUR").minor == 3598 + 490
    assert owing.earned() == 3598 - 375 - 75 + 490
    cancelling.cancel_vendor_order(
        vendor_order_id=owing.part(owing.weaver).id,
        reason="",
        acting=owing.weaver.actor,
        at=owing.at,
    )
    settle()
    assert Payment.objects.get().state == "captured"
