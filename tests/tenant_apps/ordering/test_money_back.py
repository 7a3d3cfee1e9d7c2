"""Cancelling, refunds and the operator's choice of when partners are paid."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.lifecycle import MoveNotAllowed
from shared_apps.kernel.money import Money
from shared_apps.kernel.transactions import operation
from shared_apps.ledger.models import Transfer
from shared_apps.ledger.queries import balance_of
from shared_apps.outbox.models import OutboxEvent
from tenant_apps.ordering.domain import cancelling, fulfilment, placing
from tenant_apps.ordering.domain.cancelling import TooLateToCancel
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.domain.orders import vendor_order_ref
from tenant_apps.ordering.models import Order, VendorOrder
from tenant_apps.payments.domain.refunds import MoreThanPaid, request_refund
from tenant_apps.payments.models import Payment, Refund
from tenant_apps.settlement.domain import terms
from tenant_apps.settlement.models import Earning
from tests.tenant_apps.ordering.conftest import assert_books_hold, deliver_all, fill, start

pytestmark = pytest.mark.django_db


@pytest.fixture
def bought(stall, sandbox, customer):
    fill(stall)
    back = customer.pay(start(stall).redirect_url)
    provider_id = parse_qs(urlsplit(back).query)["payment"][0]
    placing.finish_checkout(provider_id=provider_id, at=now())
    deliver_all()
    return stall


def part_of(vendor):
    return VendorOrder.objects.get(vendor_id=vendor.id)


def test_cancelling_one_part_leaves_the_other(bought):
    part = part_of(bought.potter)

    cancelling.cancel_vendor_order(
        vendor_order_id=part.id, reason="broken", acting=bought.potter.actor, at=now()
    )
    deliver_all()

    assert part_of(bought.potter).state == "cancelled"
    assert part_of(bought.weaver).state == "confirmed"
    assert Refund.objects.get().state == "succeeded"
    assert Payment.objects.get().refunded_minor == 4900
    assert bought.bowl.stock.available == 5
    assert Earning.objects.get(partner_id=bought.potter.id).state == "voided"
    assert_books_hold()


def test_cancelling_all_refunds_all(bought):
    for vendor in (bought.potter, bought.weaver):
        cancelling.cancel_vendor_order(
            vendor_order_id=part_of(vendor).id, reason="", acting=vendor.actor, at=now()
        )
    deliver_all()

    assert Payment.objects.get().state == "refunded"
    assert_books_hold()


def test_no_more_than_paid_goes_back(bought):
    ref = vendor_order_ref(part_of(bought.potter).id)

    @operation
    def refund(minor, key):
        return request_refund(
            split_subject=ref,
            amount=Money(minor, "EUR"),
            reason="test",
            key=key,
            acting=SYSTEM,
            at=now(),
        )

    first = refund(4000, "a")
    assert refund(4000, "a") == first
    with pytest.raises(MoreThanPaid):
        refund(901, "b")
    refund(900, "c")
    deliver_all()

    assert Payment.objects.get().refunded_minor == 4900
    assert_books_hold()


def test_sent_goods_are_not_cancelled(bought):
    part = part_of(bought.potter)
    fulfilment.ship(
        vendor_order_id=part.id, tracking=Tracking(), acting=bought.potter.actor, at=now()
    )

    with pytest.raises(TooLateToCancel):
        cancelling.cancel_vendor_order(
            vendor_order_id=part.id, reason="", acting=bought.potter.actor, at=now()
        )
    with pytest.raises(MoveNotAllowed):
        fulfilment.ship(
            vendor_order_id=part.id, tracking=Tracking(), acting=bought.potter.actor, at=now()
        )


def test_released_at_payment_when_the_operator_says_so(stall, sandbox, customer):
    terms.choose_release(at_payment=True, acting=SYSTEM, at=now())
    fill(stall)
    back = customer.pay(start(stall).redirect_url)
    placing.finish_checkout(provider_id=parse_qs(urlsplit(back).query)["payment"][0], at=now())

    assert set(Earning.objects.values_list("state", flat=True)) == {"released"}
    part = part_of(stall.potter)

    cancelling.cancel_vendor_order(
        vendor_order_id=part.id, reason="", acting=stall.potter.actor, at=now()
    )
    deliver_all()

    assert Payment.objects.get().refunded_minor == part.total_minor
    assert balance_of(f"vendor:{stall.potter.id}", "EUR").minor == 0
    assert_books_hold()


def test_take_is_told_to_the_platform_by_tier(bought):
    part = part_of(bought.potter)
    fulfilment.ship(
        vendor_order_id=part.id, tracking=Tracking(), acting=bought.potter.actor, at=now()
    )
    fulfilment.deliver(vendor_order_id=part.id, acting=bought.potter.actor, at=now())

    told = OutboxEvent.objects.get(name="billing.take_accrued.v1").payload
    tier = current_tenant().tier
    assert (told["take_bps"], told["take_minor"]) == (800, 392)
    assert (told["tier_code"], told["tier_version"]) == (tier.code, tier.version)
    taken = Transfer.objects.get(credit__code="saas_payable")
    assert (taken.debit.code, taken.amount) == ("saas_commission", 392)


def test_free_order_needs_no_payment(stall, in_alpha):
    from tenant_apps.catalog.models import VariantPrice
    from tests.tenant_apps.ordering.people import DETAILS, GUEST

    VariantPrice.objects.update(amount_minor=0)
    fill(stall)

    from tenant_apps.ordering.domain.checkout import check_out

    started = check_out(owner=stall.owner, details=DETAILS, acting=GUEST, at=now())

    assert started.is_placed
    assert Order.objects.get().state == "placed"
    assert Payment.objects.count() == 0
    assert_books_hold()
