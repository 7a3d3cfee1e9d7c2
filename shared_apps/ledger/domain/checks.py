"""Proving the books: each check names the rows that break a promise about money.

A room above adds its own from apps.ready(): register_books_check("orders_are_paid", function),
where the function reads the bound tenant and yields one dict for each offending row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from django.db import connection

from shared_apps.kernel.errors import InvariantBroken

BooksCheck = Callable[[], Iterable[dict[str, Any]]]
_ROWS_MAX = 100

# What an account's row and transfers say, with its balance in the natural direction.
_SUMS = """
    WITH moved AS (
      SELECT account_id, sum(amount) AS net FROM (
        SELECT credit_id AS account_id, amount FROM ledger_transfer
        UNION ALL SELECT debit_id, -amount FROM ledger_transfer
      ) AS sides GROUP BY account_id
    ), sums AS (
      SELECT a.*, coalesce(m.net, 0) * CASE WHEN kind IN ('asset', 'expense') THEN -1 ELSE 1 END
        AS summed
      FROM ledger_account AS a LEFT JOIN moved AS m ON m.account_id = a.id
    )
"""
# ruff: noqa: S608 - constants joined to constants, no value is pasted in
_OWN_CHECKS = {
    "balanced": _SUMS
    + """
    SELECT currency, sum(balance_or_sum * CASE WHEN kind IN ('asset', 'expense') THEN 1 ELSE -1 END)
      AS difference
    FROM (SELECT *, CASE WHEN cached THEN balance ELSE summed END AS balance_or_sum FROM sums) AS s
    GROUP BY currency
    HAVING sum(balance_or_sum * CASE WHEN kind IN ('asset', 'expense') THEN 1 ELSE -1 END) <> 0
    """,
    "cached_equals_sum": _SUMS
    + "SELECT code, currency, balance, summed FROM sums WHERE cached AND balance <> summed",
    "floors_hold": _SUMS + "SELECT code, currency, floor, summed FROM sums WHERE summed < floor",
    "rollups_equal_sum": """
    SELECT a.code, a.currency, r.balance, s.net FROM ledger_rollup AS r
    JOIN ledger_account AS a ON a.id = r.account_id
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(CASE WHEN t.credit_id = a.id THEN t.amount ELSE -t.amount END), 0) AS net
      FROM ledger_transfer AS t
      WHERE (t.credit_id = a.id OR t.debit_id = a.id) AND t.xid < r.upto
    ) AS s
    WHERE r.balance <> s.net AND r.system = (SELECT system_identifier FROM pg_control_system())
    """,
    "escrow_is_never_negative": """
    SELECT a.code, a.currency, t.ref,
      sum(CASE WHEN t.credit_id = a.id THEN t.amount ELSE -t.amount END) AS held
    FROM ledger_account AS a
    JOIN ledger_transfer AS t ON t.credit_id = a.id OR t.debit_id = a.id
    WHERE a.code = 'escrow' AND t.ref <> ''
    GROUP BY a.code, a.currency, t.ref
    HAVING sum(CASE WHEN t.credit_id = a.id THEN t.amount ELSE -t.amount END) < 0
    """,
    "currencies_match": """
    SELECT t.id, t.currency, d.currency AS debit, c.currency AS credit FROM ledger_transfer AS t
    LEFT JOIN ledger_account AS d ON d.id = t.debit_id
    LEFT JOIN ledger_account AS c ON c.id = t.credit_id
    WHERE d.currency IS DISTINCT FROM t.currency OR c.currency IS DISTINCT FROM t.currency
    """,
    "amounts_are_positive": "SELECT id, amount FROM ledger_transfer WHERE amount <= 0",
    "transactions_have_transfers": """
    SELECT id::text, key FROM ledger_ledgertransaction AS l
    WHERE NOT EXISTS (SELECT 1 FROM ledger_transfer AS t WHERE t.transaction_id = l.id)
    """,
    "keys_are_unique": """
    SELECT key, count(*) AS times FROM ledger_ledgertransaction GROUP BY key HAVING count(*) > 1
    """,
}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check; `offending` holds at most a hundred rows."""

    name: str
    offending: list[dict[str, Any]]

    @property
    def holds(self) -> bool:
        return not self.offending


def _rows_of(query: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchmany(_ROWS_MAX)]


_checks: dict[str, BooksCheck] = {
    name: partial(_rows_of, query) for name, query in _OWN_CHECKS.items()
}


def register_books_check(name: str, check: BooksCheck) -> None:
    """Add a promise about money to `manage.py books check`."""
    if name in _checks:
        raise InvariantBroken(f"there is already a books check named {name}")
    _checks[name] = check


def check_books() -> list[CheckResult]:
    """Every promise over the bound scope's whole history (reads only)."""
    return [CheckResult(name, list(islice(check(), _ROWS_MAX))) for name, check in _checks.items()]
