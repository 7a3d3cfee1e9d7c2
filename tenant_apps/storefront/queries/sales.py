"""What a vendor sold over a stretch of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared_apps.kernel.money import Money
from shared_apps.kernel.spans import Span, in_slots
from tenant_apps.ordering.domain.sales import (
    SalesDay,
    SalesOf,
    SoldGoods,
    best_sellers,
    sales_by_day,
    units_sold,
)
from tenant_apps.partners.queries import PartnerSummary

BEST = 10


@dataclass(frozen=True, slots=True)
class Sales:
    """The sums of a span, and its days."""

    span: Span
    currency: str
    days: Sequence[SalesDay]

    @property
    def gross(self) -> Money:
        return Money(sum(day.gross_minor for day in self.days), self.currency)

    @property
    def earning(self) -> Money:
        return Money(sum(day.earning_minor for day in self.days), self.currency)

    @property
    def commission(self) -> Money:
        return Money(sum(day.commission_minor for day in self.days), self.currency)

    @property
    def orders(self) -> int:
        return sum(day.orders for day in self.days)

    @property
    def average(self) -> Money:
        """What an order comes to."""
        return Money(self.gross.minor // self.orders if self.orders else 0, self.currency)

    @property
    def gross_by_slot(self) -> list[int]:
        return in_slots(self.span, {day.day: day.gross_minor for day in self.days})

    @property
    def earning_by_slot(self) -> list[int]:
        return in_slots(self.span, {day.day: day.earning_minor for day in self.days})

    @property
    def orders_by_slot(self) -> list[int]:
        return in_slots(self.span, {day.day: day.orders for day in self.days})


@dataclass(frozen=True, slots=True)
class Analytics:
    now: Sales
    before: Sales
    units: int
    units_before: int
    products: Sequence[SoldGoods]


def sales_of(partner: PartnerSummary, span: Span) -> Sales:
    """One vendor's sales. One query."""
    return Sales(span, partner.currency, sales_by_day(_asked(partner, span)))


def analytics_of(partner: PartnerSummary, span: Span) -> Analytics:
    """Everything of the analytics page. Five queries."""
    before = span.before
    return Analytics(
        now=sales_of(partner, span),
        before=sales_of(partner, before),
        units=units_sold(_asked(partner, span)),
        units_before=units_sold(_asked(partner, before)),
        products=best_sellers(_asked(partner, span), limit=BEST),
    )


def _asked(partner: PartnerSummary, span: Span) -> SalesOf:
    return SalesOf(span.starts_at, span.ends_at, partner.currency, partner.id)
