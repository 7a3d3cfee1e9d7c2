"""Writing a fact of money into the books.

post(kind="capture", key=f"capture:{payment.id}", subject=Ref("payments.payment", ...),
     legs=[Leg(debit="clearing:stripe", credit="escrow", amount=Money(...), ref=str(order))],
     at=at)
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from shared_apps.kernel.errors import Conflict, PaymentRequired, invariant
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import step
from shared_apps.ledger.domain.chart import terms_of
from shared_apps.ledger.models import Account, LedgerTransaction

AccountName = str
_AccountKey = tuple[str, str]
# The hottest write of the house: the transaction and all its transfers are one statement.
_WRITE = """
    WITH head AS (
      INSERT INTO ledger_ledgertransaction (id, key, kind, subject, posted_at, meta)
      VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (key) DO NOTHING RETURNING id
    )
    INSERT INTO ledger_transfer (transaction_id, debit_id, credit_id, currency, amount, ref)
    SELECT head.id, leg.* FROM head, unnest(
      %s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::text[]
    ) AS leg
"""


class InsufficientFunds(PaymentRequired):
    code, title = "insufficient_funds", "There is not enough money for this"


class PostedDifferently(Conflict):
    code, title = "posted_differently", "This fact is in the books with other amounts"


@dataclass(frozen=True, slots=True)
class Leg:
    """One amount, above zero, from the debit to the credit account; both named by code."""

    debit: AccountName
    credit: AccountName
    amount: Money
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """A transaction of the books; `is_new` is False when the key had been posted before."""

    id: UUID
    key: str
    is_new: bool


@step
def post(
    *,
    kind: str,
    key: str,
    subject: Ref | None = None,
    legs: Sequence[Leg],
    at: datetime,
    meta: Mapping[str, Any] | None = None,
) -> Posting:
    """Write one fact as a transaction with its transfers, once per key.

    Opens accounts on first use, appends the transfers, then moves the cached balances in account
    order, so that two posts never wait for each other crosswise. A key posted before with the
    same legs changes nothing and returns that posting. Raises PostedDifferently for other legs
    under a known key, InsufficientFunds when a balance would fall below its account's floor.
    """
    invariant(legs, f"{key}: a transaction needs a leg")
    for leg in legs:
        invariant(leg.amount.minor > 0, f"{key}: a leg moves an amount above zero")
        invariant(leg.debit != leg.credit, f"{key}: a leg joins two accounts")
    transaction_id, accounts = uuid7(), _accounts_of(legs)
    head = [transaction_id, key, kind, str(subject or ""), at, json.dumps(dict(meta or {}))]
    if not _write(head, accounts, legs):
        return _posted_before(key, kind, legs)
    _move_balances(accounts, legs)
    return Posting(transaction_id, key, is_new=True)


@step
def lock_balance(*, code: str, currency: str) -> Money:
    """Lock a cached account, so that nobody moves its balance before this transaction ends.

    Returns the balance in the account's natural direction; an account never used has nothing.
    """
    account = Account.objects.select_for_update().filter(code=code, currency=currency).first()
    if account is None:
        return Money.zero(currency)
    invariant(account.cached, f"{code} is summed, there is no row to lock")
    return Money(account.balance, currency)


def _write(head: list[Any], accounts: Mapping[_AccountKey, Account], legs: Sequence[Leg]) -> bool:
    """False when the key is taken, if need be by who commits first."""
    columns: list[list[Any]] = [
        [accounts[leg.debit, leg.amount.currency].pk for leg in legs],
        [accounts[leg.credit, leg.amount.currency].pk for leg in legs],
        [leg.amount.currency for leg in legs],
        [leg.amount.minor for leg in legs],
        [leg.ref for leg in legs],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [*head, *columns])
        return bool(cursor.rowcount)


def _posted_before(key: str, kind: str, legs: Sequence[Leg]) -> Posting:
    known = LedgerTransaction.objects.get(key=key)
    rows = known.transfers.order_by("id").values_list(
        "debit__code", "credit__code", "currency", "amount", "ref"
    )
    wanted = [
        (leg.debit, leg.credit, leg.amount.currency, leg.amount.minor, leg.ref) for leg in legs
    ]
    if known.kind != kind or sorted(rows) != sorted(wanted):
        raise PostedDifferently(key=key)
    return Posting(known.id, key, is_new=False)


def _accounts_of(legs: Iterable[Leg]) -> dict[_AccountKey, Account]:
    wanted = {(code, leg.amount.currency) for leg in legs for code in (leg.debit, leg.credit)}
    found = _read_accounts(wanted)
    missing = sorted(wanted - found.keys())
    if missing:
        Account.objects.bulk_create([_opened(*key) for key in missing], ignore_conflicts=True)
        found = _read_accounts(wanted)
    return found


def _read_accounts(keys: set[_AccountKey]) -> dict[_AccountKey, Account]:
    codes, currencies = {code for code, _ in keys}, {currency for _, currency in keys}
    rows = Account.objects.filter(code__in=sorted(codes), currency__in=sorted(currencies))
    return {(row.code, row.currency): row for row in rows}


def _opened(code: str, currency: str) -> Account:
    terms = terms_of(code)
    return Account(
        code=code, currency=currency, kind=terms.kind, cached=terms.cached, floor=terms.floor
    )


def _move_balances(accounts: Mapping[_AccountKey, Account], legs: Iterable[Leg]) -> None:
    changes: defaultdict[_AccountKey, int] = defaultdict(int)
    for leg in legs:
        changes[leg.debit, leg.amount.currency] -= leg.amount.minor
        changes[leg.credit, leg.amount.currency] += leg.amount.minor
    cached = [(accounts[key], change) for key, change in changes.items() if accounts[key].cached]
    for account, change in sorted(cached, key=lambda pair: pair[0].pk):
        _move_balance(account, -change if account.is_debit_normal else change)


def _move_balance(account: Account, change: int) -> None:
    moved = (
        Account.objects.filter(pk=account.pk)
        .filter(Q(floor=None) | Q(floor__lte=F("balance") + change))
        .update(balance=F("balance") + change)
    )
    if not moved:
        raise InsufficientFunds(
            needed=Money(-change, account.currency).as_json(), account=account.code
        )
