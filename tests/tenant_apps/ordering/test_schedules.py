"""Two hundred checkouts that go wrong in random ways: cut short at any step, repeated, paid late.

A cut is what a power failure leaves behind: everything committed so far, nothing after it. It is
simulated in this process by an exception no code of ours catches; `test_crashes` kills for real.
"""

from __future__ import annotations

import random
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from shared_apps.kernel import crashes
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError
from shared_apps.outbox.domain.delivery import deliver_pending
from tenant_apps.ordering.domain import carts, placing, recovery
from tenant_apps.ordering.domain.carts import CartOwner
from tenant_apps.ordering.domain.checkout import check_out
from tenant_apps.ordering.models import Order
from tenant_apps.payments.domain.reconciling import reconcile
from tenant_apps.payments.models import Payment
from tenant_apps.promotions.models import CodeUse, Promotion
from tenant_apps.wallet.models import Hold
from tests.factories import shop
from tests.tenant_apps.ordering.conftest import assert_books_hold
from tests.tenant_apps.ordering.people import DETAILS, GUEST
from tests.tenant_apps.ordering.test_terms import coupon, gift_card, give

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
STEPS = ("after_reserve", "after_gateway_start", "after_open", "after_capture")
BATCHES, PER_BATCH, STEPS_MAX = 20, 10, 7


class PowerCut(BaseException):
    """Nothing that runs now runs on."""


@contextmanager
def cut_at(step, settings, monkeypatch):
    """Within it the process ends at a step; what it had not committed is gone."""
    settings.GALLERIA_CRASH_AT = step

    def end(_pid, _signal):
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(crashes.os, "kill", end)
        with suppress(PowerCut, DomainError):
            yield
    settings.GALLERIA_CRASH_AT = ""


@dataclass
class Purchase:
    """One customer's attempts to buy one bowl."""

    rng: random.Random
    owner: CartOwner
    customer: object
    details: object
    pages: list = field(default_factory=list)
    paid: list = field(default_factory=list)

    def submit(self):
        started = check_out(owner=self.owner, details=self.details, acting=GUEST, at=now())
        if started.redirect_url:
            self.pages.append(started.redirect_url)

    def other_address(self):
        self.details = replace(self.details, phone=str(self.rng.randrange(3)))
        self.submit()

    def other_tender(self):
        self.details = replace(self.details, uses_wallet=not self.details.uses_wallet)
        self.submit()

    def pay(self):
        """At any page that was ever shown; one that has ended refuses."""
        for page in self.rng.sample(self.pages, len(self.pages)):
            with suppress(AssertionError):
                self.paid.append(self.customer.pay(page))
                return

    def come_back(self):
        for back in self.paid[-1:]:
            provider_id = parse_qs(urlsplit(back).query)["payment"][0]
            placing.finish_checkout(provider_id=provider_id, at=now())

    def news(self):
        deliver_pending(at=now())

    def job(self):
        recovery.tend_checkouts(at=now() + timedelta(minutes=2))

    def late_job(self):
        recovery.tend_checkouts(at=now() + timedelta(minutes=40))


ACTIONS = (
    Purchase.submit,
    Purchase.submit,
    Purchase.other_address,
    Purchase.other_tender,
    Purchase.pay,
    Purchase.pay,
    Purchase.come_back,
    Purchase.news,
    Purchase.job,
    Purchase.late_job,
)


def settle_everything():
    """Time passes: whatever was left open is finished or let go of."""
    for minutes in (3, 60, 120):
        recovery.tend_checkouts(at=now() + timedelta(minutes=minutes))
        reconcile(at=now() + timedelta(minutes=minutes))
        while deliver_pending(at=now() + timedelta(minutes=minutes)).delivered:
            pass


@pytest.mark.parametrize("batch", range(BATCHES))
def test_nothing_is_lost_doubled_or_leaked(stall, sandbox, customer, settings, monkeypatch, batch):
    rng = random.Random(batch)
    user = shop.make_user("cy@customers.example")
    give(user.id, "1000.00")
    coupon(uses_per_customer=None)
    on_hand = stall.bowl.stock.on_hand
    sold = 0
    for _ in range(PER_BATCH):
        owner = CartOwner(user.id)
        carts.clear_cart(owner=owner, at=now())
        carts.add_to_cart(owner=owner, variant_id=stall.bowl.variant_id, quantity=1, at=now())
        if rng.random() < 0.5:
            carts.enter_code(owner=owner, code="TEN", at=now())
        if rng.random() < 0.5:
            carts.enter_code(owner=owner, code=gift_card(rng.choice(["5.00", "50.00"])), at=now())
        details = replace(DETAILS, uses_wallet=rng.random() < 0.3)
        purchase = Purchase(rng, owner, customer, details)
        before = set(Order.objects.values_list("id", flat=True))
        for action in rng.choices(ACTIONS, k=rng.randint(2, STEPS_MAX)):
            step = rng.choice((*STEPS, "", ""))
            with cut_at(step, settings, monkeypatch):
                action(purchase)
        settle_everything()
        sold += check_one(before, purchase)
        stock = stall.bowl.stock
        if stock.available < 2:
            restock(stall)
    stock = stall.bowl.stock
    assert (stock.reserved, stock.allocated) == (0, sold)
    assert stock.on_hand >= on_hand
    assert_books_hold()


def restock(stall):
    item = stall.bowl.stock
    item.on_hand += 20
    item.save(update_fields=["on_hand"])


def check_one(before, purchase):
    """At most one order of the cart was placed, and exactly it was paid; everything else is free."""
    orders = list(Order.objects.exclude(id__in=before))
    placed = [order for order in orders if order.state == "placed"]
    assert {order.state for order in orders} <= {"placed", "expired", "rejected"}
    assert len(placed) <= 1
    subjects = [f"ordering.order:{order.id}" for order in orders]
    payments = Payment.objects.filter(subject__in=subjects)
    kept = sum(row.captured_minor - row.refunded_minor for row in payments)
    assert kept == sum(order.total_minor for order in placed), (orders, list(payments))
    assert not payments.filter(state__in=["created", "pending", "authorised"]).exists()
    assert not Hold.objects.filter(state="held").exists()
    used = CodeUse.objects.filter(state__in=["reserved", "confirmed"])
    assert used.count() == Promotion.objects.get().used_count
    assert not used.filter(state="reserved").exists()
    for order in placed:
        if order.discounts:
            assert used.filter(subject=f"ordering.order:{order.id}").exists()
    return len(placed)
