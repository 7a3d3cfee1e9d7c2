"""Reading the books."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch, Q, Sum
from django.db.models.functions import TruncDate

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


def cached_sums(word: str) -> list[Money]:
    """What all accounts of a first word hold together, by currency; cached ones only. One query."""
    rows = Account.objects.filter(code__startswith=f"{word}:", cached=True).values("currency")
    sums = rows.annotate(minor=Sum("balance")).order_by("currency")
    return [Money(row["minor"], row["currency"]) for row in sums if row["minor"]]


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


def credited_by(kind: str, word: str) -> dict[tuple[str, str], int]:
    """What postings of a kind put into accounts of a first word, by code and currency. One query."""
    rows = Transfer.objects.filter(transaction__kind=kind, credit__code__startswith=f"{word}:")
    sums = rows.values_list("credit__code", "currency").annotate(total=Sum("amount"))
    return {(code, currency): minor for code, currency, minor in sums}


def posted_amounts(kind: str) -> dict[str, int]:
    """What was posted of a kind, by key: the sum of each transaction's transfers. One query."""
    rows = LedgerTransaction.objects.filter(kind=kind).annotate(total=Sum("transfers__amount"))
    return dict(rows.values_list("key", "total"))


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """An account with what it holds, in its natural direction."""

    code: str
    currency: str
    kind: str
    balance: Money

    @property
    def is_debit_normal(self) -> bool:
        return self.kind in {Account.Kind.ASSET, Account.Kind.EXPENSE}

    @property
    def debit(self) -> Money | None:
        """The balance as it stands in the debit column, None when it belongs to the other."""
        signed = self.balance if self.is_debit_normal else -self.balance
        return signed if signed.minor > 0 else None

    @property
    def credit(self) -> Money | None:
        signed = -self.balance if self.is_debit_normal else self.balance
        return signed if signed.minor > 0 else None


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """All balances of one currency; `accounts` counts those a line stands for."""

    currency: str
    lines: list[tuple[AccountBalance, int]]

    @property
    def debit(self) -> Money:
        return sum((each.debit for each, _ in self.lines if each.debit), Money.zero(self.currency))

    @property
    def credit(self) -> Money:
        found = (each.credit for each, _ in self.lines if each.credit)
        return sum(found, Money.zero(self.currency))

    @property
    def difference(self) -> Money:
        """Nothing, or the books are broken."""
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class LegView:
    debit: str
    credit: str
    amount: Money
    ref: str


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One fact of money with its legs."""

    id: UUID
    key: str
    kind: str
    subject: str
    posted_at: datetime
    legs: list[LegView]


# Every account's balance with one statement: kept on the row, else rollup and what came after.
_BALANCES = """
    SELECT a.code, a.currency, a.kind, CASE WHEN a.cached THEN a.balance ELSE
      (coalesce(r.balance, 0)
        + coalesce((SELECT sum(t.amount) FROM ledger_transfer AS t
                    WHERE t.credit_id = a.id AND t.xid >= coalesce(r.upto, '0'::xid8)), 0)
        - coalesce((SELECT sum(t.amount) FROM ledger_transfer AS t
                    WHERE t.debit_id = a.id AND t.xid >= coalesce(r.upto, '0'::xid8)), 0)
      ) * CASE WHEN a.kind IN ('asset', 'expense') THEN -1 ELSE 1 END END
    FROM ledger_account AS a
    LEFT JOIN ledger_rollup AS r
      ON r.account_id = a.id AND r.system = (SELECT system_identifier FROM pg_control_system())
    ORDER BY a.currency, a.code
"""
# The same at a moment in the past: everything posted before it.
_BALANCES_AT = """
    SELECT a.code, a.currency, a.kind, coalesce(s.net, 0)
      * CASE WHEN a.kind IN ('asset', 'expense') THEN -1 ELSE 1 END
    FROM ledger_account AS a LEFT JOIN (
      SELECT account_id, sum(amount) AS net FROM (
        SELECT t.credit_id AS account_id, t.amount FROM ledger_transfer AS t
        JOIN ledger_ledgertransaction AS l ON l.id = t.transaction_id WHERE l.posted_at < %(at)s
        UNION ALL
        SELECT t.debit_id, -t.amount FROM ledger_transfer AS t
        JOIN ledger_ledgertransaction AS l ON l.id = t.transaction_id WHERE l.posted_at < %(at)s
      ) AS sides GROUP BY account_id
    ) AS s ON s.account_id = a.id
    ORDER BY a.currency, a.code
"""
_MOVED_BY_DAY = """
    SELECT (l.posted_at AT TIME ZONE 'UTC')::date AS day,
      sum(CASE WHEN t.credit_id = a.id THEN t.amount ELSE -t.amount END)
        * CASE WHEN a.kind IN ('asset', 'expense') THEN -1 ELSE 1 END
    FROM ledger_account AS a
    JOIN ledger_transfer AS t ON t.credit_id = a.id OR t.debit_id = a.id
    JOIN ledger_ledgertransaction AS l ON l.id = t.transaction_id
    WHERE a.code = %(code)s AND a.currency = %(currency)s
      AND l.posted_at >= %(start)s AND l.posted_at < %(end)s
    GROUP BY day, a.kind ORDER BY day
"""


def account_balances(*, at: datetime | None = None) -> list[AccountBalance]:
    """Every account with its balance now, or from what was posted before a moment. One query."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"at": at}
        cursor.execute(_BALANCES if at is None else _BALANCES_AT, values)
        return [
            AccountBalance(code, currency, kind, Money(int(balance), currency))
            for code, currency, kind, balance in cursor.fetchall()
        ]


def trial_balances(*, at: datetime | None = None) -> list[TrialBalance]:
    """The balances per currency; accounts of one person are one line for each first word. One query."""
    found: dict[str, dict[str, tuple[AccountBalance, int]]] = {}
    for each in account_balances(at=at):
        lines = found.setdefault(each.currency, {})
        name = each.code.partition(":")[0] if is_personal(each.code) else each.code
        known, count = lines.get(name, (None, 0))
        balance = each.balance + known.balance if known else each.balance
        lines[name] = (AccountBalance(name, each.currency, each.kind, balance), count + 1)
    return [TrialBalance(currency, list(lines.values())) for currency, lines in found.items()]


def is_personal(code: str) -> bool:
    """`vendor:<id>` and `wallet:<id>` are of somebody; `clearing:stripe` and `tax:standard` are not."""
    _, _, owner = code.partition(":")
    try:
        UUID(owner)
    except ValueError:
        return False
    return True


def moved_by_day(code: str, currency: str, *, start: datetime, end: datetime) -> dict[date, int]:
    """By how much an account rose (in its natural direction) on each day of [start, end). One query."""
    values: dict[str, Any] = {"code": code, "currency": currency, "start": start, "end": end}
    with connection.cursor() as cursor:
        cursor.execute(_MOVED_BY_DAY, values)
        return {day: int(amount) for day, amount in cursor.fetchall()}


def posted_by_day(
    kinds: Sequence[str], currency: str, *, start: datetime, end: datetime
) -> dict[str, dict[date, int]]:
    """The sum of each kind's transfers on each day of [start, end). One query."""
    rows = Transfer.objects.filter(
        transaction__kind__in=kinds,
        transaction__posted_at__gte=start,
        transaction__posted_at__lt=end,
        currency=currency,
    )
    days = rows.values_list("transaction__kind", TruncDate("transaction__posted_at", tzinfo=UTC))
    found: dict[str, dict[date, int]] = {kind: {} for kind in kinds}
    for kind, day, total in days.annotate(total=Sum("amount")).order_by():
        found[kind][day] = int(total)
    return found


@dataclass(frozen=True, slots=True)
class JournalQuery:
    """What facts to list. `account` is a code or a first word, `subject` a Ref's text or its kind."""

    kind: str = ""
    subject: str = ""
    account: str = ""
    start: datetime | None = None
    end: datetime | None = None


def journal(asked: JournalQuery, *, cursor: str = "", limit: int = 25) -> Page[JournalEntry]:
    """Facts of money with their legs, latest first, by keyset. Two queries."""
    rows = LedgerTransaction.objects.all()
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.subject:
        whole = Q(subject=asked.subject)
        rows = rows.filter(whole | Q(subject__startswith=f"{asked.subject}:"))
    if asked.start:
        rows = rows.filter(posted_at__gte=asked.start)
    if asked.end:
        rows = rows.filter(posted_at__lt=asked.end)
    if asked.account:
        below = Q(code__startswith=f"{asked.account}:")
        named = Account.objects.filter(Q(code=asked.account) | below)
        touched = Transfer.objects.filter(Q(debit__in=named) | Q(credit__in=named))
        rows = rows.filter(pk__in=touched.values("transaction_id"))
    found = rows.prefetch_related(
        Prefetch("transfers", Transfer.objects.select_related("debit", "credit").order_by("pk"))
    )
    page = page_of(found, cursor=cursor, limit=limit, order=("-id",))
    return Page([_entry(row) for row in page.items], page.next_cursor, page.prev_cursor)


def is_open(code: str) -> bool:
    """Whether anything was ever posted to an account, in any currency. One query."""
    return Account.objects.filter(code=code).exists()


def kinds_posted() -> list[str]:
    """Every kind of fact that is in the books. One query."""
    rows = LedgerTransaction.objects.order_by("kind").values_list("kind", flat=True)
    return list(rows.distinct())


def accounts_page(word: str, *, cursor: str = "", limit: int = 50) -> Page[AccountBalance]:
    """The kept accounts of one first word by code: `vendor`, `wallet`. One query."""
    rows = Account.objects.filter(Q(code=word) | Q(code__startswith=f"{word}:"), cached=True)
    page = page_of(rows, cursor=cursor, limit=limit, order=("code", "currency", "id"))
    return Page(
        [
            AccountBalance(row.code, row.currency, row.kind, Money(row.balance, row.currency))
            for row in page.items
        ],
        page.next_cursor,
        page.prev_cursor,
    )


def _entry(row: LedgerTransaction) -> JournalEntry:
    legs = [
        LegView(each.debit.code, each.credit.code, Money(each.amount, each.currency), each.ref)
        for each in row.transfers.all()
    ]
    return JournalEntry(row.pk, row.key, row.kind, row.subject, row.posted_at, legs)
