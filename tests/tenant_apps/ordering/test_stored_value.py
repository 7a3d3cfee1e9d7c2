"""Codes, gift cards, the wallet and loyalty credit in one order, from the cart until the money is back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared_apps.kernel.clock import now
from shared_apps.kernel.money import Money
from shared_apps.ledger.queries import balance_of
from tenant_apps.ordering.domain import cancelling, carts, fulfilment
from tenant_apps.ordering.domain.carts import CartOwner, CodeRefused
from tenant_apps.ordering.domain.checkout import check_out
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.models import Order, VendorOrder
from tenant_apps.payments.models import Payment
from tenant_apps.promotions.domain import gift_cards, loyalty, promotions
from tenant_apps.promotions.domain.gift_cards import GiftCardDraft
from tenant_apps.promotions.domain.promotions import PromotionDraft
from tenant_apps.promotions.models import CodeUse, Promotion
from tenant_apps.wallet.queries import wallet_of
from tests.factories import shop
from tests.tenant_apps.ordering.aftermath import ADA, settle
from tests.tenant_apps.ordering.conftest import fill
from tests.tenant_apps.ordering.people import DETAILS, GUEST
from tests.tenant_apps.wallet.conftest import fund

pytestmark = pytest.mark.django_db


def eur(text):
    return Money.parse(text, "EUR")


@pytest.fixture
def cy(stall, sandbox):
    """Signed in, with two bowls and a scarf (88.99) in the cart and EUR 200 in the wallet."""
    user = shop.make_user("cy@customers.example")
    fund(user.id, eur("200.00"))
    stall.owner = CartOwner(user.id)
    fill(stall)
    return user


def coupon(**changes):
    draft = PromotionDraft(
        title="Ten off",
        kind="percentage",
        currency="EUR",
        bps=1000,
        code="TEN",
        starts_at=now() - timedelta(days=1),
        **{"uses_max": 1, **changes},
    )
    return promotions.create_promotion(draft=draft, acting=ADA, at=now())


def order_by_wallet(stall):
    details = replace(DETAILS, uses_wallet=True)
    started = check_out(owner=stall.owner, details=details, acting=GUEST, at=now())
    assert started.is_placed
    settle()
    return Order.objects.get(id=started.order_id)


def test_coupon_card_and_wallet_pay_an_order(stall, cy, in_alpha):
    coupon()
    card = gift_cards.issue(draft=GiftCardDraft(eur("25.00")), acting=ADA, at=now())
    for code in ("ten", card.code):
        carts.enter_code(owner=stall.owner, code=code, at=now())

    order = order_by_wallet(stall)

    assert (order.discount_minor, order.total_minor) == (890, 8009)
    paid = dict(Payment.objects.values_list("method", "captured_minor"))
    assert paid == {"gift_card": 2500, "wallet": 5509}
    assert gift_cards.find(card.code).balance == eur("0.00")
    view = wallet_of(cy.id, "EUR")
    assert (view.available, view.held) == (eur("144.91"), eur("0.00"))
    assert CodeUse.objects.get().state == "confirmed"
    # The operator bears the coupon: escrow holds what the goods cost, 25.00 is the card's.
    assert balance_of("escrow", "EUR") == eur("88.99")
    assert balance_of("promotion_cost", "EUR") == eur("33.90")


def test_cancelled_order_gives_stored_value_back(stall, cy, in_alpha):
    coupon()
    card = gift_cards.issue(draft=GiftCardDraft(eur("25.00")), acting=ADA, at=now())
    for code in ("TEN", card.code):
        carts.enter_code(owner=stall.owner, code=code, at=now())
    order = order_by_wallet(stall)

    cancelling.cancel_order(order_id=order.id, reason="test", acting=ADA, at=now())
    for _ in range(3):
        settle()

    assert gift_cards.find(card.code).balance == eur("25.00")
    assert wallet_of(cy.id, "EUR").available == eur("200.00")
    assert balance_of("escrow", "EUR") == eur("0.00")
    # What the coupon would have cost is back; what is on the card stays given.
    assert balance_of("promotion_cost", "EUR") == eur("25.00")


def test_loyalty_credit_of_a_completed_part(stall, cy, in_alpha):
    loyalty.choose_loyalty(bps=500, acting=ADA, at=now())
    order_by_wallet(stall)
    before = wallet_of(cy.id, "EUR").available
    part = VendorOrder.objects.get(vendor_name="Weaver")

    fulfilment.ship(vendor_order_id=part.id, tracking=Tracking(), acting=ADA, at=now())
    fulfilment.deliver(vendor_order_id=part.id, acting=ADA, at=now())
    fulfilment.complete(vendor_order_id=part.id, acting=ADA, at=now())
    settle()
    settle()

    assert wallet_of(cy.id, "EUR").available == before + eur("2.00")


def test_first_order_only(stall, cy, in_alpha):
    coupon(is_first_order_only=True, uses_max=5)
    carts.enter_code(owner=stall.owner, code="TEN", email=DETAILS.email, at=now())
    first = order_by_wallet(stall)
    fill(stall, scarves=0)

    assert first.discount_minor == 890
    with pytest.raises(CodeRefused) as refused:
        carts.enter_code(owner=stall.owner, code="TEN", email=DETAILS.email, at=now())
    assert refused.value.members["reason"] == "first_order_only"
    assert Promotion.objects.get().used_count == 1
