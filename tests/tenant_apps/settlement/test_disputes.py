"""A disputed sale at a real gateway: frozen, then won, or lost and shared out as the operator says."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.ledger.queries import balance_of
from shared_apps.outbox.domain.delivery import deliver_pending
from tenant_apps.ordering.domain import fulfilment, placing
from tenant_apps.ordering.models import VendorOrder
from tenant_apps.payments.domain.disputes import follow_dispute
from tenant_apps.payments.models import GatewayAccount, Payment
from tenant_apps.settlement.domain import payouts, terms
from tenant_apps.settlement.domain.disputes import loss_cut
from tenant_apps.settlement.domain.payouts import NothingToPay
from tenant_apps.settlement.domain.shares import is_within
from tenant_apps.settlement.models import Earning, EarningFreeze
from tests.tenant_apps.ordering.conftest import fill, stall, start  # noqa: F401
from tests.tenant_apps.settlement.people import assert_books_hold, bank_of, cut, euro

pytestmark = pytest.mark.django_db


def balance(code):
    return balance_of(code, "EUR").minor


def deliver_all():
    while (done := deliver_pending(at=now())).delivered:
        assert done.failed == 0


@pytest.fixture
def bought(stall, customer):  # noqa: F811
    fill(stall)
    back = customer.pay(start(stall).redirect_url)
    placing.finish_checkout(provider_id=parse_qs(urlsplit(back).query)["payment"][0], at=now())
    deliver_all()
    return stall


def hand_over(vendor):
    part = VendorOrder.objects.get(vendor_id=vendor.id)
    tracking = fulfilment.Tracking()
    fulfilment.ship(vendor_order_id=part.id, tracking=tracking, acting=vendor.actor, at=now())
    fulfilment.deliver(vendor_order_id=part.id, acting=vendor.actor, at=now())
    deliver_all()


def dispute(customer):
    payment = Payment.objects.get()
    opened = customer.lever("stripe/dispute", payment=payment.provider_id, reason="fraudulent")
    look(opened["id"])
    return opened["id"]


def look(dispute_id):
    account = GatewayAccount.objects.get(kind="stripe")
    follow_dispute(account_id=account.id, provider_id=dispute_id, at=now())
    deliver_all()


def close(customer, dispute_id, outcome):
    customer.lever("stripe/close_dispute", dispute=dispute_id, outcome=outcome)
    look(dispute_id)


def pay(vendor, key="k"):
    return payouts.pay_now(partner_id=vendor.id, currency="EUR", key=key, acting=SYSTEM, at=now())


def test_frozen_while_it_is_open_and_paid_when_it_is_won(bought, customer):
    potter = bought.potter
    bank_of(potter.id)
    hand_over(potter)
    opened = dispute(customer)

    assert EarningFreeze.objects.filter(lifted_at=None).count() == 2
    with pytest.raises(NothingToPay):
        pay(potter)

    close(customer, opened, "won")
    assert EarningFreeze.objects.filter(lifted_at=None).count() == 0
    assert pay(potter, "won")
    assert_books_hold()


def test_lost_and_both_give_back_their_part(bought, customer):
    potter, weaver = bought.potter, bought.weaver
    hand_over(potter)
    close(customer, dispute(customer), "lost")

    assert balance(f"vendor:{potter.id}") == 0
    assert balance("commission") == 0
    assert balance("escrow") == 0
    assert Earning.objects.get(partner_id=potter.id).state == "released"
    assert Earning.objects.get(partner_id=weaver.id).state == "voided"
    assert balance("disputes_receivable") == 0
    assert_books_hold()


def test_lost_and_the_vendor_pays_all(bought, customer):
    potter = bought.potter
    terms.choose_release(at_payment=False, dispute_loss="vendor", acting=SYSTEM, at=now())
    hand_over(potter)
    commission = balance("commission")
    close(customer, dispute(customer), "lost")

    assert commission > 0
    assert balance(f"vendor:{potter.id}") == -commission
    assert balance("commission") == commission
    assert_books_hold()


def test_lost_and_the_operator_bears_it(bought, customer):
    potter = bought.potter
    terms.choose_release(at_payment=False, dispute_loss="operator", acting=SYSTEM, at=now())
    hand_over(potter)
    earned = balance(f"vendor:{potter.id}")
    paid = Payment.objects.get().captured_minor
    close(customer, dispute(customer), "lost")

    assert balance(f"vendor:{potter.id}") == earned
    assert balance("chargeback_loss") >= paid
    assert_books_hold()


minor = st.integers(0, 10**7)


@given(minor, minor, st.integers(0, 10_000), minor, st.sampled_from(["both", "vendor"]))
def test_no_loss_takes_more_than_is_left(gross, subsidy, bps, lost, bearer):
    left = cut(gross, subsidy=subsidy, commission=gross * bps // 10_000)
    by = loss_cut(left=left, lost=euro(lost), bearer=bearer)

    assert is_within(by, left)
    assert by.gross.minor == min(gross, lost)
    if bearer == "vendor":
        assert by.amount == by.gross
    elif lost >= gross > 0:
        assert by == left
