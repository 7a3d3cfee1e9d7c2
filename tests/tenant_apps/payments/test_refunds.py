"""Refunds that succeed, fail, come back after they had gone out, or are sent by hand."""

from __future__ import annotations

import pytest

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.outbox.models import OutboxEvent
from tenant_apps.payments.domain import charges, refunds
from tenant_apps.payments.domain.offline import mark_received
from tenant_apps.payments.models import Payment, PaymentSplit, Refund
from tests.tenant_apps.payments.till import (
    OPERATOR,
    assert_books_hold,
    balance,
    charge_of,
    eur,
    open_page,
    pay_at_gateway,
    prepare,
    refund,
    work_off,
)

pytestmark = pytest.mark.django_db


def bounce(customer, row, **wish):
    customer.lever("stripe/fail_refund", refund=row.provider_id, **wish)


def test_refund_that_comes_back(till, customer):
    payment = pay_at_gateway(till, customer)
    refund(till.bowl, "20.00", key="return:1")
    refund(till.scarf, "30.00", key="return:2")
    work_off()
    payment.refresh_from_db()
    assert payment.state == "refunded"
    row = Refund.objects.get(key="return:1")

    bounce(customer, row)
    assert refunds.refresh_refund(refund_id=row.id, at=now()) == "failed"
    assert refunds.refresh_refund(refund_id=row.id, at=now()) == "failed"

    payment.refresh_from_db()
    assert (payment.state, payment.refunded_minor) == ("captured", 3000)
    assert balance("escrow", till.bowl) == "20.00"
    told = OutboxEvent.objects.get(name="payments.refund_failed.v1").payload
    assert told["had_succeeded"] is True
    assert_books_hold()


def test_failed_refund_is_asked_for_again_once(till, customer):
    pay_at_gateway(till, customer)
    refund(till.bowl, "20.00")
    work_off()
    failed = Refund.objects.get()
    bounce(customer, failed)
    refunds.refresh_refund(refund_id=failed.id, at=now())

    again = refunds.repeat_refund(refund_id=failed.id, acting=OPERATOR, at=now())

    assert refunds.repeat_refund(refund_id=failed.id, acting=OPERATOR, at=now()) == again
    work_off()
    assert Refund.objects.get(id=again).state == "succeeded"
    with pytest.raises(refunds.RefundNotFailed):
        refunds.repeat_refund(refund_id=again, acting=OPERATOR, at=now())
    assert_books_hold()


def test_provider_that_did_it_and_fell_silent(till, customer):
    """The first request took effect unheard: the second is the same refund."""
    from shared_apps.gateways.errors import OutcomeUnknown

    payment = pay_at_gateway(till, customer)
    refund_id = refund(till.bowl, "5.00")
    customer.lever("faults", kind="timeout_after_commit", match="refunds", times=9)
    with pytest.raises(OutcomeUnknown):
        refunds.send_refund(refund_id=refund_id, at=now())
    customer.lever("faults", method="DELETE")

    assert refunds.send_refund(refund_id=refund_id, at=now()) == "succeeded"

    view = charges.settle_payment(payment_id=payment.id, at=now())
    assert view.refunded == eur("5.00")
    assert balance("clearing:stripe") == str((eur("45.00") - view.fee).decimal())
    assert_books_hold()


def test_cents_are_never_given_back_twice(till, customer):
    pay_at_gateway(till, customer)
    refund(till.bowl, "19.99", key="a")

    with pytest.raises(refunds.MoreThanPaid) as refused:
        refund(till.bowl, "0.02", key="b")

    assert refused.value.members["left"] == {"amount": "0.01", "currency": "EUR"}
    refund(till.bowl, "0.01", key="c")
    work_off()
    assert PaymentSplit.objects.get(subject=str(till.bowl)).refunded_minor == 2000
    assert_books_hold()


def test_transfer_is_paid_back_by_hand(till):
    payment_id = prepare(charge_of(till, "20.00", "30.00", method="bank_transfer"))
    charges.open_payment(payment_id=payment_id, acting=SYSTEM, at=now())
    mark_received(payment_id=payment_id, amount=eur("50.00"), acting=OPERATOR, at=now())
    refund_id = refund(till.bowl, "20.00")
    work_off()
    assert Refund.objects.get().state == "requested"

    refunds.mark_refund_paid(refund_id=refund_id, acting=OPERATOR, at=now())

    assert balance("clearing:bank_transfer") == "30.00"
    with pytest.raises(refunds.RefundNotByHand):
        refunds.mark_refund_paid(refund_id=refund_id, acting=OPERATOR, at=now())
    assert_books_hold()


def test_money_for_a_page_given_up_goes_back(till, customer):
    """The customer pays the first page after having chosen another way to pay."""
    opened = open_page(till)
    Payment.objects.filter(id=opened.id).update(state="expired")
    paid = prepare(charge_of(till, "20.00", "30.00", method="bank_transfer"))
    charges.open_payment(payment_id=paid, acting=SYSTEM, at=now())
    customer.pay(opened.redirect_url)

    charges.settle_payment(payment_id=opened.id, at=now())
    work_off()

    late = Payment.objects.get(id=opened.id)
    assert (late.is_surplus, late.state, late.refunded_minor) == (True, "refunded", 5000)
    assert Payment.objects.get(id=paid).state == "pending"
    assert balance("escrow") == "0.00"
    assert_books_hold()
