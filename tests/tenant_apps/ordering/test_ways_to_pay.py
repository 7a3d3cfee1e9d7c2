"""Bank transfers that end on instructions, cash that is placed at once, and what is not offered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.money import Money
from tenant_apps.ordering.domain import fulfilment, paying, recovery
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.domain.paying import MethodUnknown
from tenant_apps.ordering.models import Order, VendorOrder
from tenant_apps.payments.domain import offline
from tenant_apps.payments.domain.methods import TermsWanted, set_terms
from tenant_apps.payments.models import Payment
from tests.tenant_apps.ordering.conftest import assert_books_hold, deliver_all, fill, start
from tests.tenant_apps.ordering.people import DETAILS
from tests.tenant_apps.ordering.test_pages import FORM, Browser, variant

pytestmark = pytest.mark.django_db


def offer(method, **changes):
    wanted = TermsWanted(is_on=True, instructions="To IE29 AIBK 9311 5212 3456 78", **changes)
    set_terms(method=method, wanted=wanted, acting=SYSTEM, at=now())


def paying_by(method):
    return replace(DETAILS, method=method)


def test_transfer_is_awaited_then_placed(stall, sandbox):
    offer("bank_transfer", days_to_pay=5)
    fill(stall)

    started = start(stall, details=paying_by("bank_transfer"))

    order, payment = Order.objects.get(), Payment.objects.get()
    assert (started.is_placed, started.redirect_url) == (False, "")
    assert (order.state, payment.state, payment.account_id) == ("draft", "pending", None)
    assert order.expires_at > payment.expires_at
    assert stall.bowl.stock.reserved == 2
    recovery.tend_checkouts(at=payment.expires_at)
    assert Order.objects.get().state == "draft"
    amount = Money(8899, "EUR")
    offline.mark_received(payment_id=payment.id, amount=amount, acting=SYSTEM, at=now())
    deliver_all()
    assert Order.objects.get().state == "placed"
    assert_books_hold()


def test_transfer_that_never_comes(stall, sandbox):
    offer("bank_transfer")
    fill(stall)
    start(stall, details=paying_by("bank_transfer"))

    recovery.tend_checkouts(at=Order.objects.get().expires_at)

    assert (Order.objects.get().state, Payment.objects.get().state) == ("expired", "expired")
    assert stall.bowl.stock.reserved == 0


def test_cash_is_placed_at_once_and_collected_at_the_door(stall, sandbox):
    offer("cash")
    fill(stall)

    started = start(stall, details=paying_by("cash"))

    assert started.is_placed
    assert Order.objects.get().state == "placed"
    for part in VendorOrder.objects.order_by("number"):
        vendor = stall.potter if part.vendor_name == "Potter" else stall.weaver
        fulfilment.ship(vendor_order_id=part.id, tracking=Tracking(), acting=vendor.actor, at=now())
        fulfilment.deliver(vendor_order_id=part.id, acting=vendor.actor, at=now())
    assert Payment.objects.get().state == "captured"
    deliver_all()
    assert_books_hold()


def test_only_what_is_offered(stall, sandbox):
    fill(stall)
    for method in ("bank_transfer", "cash", "wallet", "nonsense"):
        with pytest.raises(MethodUnknown):
            start(stall, details=paying_by(method))
    offer("cash", countries=["DE"])
    due = Money(100, "EUR")
    ways = [each.method for each in paying.ways_to_pay(due=due, country="IE", user_id=None)]
    assert "cash" not in ways
    ways = [each.method for each in paying.ways_to_pay(due=due, country="DE", user_id=None)]
    assert "cash" in ways
    assert paying.ways_to_pay(due=Money(0, "EUR"), country="DE", user_id=None) == []


def test_instructions_on_the_page(stall, sandbox, in_alpha):
    offer("bank_transfer")
    visitor = Browser(in_alpha)
    visitor.post("/cart/lines/", variant=variant(stall.bowl), quantity=1)
    assert "Bank transfer" in visitor.get("/checkout/").content.decode()

    answer = visitor.post("/checkout/", **FORM, method="bank_transfer")

    assert answer.status_code == 303
    page = visitor.get(answer["Location"]).content.decode()
    assert "IE29 AIBK 9311 5212 3456 78" in page
    assert Order.objects.get().number in page
    refused = visitor.post("/checkout/", **FORM, method="cash")
    assert refused.status_code in {302, 422}
