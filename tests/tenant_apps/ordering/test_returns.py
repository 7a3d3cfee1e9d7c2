"""Goods on their way back, exchanges, claims and goodwill; after release out of the vendor's share."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared_apps.kernel.errors import NotAllowed
from shared_apps.kernel.money import Money
from shared_apps.kernel.transactions import operation
from shared_apps.ledger.domain.posting import Leg, post
from tenant_apps.catalog.models import StockItem, Variant, VariantPrice
from tenant_apps.ordering.domain import (
    after_sales,
    claims,
    fulfilment,
    goodwill,
    inspections,
    returns,
    timers,
)
from tenant_apps.ordering.domain.after_sales import Terms
from tenant_apps.ordering.domain.claims import ClaimOpenAlready, Complaint, NothingToClaim
from tenant_apps.ordering.domain.exchanges import ExchangeNotOffered, ExchangePriceDiffers
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.domain.inspections import Finding
from tenant_apps.ordering.domain.parts import BadQuantities
from tenant_apps.ordering.domain.returns import (
    AnswerNeeded,
    Asked,
    NotDeliveredYet,
    ReturnWindowOver,
)
from tenant_apps.ordering.domain.reversing import NotSoMuchLeft
from tenant_apps.ordering.models import Claim, Fulfilment, Return
from tests.tenant_apps.ordering.aftermath import ADA, CY, buy, refunded, refunds, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(in_alpha, sandbox, customer):
    return buy(customer)


@pytest.fixture
def arrived(sold):
    sold.deliver()
    return sold


def ask(sold, count=1, reason="unwanted", **more):
    return returns.request_return(
        vendor_order_id=sold.part().id,
        asked=Asked({sold.line().id: count}, reason, **more),
        owner=sold.owner,
        acting=CY,
        at=more.pop("at", sold.at),
    )


def come_back(sold, return_id, **finding):
    returns.approve(return_id=return_id, answer="", acting=sold.potter.actor, at=sold.at)
    returns.receive(return_id=return_id, acting=sold.potter.actor, at=sold.at)
    return inspections.inspect(
        return_id=return_id,
        findings={sold.line().id: Finding(**finding)},
        answer="looked at",
        acting=sold.potter.actor,
        at=sold.at,
    )


def test_one_unit_back_on_the_shelf(arrived):
    assert come_back(arrived, ask(arrived), restocked=1) == "refunded"
    settle()

    assert refunds() == [1799]
    assert arrived.earned() == 4723 + 490 - (1799 - 187 - 37)
    assert arrived.bowl.stock.on_hand == 8
    assert arrived.part().state == "delivered"


def test_everything_back_in_pieces_with_the_delivery(arrived):
    for _ in range(3):
        come_back(arrived, ask(arrived), written_off=1)
        settle()

    assert refunds() == [1799, 1799, 1799 + 490]
    assert arrived.earned() == 0
    assert arrived.bowl.stock.on_hand == 7


def test_vendor_may_owe_after_a_payout(arrived):
    @operation
    def pay_out():
        legs = [Leg(f"vendor:{arrived.potter.id}", "bank", Money(5213, "EUR"))]
        post(kind="payout_by_hand", key="out", legs=legs, at=arrived.at)

    pay_out()
    come_back(arrived, ask(arrived), restocked=1)
    settle()

    assert arrived.earned() == -(1799 - 187 - 37)
    assert refunded() == 1799


def test_fee_unless_the_vendor_is_at_fault(arrived):
    after_sales.choose_terms(chosen=Terms(restocking_bps=1000), acting=ADA, at=arrived.at)
    come_back(arrived, ask(arrived), restocked=1)
    come_back(arrived, ask(arrived, reason="damaged"), written_off=1)
    settle()

    assert refunds() == [1799 - 180, 1799]
    first, second = Return.objects.order_by("created_at")
    assert (first.refund_minor, first.fee_minor) == (1619, 180)
    assert (second.refund_minor, second.fee_minor) == (1799, 0)


def test_only_within_the_window(sold):
    with pytest.raises(NotDeliveredYet):
        ask(sold)
    sold.deliver()
    with pytest.raises(ReturnWindowOver):
        returns.request_return(
            vendor_order_id=sold.part().id,
            asked=Asked({sold.line().id: 1}, "unwanted"),
            owner=sold.owner,
            acting=CY,
            at=sold.at + timedelta(days=14),
        )


def test_no_unit_twice(arrived):
    ask(arrived, 2)
    with pytest.raises(BadQuantities):
        ask(arrived, 2)
    returns.withdraw(
        return_id=Return.objects.get().id, owner=arrived.owner, acting=CY, at=arrived.at
    )
    come_back(arrived, ask(arrived, 3), restocked=3)
    with pytest.raises(BadQuantities):
        ask(arrived)
    settle()
    assert refunded() == arrived.part().total_minor


def test_refused_with_an_answer(arrived):
    found = ask(arrived)
    with pytest.raises(AnswerNeeded):
        returns.refuse(return_id=found, answer=" ", acting=arrived.potter.actor, at=arrived.at)
    returns.refuse(return_id=found, answer="worn", acting=arrived.potter.actor, at=arrived.at)
    assert Return.objects.get().state == "refused"


def test_worn_goods_are_rejected(arrived):
    assert come_back(arrived, ask(arrived, 2), refused=2) == "rejected"
    settle()

    assert refunds() == []
    assert arrived.line().returned_quantity == 0


def test_findings_add_up(arrived):
    with pytest.raises(BadQuantities):
        come_back(arrived, ask(arrived, 2), restocked=1)


@pytest.fixture
def blue(arrived):
    """The stock of another variant of the bowl, at the same price."""
    known = Variant.objects.get(id=arrived.bowl.variant_id)
    other = Variant.objects.create(
        product=known.product, vendor=known.vendor, option_values=["blue"]
    )
    VariantPrice.objects.create(variant=other, currency="EUR", amount_minor=1799)
    return StockItem.objects.create(variant=other, on_hand=2, is_tracked=True)


def test_exchange(arrived, blue):
    found = ask(arrived, wanted="exchange", replacements={arrived.line().id: blue.variant_id})
    returns.approve(return_id=found, answer="", acting=arrived.potter.actor, at=arrived.at)
    blue.refresh_from_db()
    assert blue.allocated == 1
    returns.receive(return_id=found, acting=arrived.potter.actor, at=arrived.at)
    findings = {arrived.line().id: Finding(restocked=1)}
    inspections.inspect(
        return_id=found, findings=findings, acting=arrived.potter.actor, at=arrived.at
    )
    inspections.send_replacement(
        return_id=found, tracking=Tracking("Post"), acting=arrived.potter.actor, at=arrived.at
    )
    settle()

    assert Return.objects.get().state == "exchanged"
    assert refunds() == []
    blue.refresh_from_db()
    assert (blue.on_hand, blue.allocated) == (1, 0)
    assert arrived.bowl.stock.on_hand == 8
    assert Fulfilment.objects.filter(kind="replacement", state="sent").count() == 1


def test_exchange_only_for_the_same_price(arrived, blue):
    VariantPrice.objects.filter(variant_id=blue.variant_id).update(amount_minor=1899)
    with pytest.raises(ExchangePriceDiffers):
        ask(arrived, wanted="exchange", replacements={arrived.line().id: blue.variant_id})
    scarf = {arrived.line().id: arrived.scarf.variant_id}
    with pytest.raises(ExchangeNotOffered):
        ask(arrived, wanted="exchange", replacements=scarf)


def test_withdrawn_exchange_frees_the_stock(arrived, blue):
    found = ask(arrived, wanted="exchange", replacements={arrived.line().id: blue.variant_id})
    returns.approve(return_id=found, answer="", acting=arrived.potter.actor, at=arrived.at)
    returns.withdraw(return_id=found, owner=arrived.owner, acting=CY, at=arrived.at)

    blue.refresh_from_db()
    assert blue.allocated == 0


def complain(sold, count=3, kind="never_arrived"):
    return claims.open_claim(
        vendor_order_id=sold.part().id,
        complaint=Complaint({sold.line().id: count}, kind, "Nothing came"),
        owner=sold.owner,
        acting=CY,
        at=sold.at,
    )


def test_never_arrived_is_paid_back_whole(sold):
    with pytest.raises(NothingToClaim):
        complain(sold)
    sold.ship()
    claim = complain(sold)
    with pytest.raises(ClaimOpenAlready):
        complain(sold)
    with pytest.raises(NotAllowed):
        claims.refund(claim_id=claim, note="x", acting=sold.potter.actor, at=sold.at)
    claims.refund(claim_id=claim, note="The carrier lost it", acting=ADA, at=sold.at)
    settle()

    assert refunded() == sold.part().total_minor
    assert sold.part().state == "cancelled"
    assert Claim.objects.get().refund_minor == sold.part().total_minor
    assert Fulfilment.objects.get().state == "lost"
    assert sold.earned() == 0


def test_damaged_is_paid_back_in_part(arrived):
    claim = complain(arrived, 2, "damaged")
    with pytest.raises(NotSoMuchLeft):
        claims.refund(
            claim_id=claim, amount=Money(9999, "EUR"), note="x", acting=ADA, at=arrived.at
        )
    claims.refund(
        claim_id=claim, amount=Money(500, "EUR"), note="A scratch", acting=ADA, at=arrived.at
    )
    settle()
    assert refunds() == [500]
    come_back(arrived, ask(arrived, 3), restocked=3)
    settle()

    assert refunded() == arrived.part().total_minor
    assert arrived.earned() == 0


def test_sent_again(sold):
    sold.ship()
    claim = complain(sold, 3)
    claims.reship(
        claim_id=claim, tracking=Tracking("Post", "TN2"), note="Lost", acting=ADA, at=sold.at
    )
    assert sold.bowl.stock.on_hand == 4
    fulfilment.deliver(vendor_order_id=sold.part().id, acting=sold.potter.actor, at=sold.at)
    settle()

    assert sold.part().state == "delivered"
    assert refunds() == []


def test_refused_and_withdrawn_claims(arrived):
    claims.refuse(claim_id=complain(arrived), note="It was signed for", acting=ADA, at=arrived.at)
    claims.withdraw(claim_id=complain(arrived), owner=arrived.owner, acting=CY, at=arrived.at)
    assert sorted(Claim.objects.values_list("state", flat=True)) == ["refused", "withdrawn"]


def test_goodwill_and_delivery(arrived):
    part = arrived.part()
    goodwill.pay_back(
        vendor_order_id=part.id,
        amounts={arrived.line().id: 300},
        delivery_minor=490,
        reason="late",
        acting=ADA,
        at=arrived.at,
    )
    settle()

    assert refunds() == [790]
    with pytest.raises(NotSoMuchLeft):
        goodwill.pay_back(
            vendor_order_id=part.id,
            amounts={},
            delivery_minor=1,
            reason="",
            acting=ADA,
            at=arrived.at,
        )


def test_time_decides(sold):
    after_sales.choose_terms(
        chosen=Terms(silent_days=3, delivery_days=5, return_days=10), acting=ADA, at=sold.at
    )
    sold.ship()
    assert timers.run_timers(at=sold.at + timedelta(days=2)) == 0
    assert timers.run_timers(at=sold.at + timedelta(days=3, minutes=1)) == 1
    assert sold.part(sold.weaver).state == "cancelled"
    later = sold.at + timedelta(days=6)
    assert timers.run_timers(at=later) == 1
    assert sold.part().state == "delivered"
    sold.at = later
    found = ask(sold)
    end = later + timedelta(days=11)
    timers.run_timers(at=end)
    assert Return.objects.get(id=found).state == "approved"
    assert sold.part().state == "delivered"
    timers.run_timers(at=end + timedelta(days=22))
    assert Return.objects.get(id=found).state == "lapsed"
    timers.run_timers(at=end + timedelta(days=23))
    assert sold.part().state == "completed"
    settle()


def test_a_claim_stops_the_clock(sold):
    sold.ship()
    complain(sold)
    timers.run_timers(at=sold.at + timedelta(days=100))
    assert sold.part().state == "shipped"
