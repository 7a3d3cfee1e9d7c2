"""Reads of tiers and of the platform's take, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, Sum

from billing.models import TakeRecord, Tier, TierVersion
from shared_apps.kernel.context import TierTerms, platform_context
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.money import Money


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
