"""Two at once after a sale, with real threads and commits: one of them, and the books hold."""

from __future__ import annotations

import pytest

from shared_apps.kernel.errors import DomainError
from tenant_apps.ordering.domain import cancelling, fulfilment, inspections, returns
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.domain.inspections import Finding
from tenant_apps.ordering.domain.returns import Asked
from tenant_apps.ordering.models import Reversal
from tests.tenant_apps.ordering.aftermath import CY, buy, refunded, refunds, settle
from tests.tenant_apps.ordering.test_races import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sold(in_alpha, sandbox, customer):
    return buy(customer)


def won(results):
    return [each for each in results if not isinstance(each, DomainError)]


def test_the_same_units_are_cancelled_once(in_alpha, sold):
    """Ten ask for two of three: one gets them, and what was cancelled was paid back once."""
    part, line = sold.part(), sold.line()

    results = all_at_once(
        in_alpha,
        [
            lambda: cancelling.cancel_lines(
                vendor_order_id=part.id,
                quantities={line.id: 2},
                reason="",
                acting=sold.potter.actor,
                at=sold.at,
            )
        ]
        * 10,
    )
    settle()

    assert len(won(results)) == 1
    assert refunds() == [3598]
    assert Reversal.objects.count() == 1


def test_sending_and_cancelling(in_alpha, sold):
    """Either it is sent or it is paid back, never both."""
    part = sold.part()
    send = lambda: fulfilment.ship(  # noqa: E731 - two actions side by side
        vendor_order_id=part.id, tracking=Tracking(), acting=sold.potter.actor, at=sold.at
    )
    stop = lambda: cancelling.cancel_vendor_order(  # noqa: E731
        vendor_order_id=part.id, reason="", owner=sold.owner, acting=CY, at=sold.at
    )

    results = all_at_once(in_alpha, [send, stop] * 4)
    settle()

    assert len(won(results)) == 1
    is_cancelled = sold.part().state == "cancelled"
    assert refunded() == (part.total_minor if is_cancelled else 0)
    assert sold.bowl.stock.on_hand == (10 if is_cancelled else 7)


def test_a_return_is_paid_back_once(in_alpha, sold):
    sold.deliver()
    line = sold.line()
    found = returns.request_return(
        vendor_order_id=sold.part().id,
        asked=Asked({line.id: 3}, "unwanted"),
        owner=sold.owner,
        acting=CY,
        at=sold.at,
    )
    returns.approve(return_id=found, answer="", acting=sold.potter.actor, at=sold.at)
    returns.receive(return_id=found, acting=sold.potter.actor, at=sold.at)

    results = all_at_once(
        in_alpha,
        [
            lambda: inspections.inspect(
                return_id=found,
                findings={line.id: Finding(restocked=3)},
                acting=sold.potter.actor,
                at=sold.at,
            )
        ]
        * 8,
    )
    settle()

    assert len(won(results)) == 1
    assert refunds() == [sold.part().total_minor]
    assert sold.bowl.stock.on_hand == 10


def test_one_return_of_the_last_units(in_alpha, sold):
    sold.deliver()
    part, line = sold.part(), sold.line()

    results = all_at_once(
        in_alpha,
        [
            lambda: returns.request_return(
                vendor_order_id=part.id,
                asked=Asked({line.id: 2}, "unwanted"),
                owner=sold.owner,
                acting=CY,
                at=sold.at,
            )
        ]
        * 6,
    )

    assert len(won(results)) == 1
