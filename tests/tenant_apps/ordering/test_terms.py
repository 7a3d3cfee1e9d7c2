"""Taxes, delivery, codes and stored value in one purchase: what is agreed is what is paid."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.ordering.domain import carts, delivery_editing, placing, recovery, tax_editing
from tenant_apps.ordering.domain.cart_reading import SoFar, cart_of
from tenant_apps.ordering.domain.carts import CartOwner, CodeRefused
from tenant_apps.ordering.domain.checkout import CartInvalid, check_out
from tenant_apps.ordering.domain.delivery_editing import MethodDraft, RateDraft
from tenant_apps.ordering.domain.tax_editing import TaxChoices, TaxZoneDraft
from tenant_apps.ordering.domain.taxes import Rate
from tenant_apps.ordering.models import Order, VendorOrder
from tenant_apps.payments.models import Payment, PaymentSplit
from tenant_apps.promotions.domain import gift_cards, promotions
from tenant_apps.promotions.domain.gift_cards import GiftCardDraft
from tenant_apps.promotions.domain.promotions import PromotionDraft
from tenant_apps.promotions.models import Promotion
from tenant_apps.settlement.models import Earning
from tenant_apps.wallet.domain import balances
from tenant_apps.wallet.domain.sources import wallet_of
from tenant_apps.wallet.queries import balance_of
from tests.factories import shop
from tests.tenant_apps.ordering.conftest import assert_books_hold, deliver_all, fill, start
from tests.tenant_apps.ordering.people import ADDRESS, DETAILS, GUEST

pytestmark = pytest.mark.django_db


def eur(text):
    return Money.parse(text, "EUR")


def tax(*, bps=2300, included=True, fee_bps=0):
    choices = TaxChoices(prices_include_tax=included, home_country="IE", fee_tax_bps=fee_bps)
    tax_editing.choose_taxes(choices=choices, acting=SYSTEM, at=now())
    draft = TaxZoneDraft("Ireland", ["IE"], {"standard": Rate("VAT", bps)})
    return tax_editing.add_tax_zone(draft=draft, acting=SYSTEM, at=now())


def method(vendor, price, *, name="Post", zone_id=None, up_to_g=None, free_from=None, **changes):
    rate = RateDraft(eur(price), zone_id, up_to_g, eur(free_from) if free_from else None)
    draft = MethodDraft(name=name, rate=rate, **changes)
    vendor_id = vendor.id if vendor else None
    return delivery_editing.add_method(vendor_id=vendor_id, draft=draft, acting=SYSTEM, at=now())


def coupon(code="TEN", **changes):
    draft = PromotionDraft(
        title="Ten off",
        kind="percentage",
        currency="EUR",
        starts_at=now(),
        code=code,
        bps=1000,
    )
    return promotions.create_promotion(draft=replace(draft, **changes), acting=SYSTEM, at=now())


def gift_card(amount):
    made = gift_cards.issue(draft=GiftCardDraft(amount=eur(amount)), acting=SYSTEM, at=now())
    return made.code


@operation
def give(user_id, amount):
    balances.credit(
        source=wallet_of(user_id),
        amount=eur(amount),
        debit="promotion_cost",
        key=f"gift:{user_id}",
        kind="credit",
        subject=Ref("identity.user", str(user_id)),
        at=now(),
    )


def pay(customer, started):
    back = customer.pay(started.redirect_url)
    provider_id = parse_qs(urlsplit(back).query)["payment"][0]
    placing.finish_checkout(provider_id=provider_id, at=now())


def parts():
    return list(VendorOrder.objects.order_by("number"))


def test_tax_within_prices_is_frozen_on_lines_and_delivery(stall, sandbox, customer):
    tax()
    method(stall.potter, "5.90")
    fill(stall)

    started = start(stall)
    tax_editing.remove_tax_zone(zone_id=tax_zone_id(), acting=SYSTEM, at=now())
    pay(customer, started)

    order, (potters, weavers) = Order.objects.get(), parts()
    line = potters.lines.get()
    assert (line.tax_name, line.tax_jurisdiction, line.tax_bps) == ("VAT", "Ireland", 2300)
    assert (line.tax_minor, line.tax_added_minor) == (916, 0)
    assert (potters.delivery_minor, potters.delivery_tax_minor) == (590, 110)
    assert potters.tax_minor == 916 + 110
    assert (weavers.delivery_minor, weavers.tax_minor) == (0, 748)
    assert order.tax_minor == 916 + 110 + 748
    assert order.total_minor == 4900 + 590 + 3999
    # The commission is of the net goods; the delivery is the vendor's, and they remit the tax.
    assert potters.commission_minor == 398
    assert potters.earning_minor == 4900 + 590 - 398
    deliver_all()
    assert_books_hold()


def tax_zone_id():
    (zone,) = tax_editing.tax_zones()
    return zone.id


def test_tax_on_top_of_prices(stall, sandbox, customer):
    tax(bps=1900, included=False)
    method(None, "5.00")
    fill(stall, bowls=1, scarves=0)

    pay(customer, start(stall))

    order, (potters,) = Order.objects.get(), parts()
    assert (order.tax_minor, order.tax_added_minor) == (466 + 95, 466 + 95)
    assert order.total_minor == 2450 + 500 + 466 + 95
    assert not order.prices_include_tax
    assert potters.earning_minor == order.total_minor - 245
    assert Payment.objects.get().captured_minor == order.total_minor
    assert_books_hold()


def test_elsewhere_no_tax(stall, sandbox):
    tax()
    fill(stall)

    abroad = replace(ADDRESS, country="CH", postcode="8001")
    start(stall, details=replace(DETAILS, address=abroad))

    assert Order.objects.get().tax_minor == 0


def test_the_operator_remits_for_whom_it_is_liable(stall, sandbox, customer):
    tax(fee_bps=2000)
    tax_editing.choose_liability(
        vendor_id=stall.potter.id, is_operator_liable=True, acting=SYSTEM, at=now()
    )
    method(stall.potter, "5.90")
    fill(stall)

    pay(customer, start(stall))

    potters, weavers = parts()
    assert potters.retained_tax_minor == 916 + 110
    assert (potters.commission_minor, potters.commission_tax_minor) == (398, 80)
    assert potters.earning_minor == 4900 + 590 - 398 - 80 - 1026
    assert weavers.retained_tax_minor == 0
    earning = Earning.objects.get(subject=f"ordering.vendor_order:{potters.id}")
    assert earning.amount_minor == potters.earning_minor
    assert_books_hold()


def test_delivery_by_zone_weight_and_value(stall, sandbox):
    zone_id = delivery_editing.add_delivery_zone(
        vendor_id=stall.potter.id, name="Home", areas=["IE", "GB BT*"], acting=SYSTEM, at=now()
    )
    post = method(stall.potter, "4.00", zone_id=zone_id, free_from="100.00")
    pickup = method(stall.potter, "0.00", name="Workshop", kind="pickup", zone_id=zone_id)
    fill(stall, bowls=2, scarves=0)

    def ways(address):
        view = cart_of(owner=stall.owner, at=now(), so_far=SoFar(address=address))
        return [(each.name, each.price.minor) for each in view.groups[0].options]

    assert ways(ADDRESS) == [("Post", 400), ("Workshop", 0)]
    fill(stall, bowls=3, scarves=0)
    assert ways(ADDRESS) == [("Post", 0), ("Workshop", 0)]
    assert ways(replace(ADDRESS, country="FR", postcode="75001")) == []
    assert ways(replace(ADDRESS, country="GB", postcode="BT1 5GS")) != []

    code = delivery_editing.methods_of(stall.potter.id)[1].public_id
    chosen = replace(DETAILS, delivery={str(stall.potter.id): code})
    start(stall, details=chosen)
    (part,) = parts()
    assert (part.delivery_name, part.is_pickup, part.delivery_minor) == ("Workshop", True, 0)
    assert post != pickup


def test_what_stands_in_the_way_is_told(stall, sandbox):
    zone_id = delivery_editing.add_delivery_zone(
        vendor_id=stall.potter.id, name="Home", areas=["DE"], acting=SYSTEM, at=now()
    )
    method(stall.potter, "4.00", zone_id=zone_id)
    delivery_editing.choose_minimum(
        vendor_id=stall.weaver.id, minimum=eur("50.00"), acting=SYSTEM, at=now()
    )
    coupon(uses_max=1)
    fill(stall)
    carts.enter_code(owner=stall.owner, code="ten", at=now())
    Promotion.objects.update(used_count=1)

    with pytest.raises(CartInvalid) as refused:
        start(stall)

    told = {each["code"]: each for each in refused.value.members["problems"]}
    assert set(told) == {"delivery_not_offered", "below_minimum", "code_refused"}
    assert told["below_minimum"]["missing"] == {"amount": "10.01", "currency": "EUR"}
    assert told["code_refused"]["reason"] == "used_up"
    assert not Order.objects.exists()


def test_another_total_than_agreed_is_told_not_charged(stall, sandbox):
    fill(stall)
    view = cart_of(owner=stall.owner, at=now(), so_far=SoFar(address=ADDRESS))
    method(stall.potter, "4.00")

    with pytest.raises(CartInvalid) as refused:
        start(stall, details=replace(DETAILS, agreed_minor=view.total.minor))

    (told,) = refused.value.members["problems"]
    assert (told["code"], told["now"]["amount"]) == ("total_changed", "92.99")
    start(stall, details=replace(DETAILS, agreed_minor=9299))
    assert Order.objects.get().total_minor == 9299


def test_coupon_borne_by_the_operator(stall, sandbox, customer):
    tax(bps=0)
    coupon()
    fill(stall)
    assert carts.enter_code(owner=stall.owner, code=" ten ", at=now()) == "coupon"

    pay(customer, start(stall))

    order, (potters, weavers) = Order.objects.get(), parts()
    assert (order.discount_minor, order.total_minor) == (890, 8899 - 890)
    assert (potters.discount_minor, potters.subsidy_minor) == (490, 490)
    # The vendor is paid as if there had been no discount.
    assert potters.earning_minor == 4900 - 490
    assert weavers.earning_minor == 3999 - 400
    assert Promotion.objects.get().used_count == 1
    assert_books_hold()


def test_coupon_makes_it_free(stall, sandbox):
    coupon(bps=10_000)
    fill(stall)
    carts.enter_code(owner=stall.owner, code="TEN", at=now())

    started = start(stall)

    assert started.is_placed
    assert Order.objects.get().total_minor == 0
    assert not Payment.objects.exists()
    assert [part.earning_minor for part in parts()] == [4410, 3599]
    assert_books_hold()


def test_codes_are_refused_clearly(stall, in_alpha):
    fill(stall)
    for code, reason in (("nonsense", "unknown"), ("x" * 61, "unknown"), ("  ", "unknown")):
        with pytest.raises(CodeRefused) as refused:
            carts.enter_code(owner=stall.owner, code=code, at=now())
        assert refused.value.members["reason"] == reason
    coupon(minimum_minor=100_000)
    # It may still come to that: kept, and the cart tells why it takes nothing off.
    carts.enter_code(owner=stall.owner, code="TEN", at=now())
    view = cart_of(owner=stall.owner, at=now())
    assert [each.members["reason"] for each in view.problems] == ["minimum_not_reached"]
    assert view.can_check_out
    carts.remove_code(owner=stall.owner, code="ten", at=now())
    assert cart_of(owner=stall.owner, at=now()).problems == []


def test_gift_card_pays_a_part(stall, sandbox, customer):
    fill(stall)
    code = gift_card("30.00")
    assert carts.enter_code(owner=stall.owner, code=code, at=now()) == "gift_card"
    view = cart_of(owner=stall.owner, at=now())
    assert (view.total, view.due) == (eur("88.99"), eur("58.99"))

    started = start(stall)
    held = cart_of(owner=stall.owner, at=now())
    assert held.due == eur("58.99"), "what this cart's own checkout holds is still its own"
    pay(customer, started)

    amounts = dict(Payment.objects.values_list("method", "amount_minor"))
    assert amounts == {"gift_card": 3000, "stripe": 5899}
    assert set(Payment.objects.values_list("state", flat=True)) == {"captured"}
    by_part = {}
    for subject, minor in PaymentSplit.objects.values_list("subject", "captured_minor"):
        by_part[subject] = by_part.get(subject, 0) + minor
    assert sorted(by_part.values()) == [3999, 4900]
    assert_books_hold()


def test_gift_card_pays_all_at_once(stall, sandbox):
    fill(stall)
    code = gift_card("100.00")
    carts.enter_code(owner=stall.owner, code=code, at=now())

    started = start(stall)

    assert started.is_placed
    assert Order.objects.get().state == "placed"
    assert gift_cards.find(code).balance == eur("11.01")
    assert_books_hold()


@pytest.fixture
def cy(stall):
    user = shop.make_user("cy@customers.example")
    stall.owner = CartOwner(user.id)
    return user


def test_wallet_pays_if_wanted(stall, sandbox, customer, cy):
    give(cy.id, "20.00")
    fill(stall)

    assert cart_of(owner=stall.owner, at=now()).due == eur("88.99")
    wanting = cart_of(owner=stall.owner, at=now(), so_far=SoFar(uses_wallet=True))
    assert wanting.due == eur("68.99")
    pay(customer, start(stall, details=replace(DETAILS, uses_wallet=True)))

    assert balance_of(wallet_of(cy.id), "EUR") == eur("0.00")
    assert Order.objects.get().state == "placed"
    assert_books_hold()


def test_nothing_leaks_from_a_checkout_given_up(stall, sandbox, cy):
    coupon(uses_max=1)
    give(cy.id, "20.00")
    card = gift_card("10.00")
    fill(stall)
    for code in ("TEN", card):
        carts.enter_code(owner=stall.owner, code=code, at=now())
    start(stall, details=replace(DETAILS, uses_wallet=True))
    order = Order.objects.get()
    assert balance_of(wallet_of(cy.id), "EUR") == eur("0.00")
    assert Promotion.objects.get().used_count == 1

    recovery.tend_checkouts(at=order.expires_at)

    order.refresh_from_db()
    assert order.state == "expired"
    assert balance_of(wallet_of(cy.id), "EUR") == eur("20.00")
    assert gift_cards.find(card).balance == eur("10.00")
    assert Promotion.objects.get().used_count == 0
    assert (stall.bowl.stock.reserved, stall.scarf.stock.reserved) == (0, 0)
    deliver_all()
    assert_books_hold()


def test_changed_mind_frees_and_takes_anew(stall, sandbox, cy):
    coupon(uses_max=1)
    give(cy.id, "20.00")
    fill(stall)
    carts.enter_code(owner=stall.owner, code="TEN", at=now())
    first = start(stall, details=replace(DETAILS, uses_wallet=True))
    second = start(stall, details=DETAILS)

    assert first.order_id != second.order_id
    assert balance_of(wallet_of(cy.id), "EUR") == eur("20.00")
    assert Promotion.objects.get().used_count == 1
    assert Order.objects.get(id=second.order_id).discount_minor == 890
    assert_books_hold()


def test_details_of_two_people_are_not_mixed_up(stall, sandbox, cy):
    give(cy.id, "20.00")
    guest = CartOwner(guest_key=UUID(int=7))
    carts.add_to_cart(owner=guest, variant_id=stall.bowl.variant_id, quantity=1, at=now())

    check_out(owner=guest, details=replace(DETAILS, uses_wallet=True), acting=GUEST, at=now())

    assert balance_of(wallet_of(cy.id), "EUR") == eur("20.00")
    assert Payment.objects.get().method == "stripe"
