"""Statements tie to the books to the cent, whatever happened and whatever the period."""

from __future__ import annotations

import csv
import io
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.period import Period
from shared_apps.kernel.transactions import operation
from shared_apps.ledger.domain.posting import Leg, post
from shared_apps.ledger.models import LedgerTransaction
from shared_apps.ledger.queries import balance_at, balance_of
from tenant_apps.settlement.domain import payouts
from tenant_apps.settlement.domain.payouts import NothingToPay
from tenant_apps.settlement.domain.statement_files import statement_csv, statement_pdf
from tenant_apps.settlement.domain.statements import (
    BadPeriod,
    month_of,
    months_until,
    statement_of,
)
from tenant_apps.settlement.models import Payout
from tests.tenant_apps.settlement.people import (
    assert_books_hold,
    bank_of,
    cut,
    earn,
    euro,
    reduce,
)

pytestmark = pytest.mark.django_db

START = datetime(2026, 9, 1, tzinfo=UTC)
SEPTEMBER, OCTOBER, NOVEMBER = (month_of(f"2026-{month:02d}") for month in (9, 10, 11))


def pay(vendor, key, at):
    return payouts.pay_now(partner_id=vendor.id, currency="EUR", key=key, acting=SYSTEM, at=at)


def settle(payout_id, *, has_arrived, at):
    payouts.settle_by_hand(payout_id=payout_id, has_arrived=has_arrived, acting=SYSTEM, at=at)


@operation
def charge(vendor, minor, at):
    legs = [Leg(f"vendor:{vendor.id}", "goodwill", euro(minor))]
    post(kind="goodwill_shared", key=f"g:{at}", legs=legs, at=at)


def statement(vendor, period):
    return statement_of(partner_id=vendor.id, currency="EUR", period=period)


def test_every_line_of_two_months(potter, weaver):
    bank_of(potter.id)
    day = timedelta(days=1)
    sold = earn(potter.id, cut(5000, subsidy=200, commission=500), at=START + day)
    earn(weaver.id, at=START + day)
    first = pay(potter, "a", START + 2 * day)
    settle(first, has_arrived=True, at=START + 3 * day)
    reduce(sold, cut(1000, subsidy=40, commission=100), "r", at=START + 35 * day)
    charge(potter, 150, START + 36 * day)

    september, october = statement(potter, SEPTEMBER), statement(potter, OCTOBER)

    assert [(line.kind, line.amount.minor, line.balance.minor) for line in september.lines] == [
        ("sale", 4700, 4700),
        ("payout", -4700, 0),
    ]
    assert (september.opening.minor, september.closing.minor) == (0, 0)
    sale, reduction = september.lines[0], october.lines[0]
    assert (sale.gross, sale.fees) == (euro(5200), euro(500))
    assert (reduction.gross, reduction.fees) == (euro(-1040), euro(-100))
    assert [(line.kind, line.amount.minor) for line in october.lines] == [
        ("reduction", -940),
        ("other", -150),
    ]
    assert october.closing == balance_of(f"vendor:{potter.id}", "EUR") == euro(-1090)
    assert_books_hold()


def test_failed_payout_is_two_lines(potter):
    bank_of(potter.id)
    earn(potter.id, cut(5000), at=START)
    payout_id = pay(potter, "a", START + timedelta(days=20))
    settle(payout_id, has_arrived=True, at=START + timedelta(days=21))
    settle(payout_id, has_arrived=False, at=START + timedelta(days=40))

    assert [line.kind for line in statement(potter, SEPTEMBER).lines] == ["sale", "payout"]
    october = statement(potter, OCTOBER)
    assert [(line.kind, line.amount.minor) for line in october.lines] == [("payout_failed", 5000)]
    assert (october.opening.minor, october.closing.minor) == (0, 5000)


class Season:
    """Sales, refunds, payouts and returns of one vendor, as chance has it."""

    def __init__(self, vendor, chance):
        self.vendor, self.chance, self.at = vendor, chance, START
        self.sold, self.open_ones = [], []

    def go_on(self, number):
        self.at += timedelta(hours=self.chance.randint(1, 72))
        getattr(self, self.chance.choice(["sell", "sell", "refund", "pay", "settle"]))(number)

    def sell(self, _number):
        gross = self.chance.randint(100, 9000)
        subject = earn(self.vendor.id, cut(gross, commission=gross // 9), at=self.at)
        self.sold.append((subject, gross))

    def refund(self, number):
        if self.sold:
            subject, gross = self.sold.pop(self.chance.randrange(len(self.sold)))
            by = cut(gross // 2, commission=gross // 18)
            reduce(subject, by, f"r{number}", at=self.at)

    def pay(self, number):
        with suppress(NothingToPay):
            self.open_ones.append(pay(self.vendor, f"p{number}", self.at))

    def settle(self, _number):
        if self.open_ones:
            settle(self.open_ones.pop(), has_arrived=self.chance.random() < 0.6, at=self.at)
            bank_of(self.vendor.id)


@pytest.mark.parametrize("seed", range(4))
def test_any_history_ties_to_the_books(potter, weaver, seed):
    """Each period opens where the one before closed, and closes where the books are."""
    bank_of(potter.id)
    season = Season(potter, random.Random(seed))
    for number in range(60):
        season.go_on(number)
        if number % 7 == 0:
            earn(weaver.id, cut(777), at=season.at)

    account, month, carried = f"vendor:{potter.id}", START, euro(0)
    while month <= season.at:
        end = month + timedelta(days=7)
        found = statement(potter, Period(month, end))
        kinds = ("sale", "reduction", "payout", "payout_failed", "other")
        assert found.opening == carried
        assert found.opening + found.sum_of(*kinds) == found.closing
        assert found.closing == balance_at(account, "EUR", end)
        month, carried = end, found.closing
    assert carried == balance_of(account, "EUR")
    assert Payout.objects.count() > 2
    assert_books_hold()


def test_check_finds_what_settlement_does_not_know(potter):
    from tenant_apps.settlement.domain.books import earned_less_paid_is_the_balance

    earn(potter.id, cut(1000))
    assert list(earned_less_paid_is_the_balance()) == []
    operation(
        lambda: post(
            kind="release",
            key="release:forged",
            legs=[Leg("commission", f"vendor:{potter.id}", euro(5))],
            at=START,
        )
    )()

    (row,) = earned_less_paid_is_the_balance()
    assert (row["earned"], row["balance"]) == (1000, 1005)
    assert LedgerTransaction.objects.filter(key="release:forged").exists()


def test_csv_says_all_of_it(potter):
    earn(potter.id, cut(5000, commission=500), at=START)
    rows = list(csv.DictReader(io.StringIO(statement_csv(statement(potter, SEPTEMBER)))))

    assert [row["kind"] for row in rows] == ["opening", "sale", "closing"]
    assert (rows[1]["gross"], rows[1]["fees"], rows[1]["amount"]) == ("50.00", "5.00", "45.00")
    assert rows[2]["balance"] == "45.00"


def test_pdf_is_the_same_twice(potter):
    for number in range(40):
        earn(potter.id, cut(5000 + number), at=START + timedelta(minutes=number))
    found = statement(potter, SEPTEMBER)

    first = statement_pdf(found, partner="Töpferei Łódź Æther", operator="Alpha")
    second = statement_pdf(found, partner="Töpferei Łódź Æther", operator="Alpha")

    assert first == second
    assert first.startswith(b"%PDF-")
    assert first.count(b"/Type /Page\n") == 2


@pytest.mark.parametrize("text", ["2026-13", "2026", "x-y", "", "2026-1-1"])
def test_only_months(text):
    with pytest.raises(BadPeriod):
        month_of(text)


def test_months_latest_first():
    found = months_until(datetime(2026, 2, 3, tzinfo=UTC), since=datetime(2025, 11, 30, tzinfo=UTC))
    assert found == ["2026-02", "2026-01", "2025-12", "2025-11"]
