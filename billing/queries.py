"""Reads of tiers and of the platform's take, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from billing.models import TakeRecord, Tier, TierVersion
from shared_apps.kernel.context import TierTerms, platform_context
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import Page, page_of


class UnknownTier(NotFound):
    code, title = "unknown_tier", "There is no such tier"


@dataclass(frozen=True, slots=True)
class TierOffer:
    """A tier on the price page."""

    code: str
    name: str
    version: int
    version_id: UUID
    take_rates_bps: Mapping[str, int]
    limits: Mapping[str, int]
    features: frozenset[str]
    monthly_prices: Mapping[str, int]

    @property
    def price(self) -> Money | None:
        """A month in euro, as the price page shows it."""
        return self.monthly_price("EUR")

    def monthly_price(self, currency: str) -> Money | None:
        minor = self.monthly_prices.get(currency)
        return None if minor is None else Money(minor, currency)

    @property
    def snapshot(self) -> dict[str, Any]:
        """What is kept on the tenant and read by every request (Tenant.entitlements)."""
        return {
            "code": self.code,
            "version": self.version,
            "take_rates_bps": dict(self.take_rates_bps),
            "limits": dict(self.limits),
            "features": sorted(self.features),
        }

    @property
    def terms(self) -> TierTerms:
        return TierTerms(self.code, self.version, self.take_rates_bps, self.limits, self.features)


@dataclass(frozen=True, slots=True)
class TakeTotal:
    """The platform's take from one tenant in one currency, less what was given back."""

    tenant_id: UUID
    take: Money
    base: Money
    sales: int
    last_at: Any


def current_offer(code: str) -> TierOffer:
    """The newest version of a tier; raises UnknownTier. One query."""
    with platform_context():
        version = (
            TierVersion.objects.select_related("tier")
            .filter(tier__code=code)
            .order_by("-number")
            .first()
        )
    if version is None:
        raise UnknownTier(f"There is no tier {code!r}", tier=code)
    return _offer(version)


def current_terms(code: str) -> TierTerms:
    """What the newest version of a tier grants; raises UnknownTier."""
    return current_offer(code).terms


def tiers_on_sale() -> list[TierOffer]:
    """The newest version of each tier on sale, in the order of the price page."""
    with platform_context():
        versions = (
            TierVersion.objects.select_related("tier")
            .filter(tier__on_sale=True)
            .order_by("tier__position", "tier_id", "-number")
            .distinct("tier__position", "tier_id")
        )
        return [_offer(version) for version in versions]


def tier_choices() -> list[tuple[str, str]]:
    with platform_context():
        return list(Tier.objects.order_by("position").values_list("code", "name"))


def take_totals(tenant_id: UUID | None = None) -> list[TakeTotal]:
    """The take per tenant and currency, as far as it was pulled."""
    with platform_context():
        rows = TakeRecord.objects.all()
        if tenant_id is not None:
            rows = rows.filter(tenant_id=tenant_id)
        grouped = rows.values("tenant_id", "currency").annotate(
            take=Sum("take_minor"),
            base=Sum("base_minor"),
            sales=Count("id", filter=Q(key="release")),
            last_at=Max("accrued_at"),
        )
        return [
            TakeTotal(
                row["tenant_id"],
                Money(row["take"], row["currency"]),
                Money(row["base"], row["currency"]),
                row["sales"],
                row["last_at"],
            )
            for row in grouped.order_by("tenant_id", "currency")
        ]


def _offer(version: TierVersion) -> TierOffer:
    return TierOffer(
        code=version.tier.code,
        name=version.tier.name,
        version=version.number,
        version_id=version.pk,
        take_rates_bps=version.take_rates_bps,
        limits=version.limits,
        features=frozenset(version.features),
        monthly_prices=version.monthly_prices,
    )


@dataclass(frozen=True, slots=True)
class TakeFilter:
    """Takes in one currency, accrued in [start, end), of a tenant and module or of all."""

    currency: str
    start: datetime
    end: datetime
    tenant_id: UUID | None = None
    module: str = ""


@dataclass(frozen=True, slots=True)
class TakeShare:
    """What one module of one tenant brought."""

    tenant_id: UUID
    module: str
    take: Money
    base: Money
    sales: int


@dataclass(frozen=True, slots=True)
class TakeLine:
    """One record: our share of one sale, or the giving back of it."""

    id: UUID
    tenant_id: UUID
    module: str
    subject: str
    base: Money
    take: Money
    rate_bps: int
    tier_code: str
    tier_version: int
    accrued_at: datetime


def take_currencies() -> list[str]:
    """The currencies in which there is any take. One query."""
    with platform_context():
        rows = TakeRecord.objects.order_by("currency").values_list("currency", flat=True)
        return list(rows.distinct())


def take_by_day(asked: TakeFilter) -> dict[date, int]:
    """The take of each day (UTC), given back ones taken off. One query."""
    with platform_context():
        days = _asked_takes(asked).values_list(TruncDate("accrued_at", tzinfo=UTC))
        return {day: int(take) for day, take in days.annotate(n=Sum("take_minor")).order_by()}


def take_shares(asked: TakeFilter) -> list[TakeShare]:
    """What every module of every tenant brought, the most first. One query."""
    with platform_context():
        grouped = _asked_takes(asked).values("tenant_id", "module")
        sums = grouped.annotate(
            take=Sum("take_minor"), base=Sum("base_minor"), sales=Count("subject", distinct=True)
        )
        return [
            TakeShare(
                row["tenant_id"],
                row["module"],
                Money(row["take"], asked.currency),
                Money(row["base"], asked.currency),
                row["sales"],
            )
            for row in sums.order_by("-take", "tenant_id", "module")
        ]


def take_records(asked: TakeFilter, *, cursor: str = "", limit: int = 25) -> Page[TakeLine]:
    """The records themselves, latest first, by keyset. One query."""
    with platform_context():
        page = page_of(
            _asked_takes(asked), cursor=cursor, limit=limit, order=("-accrued_at", "-id")
        )
    lines = [
        TakeLine(
            row.pk,
            row.tenant_id,
            row.module,
            row.subject,
            Money(row.base_minor, row.currency),
            Money(row.take_minor, row.currency),
            row.rate_bps,
            row.tier_code,
            row.tier_version,
            row.accrued_at,
        )
        for row in page.items
    ]
    return Page(lines, page.next_cursor, page.prev_cursor)


def _asked_takes(asked: TakeFilter) -> QuerySet[TakeRecord]:
    rows = TakeRecord.objects.filter(
        currency=asked.currency, accrued_at__gte=asked.start, accrued_at__lt=asked.end
    )
    if asked.tenant_id is not None:
        rows = rows.filter(tenant_id=asked.tenant_id)
    return rows.filter(module=asked.module) if asked.module else rows
