"""The operator's money over a stretch of days: what was sold, earned, given back and is owed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared_apps.kernel.money import Money
from shared_apps.kernel.spans import Span, in_slots
from shared_apps.ledger.queries import AccountBalance, account_balances, moved_by_day, posted_by_day
from tenant_apps.ordering.domain.sales import (
    SalesDay,
    SalesOf,
    SoldGoods,
    best_sellers,
    sales_by_day,
)

# What a refund does to the books, and what undoes it.
_GIVEN, _TAKEN_BACK = "refund_requested", ("refund_failed", "refund_bounced")


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums of one stretch."""

    gross: Money
    orders: int
    commission: Money
    take: Money
    refunds: Money


@dataclass(frozen=True, slots=True)
class Owed:
    """What stands on the books at this moment: `code` is an account or a first word."""

    code: str
    balance: Money


@dataclass(frozen=True, slots=True)
class MoneyOverview:
    """Each row of `slots` is the sums of one slot of the chart."""

    span: Span
    currency: str
    now: Figures
    before: Figures
    slots: Sequence[date]
    to_vendors: Sequence[int]
    kept: Sequence[int]
    to_platform: Sequence[int]
    taxes: Sequence[int]
    commission: Sequence[int]
    refunds: Sequence[int]
    owed: Sequence[Owed]
    products: Sequence[SoldGoods]


def money_overview(span: Span, currency: str) -> MoneyOverview:
    """Everything of the money page. Nine queries, however much was sold."""
    asked, before = SalesOf(span.starts_at, span.ends_at, currency), span.before
    days = sales_by_day(asked)
    days_before = sales_by_day(SalesOf(before.starts_at, before.ends_at, currency))
    books, books_before = _books(span, currency), _books(before, currency)
    return MoneyOverview(
        span=span,
        currency=currency,
        now=_figures(days, books, currency),
        before=_figures(days_before, books_before, currency),
        slots=span.slots,
        to_vendors=in_slots(span, {each.day: each.earning_minor for each in days}),
        kept=in_slots(span, {each.day: each.commission_minor - each.take_minor for each in days}),
        to_platform=in_slots(span, {each.day: each.take_minor for each in days}),
        taxes=in_slots(
            span,
            {
                each.day: each.gross_minor - each.earning_minor - each.commission_minor
                for each in days
            },
        ),
        commission=in_slots(span, books["commission"]),
        refunds=in_slots(span, books["refunds"]),
        owed=owed_now(account_balances(), currency),
        products=best_sellers(asked, limit=5),
    )


def owed_now(accounts: Sequence[AccountBalance], currency: str) -> list[Owed]:
    """What each first word of the chart holds, those without a balance left out (rule)."""
    sums: dict[str, int] = {}
    for each in accounts:
        if each.currency == currency:
            word = each.code.partition(":")[0]
            sums[word] = sums.get(word, 0) + each.balance.minor
    return [Owed(word, Money(minor, currency)) for word, minor in sums.items() if minor]


def _books(span: Span, currency: str) -> dict[str, dict[date, int]]:
    start, end = span.starts_at, span.ends_at
    kinds = posted_by_day([_GIVEN, *_TAKEN_BACK], currency, start=start, end=end)
    refunds = dict(kinds[_GIVEN])
    for kind in _TAKEN_BACK:
        for day, amount in kinds[kind].items():
            refunds[day] = refunds.get(day, 0) - amount
    return {
        "commission": moved_by_day("commission", currency, start=start, end=end),
        "take": moved_by_day("saas_commission", currency, start=start, end=end),
        "refunds": refunds,
    }


def _figures(
    days: Sequence[SalesDay], books: Mapping[str, Mapping[date, int]], currency: str
) -> Figures:
    return Figures(
        gross=Money(sum(each.gross_minor for each in days), currency),
        orders=sum(each.orders for each in days),
        commission=Money(sum(books["commission"].values()), currency),
        take=Money(sum(books["take"].values()), currency),
        refunds=Money(sum(books["refunds"].values()), currency),
    )
