"""The wallet as its owner sees it: page, statement, file and API."""

from __future__ import annotations

import csv
import io

import pytest

from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.wallet.domain import holds
from tenant_apps.wallet.queries import statement, whole_statement
from tests.factories.shop import make_user
from tests.tenant_apps.ordering.test_api import Program
from tests.tenant_apps.ordering.test_pages import Browser
from tests.tenant_apps.wallet.conftest import eur, fund
from tests.world import NOW

pytestmark = pytest.mark.django_db

ORDER = Ref("ordering.order", "01930000-0000-7000-8000-0000000000aa")


@pytest.fixture
def spent(cy):
    """Cy after a purchase that happened and one that did not."""
    source = f"wallet:{cy.id}"
    for key, move in (("a", holds.capture_hold), ("b", holds.release_hold)):
        hold_id = operation(holds.hold)(
            source=source, amount=eur("30.00"), key=key, subject=ORDER, at=NOW
        )
        operation(move)(hold_id=hold_id, at=NOW)
    return cy


def test_every_line_has_the_balance_after_it(spent):
    lines = statement(f"wallet:{spent.id}", "EUR").items

    assert [(line.kind, line.amount, line.balance) for line in lines] == [
        ("hold_release", eur("30.00"), eur("70.00")),
        ("hold", eur("-30.00"), eur("40.00")),
        ("hold", eur("-30.00"), eur("70.00")),
        ("goodwill", eur("100.00"), eur("100.00")),
    ]
    assert lines[0].about == str(ORDER)


def test_balances_go_on_over_the_pages(spent):
    source = f"wallet:{spent.id}"
    first = statement(source, "EUR", limit=2)
    second = statement(source, "EUR", limit=2, cursor=first.next_cursor)
    back = statement(source, "EUR", limit=2, cursor=second.prev_cursor)

    assert [line.balance for line in second.items] == [eur("70.00"), eur("100.00")]
    assert back.items == first.items
    assert list(whole_statement(source, "EUR")) == [*first.items, *second.items]


def test_a_page_costs_the_same_for_many_lines(cy, django_assert_num_queries):
    for _ in range(5):
        fund(cy.id, eur("1.00"))

    for limit in (1, 5):
        with django_assert_num_queries(5):
            statement(f"wallet:{cy.id}", "EUR", limit=limit)


def test_wallet_page(spent, in_alpha):
    page = Browser(in_alpha, spent).get("/account/wallet/").content.decode()

    assert "€70.00" in page
    assert "Used for a purchase" in page
    assert "/orders/ord_" in page
    assert "/account/wallet/top-up/" in page
    assert "/account/wallet/gift-card/" in page


def test_empty_wallet_page(in_alpha):
    di = make_user("di@customers.example")

    page = Browser(in_alpha, di).get("/account/wallet/")

    assert page.status_code == 200
    assert b"Nothing yet" in page.content


def test_wallet_is_for_its_owner(spent, in_alpha, beta):
    di = make_user("di@customers.example")

    assert "€70.00" not in Browser(in_alpha, di).get("/account/wallet/").content.decode()
    for stranger in (Browser(in_alpha), Browser(beta)):
        assert stranger.get("/account/wallet/").status_code == 302
        assert stranger.get("/account/wallet/statement.csv").status_code == 302


def test_statement_as_a_file(spent, in_alpha):
    answer = Browser(in_alpha, spent).get("/account/wallet/statement.csv")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert [(row["amount"], row["balance"]) for row in rows] == [
        ("30.00", "70.00"),
        ("-30.00", "40.00"),
        ("-30.00", "70.00"),
        ("100.00", "100.00"),
    ]


def test_other_currencies_have_their_own_balance(cy, in_alpha):
    fund(cy.id, Money(500, "JPY"))
    browser = Browser(in_alpha, cy)

    page = browser.get("/account/wallet/?currency=JPY").content.decode()

    assert "¥500" in page
    assert "€100.00" not in page
    assert "€100.00" in browser.get("/account/wallet/?currency=XXX").content.decode()


def test_wallet_by_api(spent, in_alpha):
    program = Program(in_alpha, spent)

    assert program.call("GET", "/wallet")["data"] == [
        {
            "currency": "EUR",
            "available": {"amount": "70.00", "currency": "EUR"},
            "held": {"amount": "0.00", "currency": "EUR"},
            "pending": {"amount": "0.00", "currency": "EUR"},
        }
    ]
    first = program.call("GET", "/wallet/statement?limit=3")
    second = program.call("GET", f"/wallet/statement?cursor={first['meta']['next_cursor']}")
    assert [line["balance"]["amount"] for line in first["data"]] == ["70.00", "40.00", "70.00"]
    assert [line["kind"] for line in second["data"]] == ["goodwill"]
    Program(in_alpha).call("GET", "/wallet", expect=401)
