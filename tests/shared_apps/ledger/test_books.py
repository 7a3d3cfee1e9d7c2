from __future__ import annotations

import io
import json
import threading
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_apps.kernel.context import platform_context, tenant_context
from shared_apps.kernel.money import Money
from shared_apps.ledger.domain.checks import check_books
from shared_apps.ledger.domain.posting import InsufficientFunds, Leg, post
from shared_apps.ledger.domain.rollups import roll_up_all
from shared_apps.ledger.models import Account, Rollup
from shared_apps.ledger.queries import balance_of
from tests.world import ALPHA, NOW

CODES = ["clearing:stripe", "escrow", "vendor:a", "vendor:b", "wallet:u", "commission", "tax:de"]


def post_one(key, debit, credit, minor, currency="EUR", ref=""):
    with transaction.atomic():
        return post(
            kind="test", key=key, legs=[Leg(debit, credit, Money(minor, currency), ref)], at=NOW
        )


def broken_checks():
    return {result.name: result.offending for result in check_books() if not result.holds}


def as_owner(sql):
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SET search_path TO {ALPHA.schema}, ext")
        cursor.execute(sql)


LEGS = st.lists(
    st.tuples(
        st.sampled_from(CODES),
        st.sampled_from(CODES),
        st.integers(1, 10**12),
        st.sampled_from(["EUR", "JPY"]),
    ).filter(lambda leg: leg[0] != leg[1]),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(facts=st.lists(LEGS, min_size=1, max_size=4), data=st.data())
def test_books_balance_whatever_is_posted(in_alpha, facts, data):
    for legs in facts:
        try:
            with transaction.atomic():
                post(
                    kind="test",
                    key=str(uuid4()),
                    at=NOW,
                    legs=[Leg(d, c, Money(m, cur)) for d, c, m, cur in legs],
                )
        except InsufficientFunds:
            continue
        if data.draw(st.booleans()):
            roll_up_all(at=NOW)

    assert broken_checks() == {}


def test_rollup_and_sum_agree(in_alpha):
    for index in range(5):
        post_one(f"k{index}", "clearing:stripe", "escrow", 10)
    roll_up_all(at=NOW)
    post_one("later", "clearing:stripe", "escrow", 7)

    assert balance_of("escrow", "EUR") == Money(57, "EUR")
    assert balance_of("clearing:stripe", "EUR") == Money(57, "EUR")
    assert broken_checks() == {}


def test_a_rollup_of_another_postgresql_is_not_believed(in_alpha):
    post_one("k", "clearing:stripe", "escrow", 10)
    account = Account.objects.get(code="escrow")
    Rollup.objects.create(account=account, upto="9999999", system=1, balance=99, rolled_at=NOW)

    assert balance_of("escrow", "EUR") == Money(10, "EUR")
    roll_up_all(at=NOW)
    assert Rollup.objects.get(account=account).system != 1
    assert balance_of("escrow", "EUR") == Money(10, "EUR")


@pytest.mark.django_db(transaction=True)
def test_a_rollup_loses_nothing_to_a_late_commit(alpha):
    posted, may_commit = threading.Event(), threading.Event()

    def slow():
        with tenant_context(alpha), transaction.atomic():
            post(kind="t", key="slow", at=NOW, legs=[Leg("clearing:x", "escrow", Money(11, "EUR"))])
            posted.set()
            may_commit.wait(20)
        connection.close()

    with tenant_context(alpha):
        post_one("first", "clearing:x", "escrow", 1)  # opens the accounts
        thread = threading.Thread(target=slow)
        thread.start()
        posted.wait(20)
        post_one("quick", "clearing:x", "escrow", 13)
        roll_up_all(at=NOW)
        may_commit.set()
        thread.join()

        assert balance_of("escrow", "EUR") == Money(25, "EUR")
        # Transactions of other databases hold the cluster's horizon back while they last.
        for minute in range(1, 90):
            roll_up_all(at=NOW + timedelta(minutes=minute))
            if Rollup.objects.get(account__code="escrow").balance:
                break
            time.sleep(0.5)
        assert Rollup.objects.get(account__code="escrow").balance == 25
        assert broken_checks() == {}


def in_threads(functions):
    def run(function):
        try:
            function()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[function]) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_thirty_threads_cannot_overspend(alpha):
    with tenant_context(alpha):
        post_one("topup", "clearing:stripe", "wallet:u", 1000)
    outcomes = []

    def spend(index):
        with tenant_context(alpha):
            try:
                post_one(f"spend:{index}", "wallet:u", "escrow", 100)
                outcomes.append("spent")
            except InsufficientFunds:
                outcomes.append("refused")

    in_threads([lambda index=index: spend(index) for index in range(30)])

    with tenant_context(alpha):
        assert (outcomes.count("spent"), outcomes.count("refused")) == (10, 20)
        assert balance_of("wallet:u", "EUR") == Money(0, "EUR")
        assert broken_checks() == {}


@pytest.mark.django_db(transaction=True)
def test_one_key_from_many_threads_is_one_fact(alpha):
    outcomes = []

    def capture():
        with tenant_context(alpha):
            outcomes.append(post_one("capture:1", "clearing:stripe", "escrow", 100).is_new)

    in_threads([capture] * 12)

    with tenant_context(alpha):
        assert sorted(outcomes) == [False] * 11 + [True]
        assert balance_of("escrow", "EUR") == Money(100, "EUR")


@pytest.mark.django_db(transaction=True)
def test_opposite_transfers_do_not_deadlock(alpha):
    errors = []

    def move(name, debit, credit):
        with tenant_context(alpha):
            for index in range(25):
                try:
                    post_one(f"{name}:{index}", debit, credit, 1)
                except Exception as error:  # noqa: BLE001
                    errors.append(error)

    in_threads(
        [
            lambda name=name: move(name, *(("vendor:a", "vendor:b")[:: 1 if name % 2 else -1]))
            for name in range(6)
        ]
    )

    assert errors == []
    with tenant_context(alpha):
        assert balance_of("vendor:a", "EUR") == Money(0, "EUR")


def check_command(**options):
    out = io.StringIO()
    try:
        with platform_context():
            call_command("books", "check", json=True, stdout=out, **options)
        code = 0
    except SystemExit as stopped:
        code = stopped.code
    return code, json.loads(out.getvalue())


def test_books_command_passes_sound_books(in_alpha):
    post_one("k", "clearing:stripe", "escrow", 10, ref="order:1")

    code, report = check_command(tenant="alpha")

    assert (code, report["tenant"], report["holds"]) == (0, "alpha", True)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize(
    ("damage", "check"),
    [
        (
            "UPDATE ledger_account SET balance = balance + 1 WHERE code = 'vendor:a'",
            "cached_equals_sum",
        ),
        (
            "UPDATE ledger_transfer SET amount = amount + 5 WHERE ref = 'order:1'",
            "cached_equals_sum",
        ),
        ("UPDATE ledger_rollup SET balance = balance + 1", "rollups_equal_sum"),
        ("DELETE FROM ledger_transfer WHERE ref = ''", "transactions_have_transfers"),
    ],
)
def test_books_command_names_the_damage(alpha, damage, check):
    with tenant_context(alpha):
        post_one("capture", "clearing:stripe", "escrow", 100)
        post_one("release", "escrow", "vendor:a", 40, ref="order:1")
        roll_up_all(at=NOW)
    as_owner(damage)

    code, report = check_command(tenant="alpha")

    broken = {item["check"] for item in report["checks"] if not item["holds"]}
    assert code == 1
    assert check in broken


def test_escrow_of_one_order_may_not_be_overdrawn(in_alpha):
    post_one("a", "clearing:stripe", "escrow", 100, ref="order:1")
    post_one("b", "escrow", "vendor:a", 60, ref="order:2")

    assert broken_checks() == {
        "escrow_is_never_negative": [
            {"code": "escrow", "currency": "EUR", "ref": "order:2", "held": -60}
        ]
    }
