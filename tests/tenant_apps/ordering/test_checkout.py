"""From a cart of two vendors to one paid order, through the real sandbox."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from shared_apps.kernel.clock import now
from shared_apps.ledger.models import Transfer
from tenant_apps.catalog.models import StockReservation
from tenant_apps.ordering.domain import fulfilment, placing
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.models import Cart, Order, VendorOrder
from tenant_apps.payments.models import Payment, PaymentSplit
from tests.tenant_apps.ordering.conftest import assert_books_hold, deliver_all, fill, start

pytestmark = pytest.mark.django_db


def transfers():
    rows = Transfer.objects.order_by("id").values_list("debit__code", "credit__code", "amount")
    return sorted(rows)


def provider_id_of(return_url):
    return parse_qs(urlsplit(return_url).query)["payment"][0]


def test_two_vendors_one_payment(stall, sandbox, customer):
    fill(stall)

    started = start(stall)
    back = customer.pay(started.redirect_url)
    placing.finish_checkout(provider_id=provider_id_of(back), at=now())

    order = Order.objects.get()
    parts = list(order.vendor_orders.order_by("number"))
    assert (order.state, order.total_minor) == ("placed", 2 * 2450 + 3999)
    assert [(part.vendor_name, part.total_minor, part.state) for part in parts] == [
        ("Potter", 4900, "confirmed"),
        ("Weaver", 3999, "confirmed"),
    ]
    assert [part.commission_minor for part in parts] == [490, 400]
    assert [part.take_minor for part in parts] == [392, 320]
    assert (stall.bowl.stock.allocated, stall.bowl.stock.reserved) == (2, 0)
    assert (stall.scarf.stock.allocated, stall.scarf.stock.reserved) == (1, 0)
    assert Cart.objects.get().state == "ordered"
    assert sum(PaymentSplit.objects.values_list("captured_minor", flat=True)) == 8899
    assert ("clearing:stripe", "escrow", 4900) in transfers()
    assert_books_hold()


def test_delivery_divides_the_money_to_the_cent(stall, sandbox, customer):
    fill(stall)
    back = customer.pay(start(stall).redirect_url)
    placing.finish_checkout(provider_id=provider_id_of(back), at=now())

    for part in VendorOrder.objects.order_by("number"):
        vendor = stall.potter if part.vendor_name == "Potter" else stall.weaver
        fulfilment.ship(
            vendor_order_id=part.id,
            tracking=Tracking("Post", "T1"),
            acting=vendor.actor,
            at=now(),
        )
        fulfilment.deliver(vendor_order_id=part.id, acting=vendor.actor, at=now())

    by_pair = {(debit, credit): amount for debit, credit, amount in transfers()}
    assert by_pair["escrow", f"vendor:{stall.potter.id}"] == 4900 - 490
    assert by_pair["escrow", f"vendor:{stall.weaver.id}"] == 3999 - 400
    assert sorted(amount for debit, credit, amount in transfers() if credit == "commission") == [
        400,
        490,
    ]
    assert sorted(amount for debit, credit, amount in transfers() if credit == "saas_payable") == [
        320,
        392,
    ]
    deliver_all()
    assert_books_hold()


def test_reserving_holds_the_stock(stall, sandbox):
    fill(stall)

    start(stall)

    assert (stall.bowl.stock.reserved, stall.scarf.stock.reserved) == (2, 1)
    assert set(StockReservation.objects.values_list("state", flat=True)) == {"active"}
    assert Order.objects.get().state == "draft"
    assert Payment.objects.get().state == "pending"


def test_same_cart_goes_on_with_the_same_page(stall, sandbox):
    fill(stall)

    first, second = start(stall), start(stall)

    assert first == second
    assert Order.objects.count() == 1


def test_changed_cart_supersedes_the_order(stall, sandbox):
    fill(stall)
    first = start(stall)
    fill(stall, bowls=1, scarves=0)

    second = start(stall)

    states = dict(Order.objects.values_list("id", "state"))
    assert states == {first.order_id: "expired", second.order_id: "draft"}
    assert stall.bowl.stock.reserved == 3
    assert sorted(Payment.objects.values_list("state", flat=True)) == ["expired", "pending"]
