from __future__ import annotations

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.ledger.domain.chart import UnknownAccount
from shared_apps.ledger.domain.posting import InsufficientFunds, Leg, PostedDifferently, post
from shared_apps.ledger.models import Account, LedgerTransaction, Transfer
from shared_apps.ledger.queries import balance_of, balances, statement
from tests.world import NOW


def eur(minor):
    return Money(minor, "EUR")


def post_legs(key, *legs, kind="test"):
    with transaction.atomic():
        return post(kind=kind, key=key, legs=[Leg(*leg) for leg in legs], at=NOW)


def test_post_writes_transfers_and_balances(in_alpha):
    posting = post_legs(
        "release:1",
        ("escrow", "vendor:v1", eur(84_00), "order:1"),
        ("escrow", "commission", eur(10_00), "order:1"),
        ("escrow", "tax:de", eur(6_00), "order:1"),
    )

    assert posting.is_new
    assert balance_of("vendor:v1", "EUR") == eur(84_00)
    assert balance_of("commission", "EUR") == eur(10_00)
    assert balance_of("escrow", "EUR") == eur(-100_00)
    assert balance_of("escrow", "EUR", ref="order:1") == eur(-100_00)
    assert balance_of("escrow", "EUR", ref="order:2") == eur(0)
    assert balances("vendor") == {"vendor:v1": [eur(84_00)]}


def test_second_post_with_the_same_key_changes_nothing(in_alpha):
    first = post_legs("capture:1", ("clearing:stripe", "escrow", eur(100)))
    second = post_legs("capture:1", ("clearing:stripe", "escrow", eur(100)))

    assert (second.id, second.is_new) == (first.id, False)
    assert balance_of("clearing:stripe", "EUR") == eur(100)
    with pytest.raises(PostedDifferently):
        post_legs("capture:1", ("clearing:stripe", "escrow", eur(101)))


def test_floor_refuses_and_leaves_nothing(in_alpha):
    post_legs("topup:1", ("clearing:stripe", "wallet:u1", eur(1000)))

    with pytest.raises(InsufficientFunds):
        post_legs("spend:1", ("wallet:u1", "escrow", eur(1001)))

    assert balance_of("wallet:u1", "EUR") == eur(1000)
    assert not LedgerTransaction.objects.filter(key="spend:1").exists()


def test_currencies_stay_apart(in_alpha):
    post_legs("a", ("clearing:stripe", "escrow", eur(5)))
    post_legs("b", ("clearing:stripe", "escrow", Money(7, "USD")))

    assert balance_of("escrow", "EUR") == eur(5)
    assert balance_of("escrow", "USD") == Money(7, "USD")
    euros = Account.objects.get(code="escrow", currency="EUR")
    dollars = Account.objects.get(code="clearing:stripe", currency="USD")
    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.create(
            transaction=LedgerTransaction.objects.get(key="a"),
            debit=dollars,
            credit=euros,
            currency="EUR",
            amount=1,
        )


@pytest.mark.parametrize("amount", [0, -5])
def test_only_positive_amounts(in_alpha, amount):
    post_legs("a", ("clearing:stripe", "escrow", eur(5)))
    row = Transfer.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.create(
            transaction_id=row.transaction_id,
            debit_id=row.debit_id,
            credit_id=row.credit_id,
            currency="EUR",
            amount=amount,
        )


@pytest.mark.parametrize(
    "statement_text",
    [
        "UPDATE ledger_transfer SET amount = 1",
        "DELETE FROM ledger_transfer",
        "UPDATE ledger_ledgertransaction SET kind = 'x'",
        "DELETE FROM ledger_ledgertransaction",
        "TRUNCATE ledger_transfer",
        "SELECT * FROM ledger_transfer FOR UPDATE",
    ],
)
def test_history_is_immutable_by_privilege(in_alpha, statement_text):
    post_legs("a", ("clearing:stripe", "escrow", eur(5)))

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement_text)


def test_unknown_account_is_a_defect(in_alpha):
    with pytest.raises(UnknownAccount):
        post_legs("a", ("nowhere", "escrow", eur(5)))


def test_books_are_per_tenant(alpha, beta):
    with tenant_context(alpha):
        post_legs("a", ("clearing:stripe", "escrow", eur(5)))

    with tenant_context(beta):
        assert balance_of("escrow", "EUR") == eur(0)
        assert post_legs("a", ("clearing:stripe", "escrow", eur(9))).is_new


def test_statement_pages_by_keyset(in_alpha):
    for index in range(5):
        post_legs(f"t{index}", ("clearing:stripe", "wallet:u1", eur(index + 1)))
    post_legs("spend", ("wallet:u1", "escrow", eur(2)))

    first = statement("wallet:u1", "EUR", limit=4)
    rest = statement("wallet:u1", "EUR", limit=4, cursor=first.next_cursor)

    assert [line.amount.minor for line in first.items] == [-2, 5, 4, 3]
    assert [line.amount.minor for line in rest.items] == [2, 1]
    assert first.items[0].counterpart == "escrow"
    assert statement("wallet:nobody", "EUR").items == []


def test_post_costs_three_queries_for_known_accounts(in_alpha, django_assert_num_queries):
    post_legs("a", ("escrow", "vendor:v", eur(5)), ("escrow", "commission", eur(1)))

    with transaction.atomic(), django_assert_num_queries(3):
        post(
            kind="x",
            key="b",
            subject=Ref("ordering.order", "1"),
            at=NOW,
            legs=[Leg("escrow", "vendor:v", eur(5)), Leg("escrow", "commission", eur(1))],
        )
