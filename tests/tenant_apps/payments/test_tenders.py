"""One sale paid by several means: stored value, a gateway, cash at the door."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.transactions import operation
from shared_apps.ledger.domain.posting import InsufficientFunds
from tenant_apps.payments import queries
from tenant_apps.payments.domain import charges, offline, tenders
from tenant_apps.payments.domain.offline import NotOffline, PaidAlready, mark_received
from tenant_apps.payments.domain.refunds import MoreThanPaid, send_refund
from tenant_apps.payments.models import Payment, PaymentSplit, Refund
from tests.tenant_apps.payments.till import (
    OPERATOR,
    assert_books_hold,
    balance,
    charge_of,
    eur,
    give_money,
    pay_at_gateway,
    prepare,
    refund,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(till):
    return give_money(uuid4(), eur("25.00"))


def place(till):
    operation(lambda: tenders.capture_stored_value(subject=till.subject, at=now()))()


def collect(subject):
    return operation(
        lambda: offline.collect_cash(split_subject=subject, acting=OPERATOR, at=now())
    )()


def test_stored_value_is_held_then_spent(till, source):
    prepare(charge_of(till, "5.00", "12.00", method="wallet", source=source))

    assert (balance(source), balance("escrow")) == ("8.00", "0.00")
    assert [view.state for view in queries.outstanding(till.subject)] == ["authorised"]
    place(till)
    place(till)

    assert queries.outstanding(till.subject) == []
    assert (balance("escrow", till.bowl), balance("escrow", till.scarf)) == ("5.00", "12.00")
    assert_books_hold()


def test_stored_value_is_given_back(till, source):
    payment_id = prepare(charge_of(till, "5.00", "12.00", method="wallet", source=source))

    charges.close_payment(payment_id=payment_id, at=now())

    assert Payment.objects.get().state == "voided"
    assert balance(source) == "25.00"
    assert_books_hold()


def test_more_than_there_is(till, source):
    with pytest.raises(InsufficientFunds):
        prepare(charge_of(till, "5.00", "20.01", method="wallet", source=source))

    assert Payment.objects.count() == 0


def test_one_live_payment_of_each_method(till, source, sandbox):
    prepare(charge_of(till, "5.00", "5.00", method="wallet", source=source))
    prepare(charge_of(till, "5.00", "5.00"), kind="stripe")

    with pytest.raises(IntegrityError):
        prepare(charge_of(till, "1.00", "1.00", method="wallet", source=source))


def test_refund_goes_to_the_gateway_first(till, source, customer):
    prepare(charge_of(till, "4.00", "6.00", method="wallet", source=source))
    pay_at_gateway(till, customer, "16.00", "24.00")
    place(till)

    first = refund(till.bowl, "18.00", key="return:1")
    assert refund(till.bowl, "18.00", key="return:1") == first
    for row in Refund.objects.all():
        send_refund(refund_id=row.id, at=now())

    rows = Refund.objects.order_by("id").values_list("payment__method", "amount_minor", "state")
    assert list(rows) == [("stripe", 1600, "succeeded"), ("wallet", 200, "succeeded")]
    assert balance(source) == "17.00"
    with pytest.raises(MoreThanPaid):
        refund(till.bowl, "2.01")
    assert (balance("escrow", till.bowl), balance("refunds_in_transit")) == ("2.00", "0.00")
    assert_books_hold()


def test_cash_is_collected_part_by_part(till):
    prepare(charge_of(till, "20.00", "30.00", method="cash"))
    payment = Payment.objects.get()
    charges.open_payment(payment_id=payment.id, acting=SYSTEM, at=now())
    assert queries.is_cash(till.subject)

    assert collect(till.bowl) == eur("20.00")
    assert collect(till.bowl) is None
    payment.refresh_from_db()
    assert (payment.state, payment.captured_minor) == ("pending", 2000)
    assert balance("clearing:cash") == "20.00"
    assert_books_hold()

    refund(till.scarf, "30.00", key="cancel:scarf")
    assert collect(till.scarf) is None

    payment.refresh_from_db()
    assert (payment.state, payment.captured_minor) == ("captured", 2000)
    assert Refund.objects.get().state == "waived"
    assert_books_hold()


def test_cash_for_nothing_left_is_over(till):
    prepare(charge_of(till, "20.00", "30.00", method="cash"))

    refund(till.bowl, "20.00")
    refund(till.scarf, "10.00")
    refund(till.scarf, "20.00")

    assert Payment.objects.get().state == "voided"
    assert not queries.is_cash(till.subject)
    assert_books_hold()


def test_transfer_is_marked_received(till):
    payment_id = prepare(charge_of(till, "20.00", "30.00", method="bank_transfer"))
    opened = charges.open_payment(payment_id=payment_id, acting=SYSTEM, at=now())
    assert (opened.state, opened.redirect_url) == ("pending", "")

    mark_received(payment_id=payment_id, amount=eur("50.00"), acting=OPERATOR, at=now())

    assert balance("clearing:bank_transfer") == "50.00"
    assert set(PaymentSplit.objects.values_list("captured_minor", flat=True)) == {2000, 3000}
    with pytest.raises(PaidAlready):
        mark_received(payment_id=payment_id, amount=eur("50.00"), acting=OPERATOR, at=now())
    assert_books_hold()


def test_only_offline_money_is_marked(till, sandbox):
    payment_id = prepare(charge_of(till, "20.00", "30.00"), kind="stripe")

    with pytest.raises(NotOffline):
        mark_received(payment_id=payment_id, amount=eur("50.00"), acting=OPERATOR, at=now())
