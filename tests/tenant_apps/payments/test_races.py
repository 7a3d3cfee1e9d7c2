"""Two at once, with real threads: the money moves one time."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from django.db import connection

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.transactions import operation
from shared_apps.ledger.models import LedgerTransaction
from tenant_apps.payments.domain import authorisations, charges, offline, refunds, tenders
from tenant_apps.payments.domain.methods import NoAccountNumber, TermsWanted, set_terms
from tenant_apps.payments.domain.offline import mark_received
from tenant_apps.payments.domain.refunds import MoreThanPaid
from tenant_apps.payments.models import Payment, Refund
from tests.tenant_apps.payments.till import (
    OPERATOR,
    assert_books_hold,
    balance,
    charge_of,
    eur,
    give_money,
    make_till,
    message,
    open_page,
    pay_at_gateway,
    prepare,
    refund,
    tell_us,
    work_off,
)

pytestmark = pytest.mark.django_db(transaction=True)


def all_at_once(tenant, actions):
    """What each action answered or raised, in their order."""
    barrier, answers = threading.Barrier(len(actions)), [None] * len(actions)

    def run(number, action):
        try:
            with tenant_context(tenant):
                barrier.wait()
                answers[number] = action()
        except DomainError as error:
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def posted(kind):
    return LedgerTransaction.objects.filter(kind=kind).count()


def test_same_message_four_times_and_the_browser(in_alpha, till, customer):
    opened = open_page(till)
    customer.pay(opened.redirect_url)
    payment = Payment.objects.get()
    told = message("checkout.session.completed", "checkout.session", payment.provider_id)

    def hear():
        tell_us(payment.account, told)
        work_off()

    def settle():
        charges.settle_payment(payment_id=payment.id, at=now())

    answers = all_at_once(in_alpha, [hear, hear, hear, hear, settle, settle])
    work_off()

    assert answers == [None] * 6
    assert Payment.objects.get().state == "captured"
    assert (posted("capture"), posted("gateway_fee")) == (1, 1)
    assert_books_hold()


def test_whole_amount_refunded_twice(in_alpha, till, customer):
    pay_at_gateway(till, customer)

    answers = all_at_once(in_alpha, [lambda: refund(till.bowl, "20.00")] * 4)
    work_off()

    assert sum(isinstance(each, MoreThanPaid) for each in answers) == 3
    assert Refund.objects.get().state == "succeeded"
    assert balance("escrow", till.bowl) == "0.00"
    assert_books_hold()


def test_same_refund_asked_and_sent_twice(in_alpha, till, customer):
    pay_at_gateway(till, customer)

    first, second = all_at_once(in_alpha, [lambda: refund(till.bowl, "5.00", key="one")] * 2)
    assert first == second
    send = lambda: refunds.send_refund(refund_id=first, at=now())  # noqa: E731
    assert all_at_once(in_alpha, [send, send, send]) == ["succeeded"] * 3

    assert (Refund.objects.count(), posted("refund_sent")) == (1, 1)
    assert balance("escrow", till.bowl) == "15.00"
    assert_books_hold()


def test_capture_against_expiry(in_alpha, till, customer):
    """The customer pays while the job closes the page: paid, or not to be paid any more."""
    opened = open_page(till)

    def pay():
        customer.web.post(
            opened.redirect_url,
            data={"action": "pay", "card": "visa"},
            timeout=10,
            allow_redirects=False,
        )
        charges.settle_payment(payment_id=opened.id, at=now())

    def close():
        charges.close_payment(payment_id=opened.id, at=now())

    all_at_once(in_alpha, [pay, close, close])
    charges.settle_payment(payment_id=opened.id, at=now())

    state = Payment.objects.get().state
    assert state in {"captured", "expired"}
    assert balance("escrow") == ("50.00" if state == "captured" else "0.00")
    assert_books_hold()


def test_capture_of_an_authorisation_against_its_expiry(in_alpha, till, customer, monkeypatch):
    wanted = TermsWanted(is_on=True, captures_when_placed=True)
    set_terms(method="stripe", wanted=wanted, acting=OPERATOR, at=now())
    monkeypatch.setitem(authorisations._gates, "test.sale", lambda _s, _at: {str(till.scarf)})
    opened = open_page(till)
    customer.pay(opened.redirect_url)

    def settle():
        charges.settle_payment(payment_id=opened.id, at=now())

    def close():
        charges.close_payment(payment_id=opened.id, at=now())

    assert all_at_once(in_alpha, [settle, close, settle, close]) == [None] * 4

    payment = Payment.objects.get()
    assert (payment.state, payment.captured_minor) == ("captured", 3000)
    assert posted("capture") == 1
    assert_books_hold()


def test_one_account_number_for_two_payments(in_alpha, till):
    wanted = TermsWanted(is_on=True, instructions="Pay here", account_numbers=["NL01 1"])
    set_terms(method="virtual_account", wanted=wanted, acting=OPERATOR, at=now())
    other = make_till("Two")
    wishes = [charge_of(each, "1.00", "2.00", method="virtual_account") for each in (till, other)]

    answers = all_at_once(in_alpha, [lambda wish=wish: prepare(wish) for wish in wishes])

    assert sum(isinstance(each, NoAccountNumber) for each in answers) == 1
    assert Payment.objects.get().pay_to == "NL01 1"


def test_transfer_marked_received_twice(in_alpha, till):
    payment_id = prepare(charge_of(till, "20.00", "30.00", method="bank_transfer"))
    charges.open_payment(payment_id=payment_id, acting=SYSTEM, at=now())

    def mark():
        mark_received(payment_id=payment_id, amount=eur("50.00"), acting=OPERATOR, at=now())

    answers = all_at_once(in_alpha, [mark, mark, mark])

    assert answers.count(None) == 1
    assert balance("clearing:bank_transfer") == "50.00"
    assert_books_hold()


def test_cash_collected_while_it_is_waived(in_alpha, till):
    prepare(charge_of(till, "20.00", "30.00", method="cash"))
    collect = operation(
        lambda: offline.collect_cash(split_subject=till.bowl, acting=OPERATOR, at=now())
    )

    all_at_once(in_alpha, [collect, lambda: refund(till.bowl, "20.00"), collect])
    work_off()

    row = Refund.objects.get()
    assert row.state in {"waived", "requested"}
    assert balance("clearing:cash") == ("0.00" if row.state == "waived" else "20.00")
    assert balance("escrow") == "0.00"
    assert_books_hold()


def test_stored_value_spent_and_given_back(in_alpha, till):
    source = give_money(uuid4(), eur("50.00"))
    payment_id = prepare(charge_of(till, "20.00", "30.00", method="wallet", source=source))
    spend = operation(lambda: tenders.capture_stored_value(subject=till.subject, at=now()))

    def give_back():
        charges.close_payment(payment_id=payment_id, at=now())

    all_at_once(in_alpha, [spend, give_back, spend, give_back])

    state = Payment.objects.get().state
    assert (state, balance(source)) in {("captured", "0.00"), ("voided", "50.00")}
    assert_books_hold()
