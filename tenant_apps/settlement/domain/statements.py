"""A partner's statement for a period: opening, every line, closing, to the cent the books' balance.

The lines come from our own rows (earnings, reductions, payouts); only what other rooms did to the
account is read from the books. That both agree is a check of the books, and a test.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.money import Money
from shared_apps.kernel.period import Period
from shared_apps.ledger.queries import StatementLine as BooksLine
from shared_apps.ledger.queries import lines_between
from tenant_apps.settlement.domain.balances import account_of
from tenant_apps.settlement.domain.sales import names_of, short_name
from tenant_apps.settlement.models import Earning, EarningReduction, Payout

# What settlement itself posts to a partner's account; the rest is somebody else's.
OWN_KINDS = frozenset(
    {"release", "earning_reduced", "payout_created", "payout_failed", "payout_cancelled"}
)
_MONTHS = 12


class BadPeriod(Unprocessable):
    code, title = "bad_period", "A statement is for a month such as 2026-11"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One change of what a partner has with the operator.

    `kind` is sale, reduction, payout, payout_failed or other; `fees` are commission, its tax and
    what the operator remits, as far as they belong to the line; `balance` is what is left after it.
    """

    at: datetime
    kind: str
    reference: str
    gross: Money | None
    fees: Money | None
    amount: Money
    balance: Money


@dataclass(frozen=True, slots=True)
class PartnerStatement:
    partner_id: UUID
    currency: str
    period: Period[datetime]
    opening: Money
    lines: tuple[StatementLine, ...]
    closing: Money

    def sum_of(self, *kinds: str) -> Money:
        chosen = [line.amount.minor for line in self.lines if line.kind in kinds]
        return Money(sum(chosen), self.currency)


def month_of(text: str) -> Period[datetime]:
    """`2026-11` as a period in UTC (rule); raises BadPeriod."""
    try:
        year, month = (int(part) for part in text.split("-"))
        start = datetime(year, month, 1, tzinfo=UTC)
    except ValueError as error:
        raise BadPeriod from error
    year, month = (year + 1, 1) if month == _MONTHS else (year, month + 1)
    return Period(start, datetime(year, month, 1, tzinfo=UTC))


def months_until(day: date, *, since: date) -> list[str]:
    """The months from one day to another, latest first (rule)."""
    months = []
    year, month = day.year, day.month
    while (year, month) >= (since.year, since.month):
        months.append(f"{year:04d}-{month:02d}")
        year, month = (year - 1, _MONTHS) if month == 1 else (year, month - 1)
    return months


def statement_of(*, partner_id: UUID, currency: str, period: Period[datetime]) -> PartnerStatement:
    """The statement of a partner for a period. Twelve queries, and those that name subjects."""
    before = _changes(partner_id, currency, end=period.start)
    opening = sum(line.amount.minor for line in before)
    lines = _changes(partner_id, currency, start=period.start, end=period.end)
    names = names_of({line.reference for line in lines})
    balance, listed = opening, []
    for line in lines:
        balance += line.amount.minor
        named = replace(
            line,
            reference=names.get(line.reference) or short_name(line.reference),
            balance=Money(balance, currency),
        )
        listed.append(named)
    return PartnerStatement(
        partner_id=partner_id,
        currency=currency,
        period=period,
        opening=Money(opening, currency),
        lines=tuple(listed),
        closing=Money(balance, currency),
    )


def first_month_of(partner_id: UUID) -> date | None:
    """When something was first released to a partner. One query."""
    rows = Earning.objects.filter(partner_id=partner_id, state="released")
    first = rows.order_by("released_at").values_list("released_at", flat=True).first()
    return first.date() if first else None


def _changes(
    partner_id: UUID, currency: str, *, start: datetime | None = None, end: datetime
) -> list[StatementLine]:
    """Every change of [start, end), oldest first. Four queries and two of the books."""
    mine = {"partner_id": partner_id, "currency": currency}
    late = Q(reductions__is_after_release=True)
    released = Earning.objects.filter(**mine, state="released").annotate(
        late_minor=Coalesce(
            Sum(F("reductions__gross_minor") + F("reductions__subsidy_minor"), filter=late), 0
        )
    )
    earnings = _within(released, "released_at", start, end)
    reductions = _within(
        EarningReduction.objects.filter(
            earning__partner_id=partner_id, earning__currency=currency, is_after_release=True
        ).select_related("earning"),
        "at",
        start,
        end,
    )
    payouts = Payout.objects.filter(**mine)
    made = _within(payouts, "created_at", start, end)
    undone = _within(payouts.filter(state__in=["failed", "cancelled"]), "failed_at", start, end)
    others = lines_between(account_of(partner_id), currency, start, end)
    lines = [
        *_sales(earnings),
        *(_reduction(row) for row in reductions),
        *(_payout(row, row.created_at, "payout", -1) for row in made),
        *(_payout(row, row.failed_at or row.created_at, "payout_failed", 1) for row in undone),
        *(_other(line) for line in others if line.kind not in OWN_KINDS),
    ]
    return sorted(lines, key=lambda line: line.at)


def _within(
    rows: QuerySet[Any], column: str, start: datetime | None, end: datetime
) -> QuerySet[Any]:
    asked = {f"{column}__lt": end}
    if start is not None:
        asked[f"{column}__gte"] = start
    return rows.filter(**asked).order_by(column, "pk")


def _sales(rows: Iterable[Any]) -> Iterable[StatementLine]:
    """As they were when they were released: what was taken off later has lines of its own."""
    for row in rows:
        gross = row.gross_minor + row.subsidy_minor + row.late_minor
        at = row.released_at or row.created_at
        yield _line(at, "sale", row.subject, row.released_minor or 0, row.currency, gross=gross)


def _reduction(row: EarningReduction) -> StatementLine:
    gross = -(row.gross_minor + row.subsidy_minor)
    earning = row.earning
    return _line(
        row.at, "reduction", earning.subject, -row.amount_minor, earning.currency, gross=gross
    )


def _payout(row: Payout, at: datetime, kind: str, sign: int) -> StatementLine:
    return _line(at, kind, row.public_id, sign * row.amount_minor, row.currency)


def _other(line: BooksLine) -> StatementLine:
    return _line(line.posted_at, "other", line.subject, line.amount.minor, line.amount.currency)


def _line(
    at: datetime,
    kind: str,
    reference: str,
    minor: int,
    currency: str,
    *,
    gross: int | None = None,
) -> StatementLine:
    return StatementLine(
        at=at,
        kind=kind,
        reference=reference,
        gross=None if gross is None else Money(gross, currency),
        fees=None if gross is None else Money(gross - minor, currency),
        amount=Money(minor, currency),
        balance=Money.zero(currency),
    )
