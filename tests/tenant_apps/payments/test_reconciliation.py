"""Our clearing beside the provider's statement."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared_apps.kernel.clock import now
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from shared_apps.ledger.domain.posting import Leg, post
from tenant_apps.payments import queries
from tenant_apps.payments.domain.matching import Entry, differences, things_of
from tenant_apps.payments.domain.reconciliation import reconcile_accounts
from tenant_apps.payments.models import Discrepancy, Payment
from tests.tenant_apps.payments.till import (
    assert_books_hold,
    eur,
    open_page,
    pay_at_gateway,
    refund,
    work_off,
)

pytestmark = pytest.mark.django_db
NIL = eur("0.00")


def compare(later=timedelta(hours=3)):
    reconcile_accounts(days=7, at=now() + later)
    return [(each.kind, each.booked, each.reported) for each in queries.open_differences()]


def test_agreeing_day(till, customer):
    pay_at_gateway(till, customer)
    refund(till.bowl, "20.00")
    work_off()

    assert compare() == []

    (day,) = queries.reconciled_days()
    assert day.booked == day.reported
    assert day.booked > eur("25.00")


def test_payment_nobody_told_us_about_is_fetched(till, customer):
    opened = open_page(till)
    customer.pay(opened.redirect_url)

    assert compare() == []

    assert Payment.objects.get().state == "captured"
    assert_books_hold()


def test_dispute_agrees_taken_and_given_back(till, customer):
    from tenant_apps.payments.domain.disputes import follow_dispute

    payment = pay_at_gateway(till, customer)
    told = customer.lever("stripe/dispute", payment=payment.provider_id)
    follow_dispute(account_id=payment.account_id, provider_id=told["id"], at=now())
    assert compare() == []

    customer.lever("stripe/close_dispute", dispute=told["id"], outcome="won")

    assert compare() == []
    assert_books_hold()


def test_what_only_we_have_is_told_and_settled_later(till, customer):
    pay_at_gateway(till, customer)

    def invent(key, debit, credit):
        subject = Ref("payments.payment", "00000000-0000-7000-8000-000000000001")
        legs = [Leg(debit, credit, eur("3.00"))]
        operation(lambda: post(kind="capture", key=key, subject=subject, legs=legs, at=now()))()

    invent("invented", "clearing:stripe", "goodwill")

    assert compare(timedelta(days=3)) == [("missing_there", eur("3.00"), NIL)]

    invent("undone", "goodwill", "clearing:stripe")
    assert compare(timedelta(days=3)) == []
    assert Discrepancy.objects.get().settled_at is not None


def test_refund_made_at_the_provider_is_not_ours(till, customer):
    import stripe

    from tenant_apps.payments.domain.accounts import gateway_at

    payment = pay_at_gateway(till, customer)
    api = gateway_at(payment)._api
    assert isinstance(api, stripe.V1Services)
    api.refunds.create({"charge": payment.charge_id, "amount": 700})

    assert compare() == [("unknown", NIL, eur("-7.00"))]


class TestDifferences:
    """The rule alone."""

    at = now()

    def entry(self, key, amount, fee="0.00", *, days=1):
        return Entry(key, eur(amount), eur(fee), self.at - timedelta(days=days))

    def found(self, ours, theirs):
        since = self.at - timedelta(days=7)
        rows = differences(things_of(ours), things_of(theirs), since=since, at=self.at)
        return [(row.key, row.kind) for row in rows]

    def test_equal_in_pieces(self):
        ours = [self.entry("payment:1", "10.00"), self.entry("payment:1", "0.00", "0.30")]

        assert self.found(ours, [self.entry("payment:1", "10.00", "0.30")]) == []

    def test_amount_and_fee(self):
        ours = [self.entry("payment:1", "10.00"), self.entry("payment:2", "10.00")]
        theirs = [self.entry("payment:1", "9.00"), self.entry("payment:2", "10.00", "0.30")]

        assert self.found(ours, theirs) == [("payment:1", "amount"), ("payment:2", "fee")]

    def test_young_and_old_say_nothing(self):
        young, old = (
            self.entry("payment:1", "1.00", days=1),
            self.entry("payment:2", "1.00", days=8),
        )

        assert self.found([young, old], []) == []
        assert self.found([], [old]) == []

    def test_only_one_side(self):
        ours, theirs = self.entry("payment:1", "1.00", days=3), self.entry("theirs:9", "2.00")

        assert self.found([ours], [theirs]) == [
            ("payment:1", "missing_there"),
            ("theirs:9", "unknown"),
        ]
