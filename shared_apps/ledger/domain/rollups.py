"""Keeping sums over hot accounts short: everything below a watermark is added up once.

The watermark is a transaction number below which nothing can commit any more. An id or a time
would lose money: they are handed out before the commit, so a late one slips under.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from shared_apps.kernel.transactions import operation
from shared_apps.ledger.models import Account, Rollup

_SYSTEM = "(SELECT system_identifier FROM pg_control_system())"
_START = f"""
    INSERT INTO ledger_rollup (account_id, upto, system, balance, rolled_at)
    VALUES (%(account)s, '0', {_SYSTEM}, 0, %(at)s)
    ON CONFLICT (account_id) DO UPDATE
      SET upto = '0', balance = 0, system = excluded.system
      WHERE ledger_rollup.system <> excluded.system
"""  # noqa: S608 - no value is pasted in
_EXTEND = """
    WITH floor AS (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xid)
    UPDATE ledger_rollup SET upto = floor.xid, rolled_at = %(at)s, balance = balance
      + coalesce((SELECT sum(amount) FROM ledger_transfer WHERE credit_id = %(account)s
                  AND xid >= upto AND xid < floor.xid), 0)
      - coalesce((SELECT sum(amount) FROM ledger_transfer WHERE debit_id = %(account)s
                  AND xid >= upto AND xid < floor.xid), 0)
    FROM floor WHERE account_id = %(account)s AND floor.xid > upto
"""


def roll_up_all(*, at: datetime) -> int:
    """Roll up every hot account, each in a transaction of its own (journey); returns how many."""
    accounts = list(Account.objects.filter(cached=False).values_list("id", flat=True))
    for account_id in accounts:
        roll_up(account_id=account_id, at=at)
    return len(accounts)


@operation
def roll_up(*, account_id: int, at: datetime) -> None:
    """Bring one account's rollup up to the oldest running transaction.

    The row is locked first, so that of two at once the second starts where the first ended. A
    rollup that came from another PostgreSQL starts from nothing.
    """
    values: dict[str, Any] = {"account": account_id, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(_START, values)
        Rollup.objects.select_for_update().get(pk=account_id)
        cursor.execute(_EXTEND, values)
