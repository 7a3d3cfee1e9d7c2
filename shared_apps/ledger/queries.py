"""Reading the books."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, Sum

from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import Page, page_of
from shared_apps.ledger.models import Account, LedgerTransaction, Transfer

# The credits less the debits of one account: its rollup, if this very PostgreSQL wrote it, and
# what came after the rollup's watermark.
_SUMMED = """
    WITH rollup AS (
      SELECT upto, balance FROM ledger_rollup
      WHERE account_id = %(account)s AND system = (SELECT system_identifier FROM pg_control_system())
    ), watermark AS (
      SELECT coalesce((SELECT upto FROM rollup), '0'::xid8) AS upto
    )
    SELECT coalesce((SELECT balance FROM rollup), 0)
      + coalesce((SELECT sum(amount) FROM ledger_transfer, watermark
                  WHERE credit_id = %(account)s AND xid >= watermark.upto), 0)
      - coalesce((SELECT sum(amount) FROM ledger_transfer, watermark
                  WHERE debit_id = %(account)s AND xid >= watermark.upto), 0)
"""
_SUMMED_OF_REF = """
    SELECT coalesce(sum(CASE WHEN credit_id = %(account)s THEN amount ELSE -amount END), 0)
    FROM ledger_transfer
    WHERE ref = %(ref)s AND (credit_id = %(account)s OR debit_id = %(account)s)
"""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transfer seen from an account; `amount` is positive when it raised the balance."""

    id: int
    transaction_id: UUID
    kind: str
    subject: str
    counterpart: str
    amount: Money
    ref: str
    posted_at: datetime


def balance_of(code: str, currency: str, *, ref: str = "") -> Money:
    """The balance in the account's natural direction; zero for an account never used.

    With `ref`, only what belongs to it: the escrow of one order. Costs one query for a cached
    account, two for a hot one.
    """
    account = Account.objects.filter(code=code, currency=currency).first()
    if account is None:
        return Money.zero(currency)
    if account.cached and not ref:
        return Money(account.balance, currency)
    net = _summed(account, ref)
    return Money(-net if account.is_debit_normal else net, currency)


def _summed(account: Account, ref: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_SUMMED_OF_REF if ref else _SUMMED, {"account": account.pk, "ref": ref})
        return int(cursor.fetchone()[0])


def cached_balances(codes: Iterable[str]) -> dict[tuple[str, str], Money]:
    """The balances of accounts that keep theirs on the row, by code and currency. One query."""
    rows = Account.objects.filter(code__in=list(codes), cached=True)
    return {(row.code, row.currency): Money(row.balance, row.currency) for row in rows}


def balances(prefix: str) -> dict[str, list[Money]]:
    """Every account of a first word, `vendor` or `tax`, with its balance in each currency."""
    accounts = Account.objects.filter(Q(code=prefix) | Q(code__startswith=f"{prefix}:")).order_by(
        "code", "currency"
    )
    found: dict[str, list[Money]] = {}
    for account in accounts:
        net = account.balance
        if not account.cached:
            summed = _summed(account, "")
            net = -summed if account.is_debit_normal else summed
        found.setdefault(account.code, []).append(Money(net, account.currency))
    return found


def statement(
    code: str, currency: str, *, cursor: str = "", limit: int = 25
) -> Page[StatementLine]:
    """The transfers of an account, latest first, by keyset; an unknown account has none."""
    account = Account.objects.filter(code=code, currency=currency).first()
    if account is None:
        return Page(items=[])
    rows = Transfer.objects.filter(Q(debit=account) | Q(credit=account)).select_related(
        "transaction", "debit", "credit"
    )
    page = page_of(rows, cursor=cursor, limit=limit, order=("-id",))
    return Page([_line(row, account) for row in page.items], page.next_cursor, page.prev_cursor)


def _line(row: Transfer, account: Account) -> StatementLine:
    is_debit = row.debit_id == account.pk
    raises = is_debit == account.is_debit_normal
    return StatementLine(
        id=row.pk,
        transaction_id=row.transaction_id,
        kind=row.transaction.kind,
        subject=row.transaction.subject,
        counterpart=row.credit.code if is_debit else row.debit.code,
        amount=Money(row.amount if raises else -row.amount, row.currency),
        ref=row.ref,
        posted_at=row.transaction.posted_at,
    )


def balance_through(code: str, currency: str, *, transfer_id: int) -> Money:
    """The balance of an account after one of its transfers, in the order of its statement."""
    account = Account.objects.filter(code=code, currency=currency).first()
    if account is None:
        return Money.zero(currency)
    until = Transfer.objects.filter(id__lte=transfer_id)
    came = until.filter(credit=account).aggregate(minor=Sum("amount"))["minor"] or 0
    went = until.filter(debit=account).aggregate(minor=Sum("amount"))["minor"] or 0
    net = came - went
    return Money(-net if account.is_debit_normal else net, currency)


def balance_at(code: str, currency: str, at: datetime) -> Money:
    """The balance of what was posted before a moment, in the natural direction. Two queries."""
    account = Account.objects.filter(code=code, currency=currency).first()
    if account is None:
        return Money.zero(currency)
    lines = lines_between(code, currency, None, at)
    return Money(sum(line.amount.minor for line in lines), currency)


def lines_between(
    code: str, currency: str, start: datetime | None, end: datetime | None
) -> list[StatementLine]:
    """The transfers of an account posted in [start, end), oldest first. Two queries."""
    account = Account.objects.filter(code=code, currency=currency).first()
    if account is None:
        return []
    rows = Transfer.objects.filter(Q(debit=account) | Q(credit=account)).select_related(
        "transaction", "debit", "credit"
    )
    if start is not None:
        rows = rows.filter(transaction__posted_at__gte=start)
    if end is not None:
        rows = rows.filter(transaction__posted_at__lt=end)
    return [_line(row, account) for row in rows.order_by("transaction__posted_at", "id")]


def posted_by_others(
    prefix: str, kinds: Collection[str], *, before: datetime | None = None
) -> dict[tuple[str, str], int]:
    """What facts of other kinds did to the accounts of a first word, by code and currency.

    In the natural direction; accounts they did not touch are left out. Two queries.
    """
    accounts = Account.objects.filter(Q(code=prefix) | Q(code__startswith=f"{prefix}:"))
    rows = Transfer.objects.exclude(transaction__kind__in=kinds)
    if before is not None:
        rows = rows.filter(transaction__posted_at__lt=before)
    found: dict[tuple[str, str], int] = {}
    for side, sign in (("credit", 1), ("debit", -1)):
        sums = rows.filter(**{f"{side}__in": accounts}).values_list(
            f"{side}__code", f"{side}__currency", f"{side}__kind"
        )
        for code, currency, kind, minor in sums.annotate(minor=Sum("amount")).order_by():
            natural = -sign if kind in {"asset", "expense"} else sign
            found[code, currency] = found.get((code, currency), 0) + natural * minor
    return found


def posted_amounts(kind: str) -> dict[str, int]:
    """What was posted of a kind, by key: the sum of each transaction's transfers. One query."""
    rows = LedgerTransaction.objects.filter(kind=kind).annotate(total=Sum("transfers__amount"))
    return dict(rows.values_list("key", "total"))
