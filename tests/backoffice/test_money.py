"""The operator's figures and books, with money in them."""

from __future__ import annotations

import csv
import io
from uuid import uuid4

import pytest
from django.db import connection

from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from shared_apps.ledger import queries as ledger
from shared_apps.ledger.domain.posting import Leg, post
from shared_apps.ledger.domain.rollups import roll_up_all
from tests.backoffice.conftest import visitor
from tests.factories.catalog import make_listing
from tests.factories.reviews import make_order
from tests.world import ALPHA, BETA

EUR = "EUR"
PAGES = (
    "/manage/money/",
    "/manage/money/?span=365d",
    "/manage/money/?from=2026-01-01&to=2026-02-01",
    "/manage/books/",
    "/manage/books/?at=2020-01-01",
    "/manage/books/journal/",
    "/manage/books/journal/?kind=capture&account=escrow&from=2026-01-01&to=2026-12-31",
    "/manage/books/checks/",
    "/manage/books/accounts/escrow/",
    "/manage/books/accounts/escrow/?currency=USD",
    "/manage/books/accounts/vendor/",
)


@operation
def book(kind, *legs, at=None, subject=None):
    post(
        kind=kind,
        key=f"{kind}:{uuid4()}",
        subject=subject,
        legs=[Leg(debit, credit, Money(minor, EUR), ref=ref) for debit, credit, minor, ref in legs],
        at=at or now(),
    )


@pytest.fixture
def sold(house):
    """An order of 50.00: captured, released, partly given back; and 50.00 that nobody fetched yet."""
    with tenant_context(ALPHA):
        bowl = make_listing(house.loam, "Bowl")
        order = make_order(house.customer.pk, [bowl], at=now())
        ref = "ordering.vendor_order:1"
        book(
            "capture",
            ("clearing:stripe", "escrow", 5000, ref),
            subject=Ref("payments.payment", "7"),
        )
        book(
            "release",
            ("escrow", f"vendor:{house.loam.id}", 4500, ref),
            ("escrow", "commission", 500, ref),
            ("saas_commission", "saas_payable", 250, ""),
        )
        book("capture", ("clearing:stripe", "escrow", 5000, "ordering.vendor_order:2"))
        book("refund_requested", ("escrow", "refunds_in_transit", 1000, "ordering.vendor_order:2"))
    return order


@pytest.mark.parametrize("path", PAGES)
def test_pages_answer_empty_and_full(house, operator, request, path):
    assert operator.get(path).status_code == 200
    request.getfixturevalue("sold")

    assert operator.get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_only_the_operator_reads_the_books(house, vendor, customer, path):
    assert vendor.get(path).status_code == 403
    assert customer.get(path).status_code == 403
    assert visitor().get(path).status_code == 302
    assert visitor(house.operator).get(path).status_code == 200


def test_the_money_page_adds_up(sold, operator):
    page = operator.get("/manage/money/").content.decode()

    for figure in ("€50.00", "€5.00", "€2.50", "€10.00", "€40.00", "€45.00"):
        assert figure in page, figure
    assert "<svg" in page
    assert "style=" not in page


def test_the_trial_balance_balances_and_groups_vendors(sold, house, operator):
    with tenant_context(ALPHA):
        book("release", ("escrow", f"vendor:{house.fern.id}", 100, "ordering.vendor_order:2"))
        (trial,) = ledger.trial_balances()

    lines = {line.code: (line.balance.minor, count) for line, count in trial.lines}
    assert lines["vendor"] == (4600, 2)
    assert lines["clearing:stripe"] == (10000, 1)
    assert trial.debit == trial.credit == Money(10250, EUR)
    assert "Balanced" in operator.get("/manage/books/").content.decode()


def test_balances_are_the_same_from_rollups_and_from_history(sold, in_alpha):
    before = ledger.account_balances()
    roll_up_all(at=now())
    book("capture", ("clearing:stripe", "escrow", 1, "ordering.vendor_order:3"))

    after = {each.code: each.balance.minor for each in ledger.account_balances()}
    assert after["escrow"] == {each.code: each.balance.minor for each in before}["escrow"] + 1
    assert ledger.account_balances(at=now()) == ledger.account_balances()


def test_the_journal_finds_by_kind_subject_and_account(sold, in_alpha):
    def kinds(**asked):
        return [entry.kind for entry in ledger.journal(ledger.JournalQuery(**asked)).items]

    assert sorted(kinds()) == ["capture", "capture", "refund_requested", "release"]
    assert kinds(subject="payments.payment:7") == kinds(subject="payments.payment") == ["capture"]
    assert kinds(account="refunds_in_transit") == ["refund_requested"]
    assert kinds(account="vendor") == ["release"]
    assert kinds(account="nobody") == []
    assert kinds(kind="capture", end=sold.created_at.replace(year=2020)) == []


def test_a_page_of_the_journal_goes_on_where_it_ended(sold, in_alpha):
    first = ledger.journal(ledger.JournalQuery(), limit=3)
    rest = ledger.journal(ledger.JournalQuery(), limit=3, cursor=first.next_cursor)

    assert len(first.items) == 3
    assert len(rest.items) == 1
    assert not {entry.id for entry in first.items} & {entry.id for entry in rest.items}


def test_a_statement_shows_the_balance_after_each_line(sold, house, operator):
    path = f"/manage/books/accounts/vendor:{house.loam.id}/"
    with tenant_context(ALPHA):
        book("payout", (f"vendor:{house.loam.id}", "payouts_in_transit", 500, ""))
    page = operator.get(path).content.decode()

    assert "Loam Studio" in page
    assert "€40.00" in page
    rows = list(csv.DictReader(io.StringIO(operator.get(f"{path}?as=csv").content.decode())))
    assert [(row["amount"], row["balance"]) for row in rows] == [
        ("-5.00", "40.00"),
        ("45.00", "45.00"),
    ]


def test_files_hold_the_books(sold, operator):
    def rows(path):
        answer = operator.get(path)
        assert answer["Content-Type"].startswith("text/csv")
        return list(csv.DictReader(io.StringIO(answer.content.decode())))

    journal = rows("/manage/books/journal/?as=csv")
    assert len(journal) == 6
    assert {row["currency"] for row in journal} == {EUR}
    trial = rows("/manage/books/?as=csv")
    assert sum(float(row["debit"] or 0) for row in trial) == sum(
        float(row["credit"] or 0) for row in trial
    )


def test_unknown_accounts_are_not_there(house, operator):
    assert operator.get("/manage/books/accounts/treasure/").status_code == 404
    assert operator.get("/manage/books/accounts/escrow/?currency=doubloons").status_code == 200


def test_a_broken_promise_is_shown_with_its_rows(sold, operator):
    with tenant_context(ALPHA), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_account SET balance = balance + 7 WHERE code LIKE 'vendor:%'")
    page = operator.get("/manage/books/checks/").content.decode()

    assert "promises are broken" in page
    assert "Kept balances equal the sum of their transfers" in page
    assert "4507" in page


def test_another_tenant_has_other_books(sold, house):
    abroad = visitor(house.beta_operator, BETA)

    assert "€50.00" not in abroad.get("/manage/money/").content.decode()
    assert "Nothing is in the books yet" in abroad.get("/manage/books/").content.decode()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/manage/money/", 17),
        ("/manage/books/", 8),
        ("/manage/books/journal/", 10),
        ("/manage/books/accounts/escrow/", 14),
        ("/manage/books/accounts/vendor/", 9),
    ],
)
def test_a_page_costs_the_same_with_more_in_it(sold, house, operator, path, expected):
    with_one = operator.queries_of(path)
    with tenant_context(ALPHA):
        for _ in range(3):
            make_order(house.customer.pk, [make_listing(house.fern, "Card")], at=now())
            book("capture", ("clearing:stripe", "escrow", 5000, "ordering.vendor_order:5"))
            book("release", ("escrow", f"vendor:{house.fern.id}", 100, "ordering.vendor_order:5"))

    assert (with_one, operator.queries_of(path)) == (expected, expected)


def ask(who, path):
    return who.client.get(f"/api/v1/books/{path}", headers={"host": who.host})


def test_the_books_by_api(sold, operator):
    accounts = ask(operator, "accounts").json()
    assert accounts["meta"]["totals"][EUR]["difference"] == {"amount": "0.00", "currency": EUR}
    assert {each["code"] for each in accounts["data"]} >= {"escrow", "commission"}
    journal = ask(operator, "journal?kind=release").json()["data"]
    assert [len(entry["legs"]) for entry in journal] == [3]
    statement = ask(operator, "accounts/escrow/statement").json()
    assert statement["meta"]["balance"]["amount"] == "40.00"
    assert len(statement["data"]) == 5
    assert ask(operator, "accounts/escrow/statement?currency=1").status_code == 422


def test_the_books_by_api_are_the_operators(house, vendor):
    for path in ("accounts", "journal", "checks", "accounts/escrow/statement"):
        assert ask(vendor, path).status_code == 403
        assert ask(visitor(), path).status_code == 401
