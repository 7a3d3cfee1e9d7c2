"""Who is told what about an order, and who is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.money import Money
from shared_apps.outbox.domain.delivery import deliver_pending
from tenant_apps.ordering.domain.addresses import Address
from tenant_apps.ordering.domain.cancelling import cancel_vendor_order
from tenant_apps.ordering.domain.fulfilment import Tracking, ship
from tenant_apps.ordering.domain.history import PastLine, PastOrder, record_past_order
from tenant_apps.ordering.models import VendorOrder
from tests.factories import shop
from tests.world import NOW

pytestmark = pytest.mark.django_db
ADDRESS = Address(name="Cy", line1="1 Quay", city="Galway", country="IE", postcode="H91 XY12")


@pytest.fixture
def order(in_alpha):
    """Cy buys a bowl of one vendor and a scarf of another."""

    def place(*, at=NOW):
        cy = shop.make_user("cy@customers.example", name="Cy")
        items = [
            shop.make_item(shop.make_vendor("Potter"), "Bowl", price="24.50"),
            shop.make_item(shop.make_vendor("Weaver"), "Scarf", price="39.99"),
        ]
        prices = (Money(2450, "EUR"), Money(3999, "EUR"))
        past = PastOrder(
            id=uuid7(),
            user_id=cy.id,
            email=cy.email,
            address=ADDRESS,
            lines=[
                PastLine(item.variant_id, 1, price)
                for item, price in zip(items, prices, strict=True)
            ],
            delivery={},
            currency="EUR",
            ordered_at=at,
            paid_at=at,
            source="test",
        )
        record_past_order(past=past, acting=SYSTEM, at=at)
        deliver()
        return {row.vendor_name: row for row in VendorOrder.objects.all()}

    return place


def deliver():
    while deliver_pending(at=NOW).delivered:
        pass


def told(beginning):
    """The mails sent so far whose text begins like this, by address."""
    sent = [letter for letter in mail.outbox if beginning in letter.body]
    return sorted((letter.to[0], letter.body) for letter in sent)


def test_customer_hears_of_the_whole_and_each_vendor_of_their_part_only(order):
    order()
    ((to, text),) = told("we have your order")
    assert to == "cy@customers.example"
    assert "Bowl" in text
    assert "Scarf" in text
    assert "64.49" in text
    (potter, of_potter), (weaver, of_weaver) = told("is paid and waits for you")
    assert (potter, weaver) == ("potter@vendors.example", "weaver@vendors.example")
    assert "Bowl" in of_potter
    assert "Scarf" not in of_potter
    assert "64.49" not in of_potter
    assert "39.99" in of_weaver


def test_parcel_and_cancellation_are_told_with_what_is_in_them(order):
    parts = order()
    tracking = Tracking(carrier="Quay Parcels", number="QP1")
    ship(vendor_order_id=parts["Potter"].id, tracking=tracking, acting=SYSTEM, at=NOW)
    cancel_vendor_order(
        vendor_order_id=parts["Weaver"].id, reason="sold_out", acting=SYSTEM, at=NOW
    )
    deliver()
    ((_, sent),) = told("has left")
    assert "Quay Parcels QP1" in sent
    assert "Bowl" in sent
    assert "Scarf" not in sent
    ((_, off),) = told("was cancelled")
    assert "Scarf" in off
    assert "Bowl" not in off


def test_history_is_no_news(order):
    order(at=NOW - timedelta(days=3))
    assert mail.outbox == []
