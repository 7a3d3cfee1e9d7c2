"""What a wallet or gift card is worth, and where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from shared_apps.identity.queries import PersonCard, people_by_id
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import Page
from shared_apps.ledger import queries as ledger
from tenant_apps.wallet.models import Hold, TopUp

_EXPORT_PAGE = 100


class PersonUnknown(NotFound):
    code, title = "person_unknown", "There is no such person"


@dataclass(frozen=True, slots=True)
class WalletView:
    """A person's stored value in one currency: spendable, set aside, and not yet here."""

    user_id: UUID
    available: Money
    held: Money
    pending: Money


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One change of what can be spent, and what could be spent after it."""

    id: int
    kind: str
    about: str
    amount: Money
    balance: Money
    at: datetime


def balance_of(source: str, currency: str) -> Money:
    """What can be spent of `wallet:<user>` or `gift_card:<id>` now."""
    return ledger.balance_of(source, currency)


def wallet_of(user_id: UUID, currency: str) -> WalletView:
    """The three buckets of a person's wallet. Three queries."""
    pending = TopUp.objects.filter(user_id=user_id, currency=currency, state="started").aggregate(
        minor=Sum("amount_minor")
    )["minor"]
    return WalletView(
        user_id=user_id,
        available=balance_of(f"wallet:{user_id}", currency),
        held=balance_of(f"wallet_held:{user_id}", currency),
        pending=Money(pending or 0, currency),
    )


def holder_of(user_id: UUID) -> PersonCard:
    """Whose wallet it is; raises PersonUnknown. One query."""
    person = people_by_id([user_id]).get(user_id)
    if person is None:
        raise PersonUnknown
    return person


def balances_of(user_ids: Iterable[UUID], currency: str) -> dict[UUID, Money]:
    """What each of many people can spend; those without anything are left out. One query."""
    codes = {f"wallet:{user_id}": user_id for user_id in user_ids}
    found = ledger.cached_balances(codes)
    return {codes[code]: held for (code, of), held in found.items() if of == currency and held}


def owed_to_customers() -> list[Money]:
    """What all wallets hold, free and set aside, by currency. Two queries."""
    sums: dict[str, int] = {}
    for word in ("wallet", "wallet_held"):
        for held in ledger.cached_sums(word):
            sums[held.currency] = sums.get(held.currency, 0) + held.minor
    return [Money(minor, currency) for currency, minor in sorted(sums.items())]


def currencies_of(user_id: UUID, first: str) -> list[str]:
    """The currencies a person has or had money in; `first` leads, be it empty. One query."""
    found = {amount.currency for amount in _amounts_of(f"wallet:{user_id}")}
    return [first, *sorted(found - {first})]


def _amounts_of(source: str) -> list[Money]:
    return ledger.balances(source).get(source, [])


def statement(
    source: str, currency: str, *, cursor: str = "", limit: int = 25
) -> Page[StatementLine]:
    """What changed, latest first, by keyset, every line with the balance after it."""
    page = ledger.statement(source, currency, cursor=cursor, limit=limit)
    if not page.items:
        return Page(items=[])
    after = ledger.balance_through(source, currency, transfer_id=page.items[0].id)
    about = _subjects_of_holds(page.items)
    lines = []
    for item in page.items:
        subject = about.get(item.subject, item.subject)
        lines.append(StatementLine(item.id, item.kind, subject, item.amount, after, item.posted_at))
        after -= item.amount
    return Page(lines, page.next_cursor, page.prev_cursor)


def whole_statement(source: str, currency: str) -> Iterator[StatementLine]:
    """Every line of the statement, latest first, read page by page."""
    cursor = ""
    while True:
        page = statement(source, currency, cursor=cursor, limit=_EXPORT_PAGE)
        yield from page.items
        if not page.next_cursor:
            return
        cursor = page.next_cursor


def _subjects_of_holds(lines: list[ledger.StatementLine]) -> dict[str, str]:
    """What each hold on the page was for."""
    ids = [
        line.subject.partition(":")[2] for line in lines if line.subject.startswith("wallet.hold:")
    ]
    if not ids:
        return {}
    rows = Hold.objects.filter(id__in=ids).values_list("id", "subject")
    return {f"wallet.hold:{hold_id}": subject for hold_id, subject in rows}
