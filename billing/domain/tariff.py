"""The tiers the house starts with, and what every tier must keep to (rules)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

from shared_apps.kernel.errors import Unprocessable

NAMESPACE = UUID("6f6b1f0a-0c8e-5d0b-9a51-3b7f0d4c2a10")
MODULES = ("marketplace", "rides", "stays", "ads")
TAKE_MIN_BPS, TAKE_MAX_BPS = 500, 1500
ADS_TAKE_BPS = 3000


class BadTariff(Unprocessable):
    code, title = "bad_tariff", "These terms are not possible"


@dataclass(frozen=True, slots=True)
class Tariff:
    """One version of a tier, before it is stored."""

    code: str
    name: str
    position: int
    version: int
    take_rates_bps: Mapping[str, int]
    limits: Mapping[str, int]
    features: tuple[str, ...]
    monthly_prices: Mapping[str, int]

    @property
    def tier_id(self) -> UUID:
        return uuid5(NAMESPACE, f"tier:{self.code}")

    @property
    def version_id(self) -> UUID:
        return uuid5(NAMESPACE, f"tier:{self.code}:{self.version}")


def checked_rates(rates: Mapping[str, int]) -> dict[str, int]:
    """Take rates as we offer them: 5 to 15 % by module, 30 % of ad revenue. Raises BadTariff."""
    errors = {module: ["Every module needs a rate"] for module in MODULES if module not in rates}
    for module, bps in rates.items():
        low, high = (
            (ADS_TAKE_BPS, ADS_TAKE_BPS) if module == "ads" else (TAKE_MIN_BPS, TAKE_MAX_BPS)
        )
        if module not in MODULES:
            errors[module] = ["There is no such module"]
        elif not low <= bps <= high:
            errors[module] = [f"Between {low / 100:g} % and {high / 100:g} %"]
    if errors:
        raise BadTariff(errors=errors)
    return dict(rates)


STARTING_TARIFFS = (
    Tariff(
        code="starter",
        name="Starter",
        position=1,
        version=1,
        take_rates_bps={"marketplace": 1200, "rides": 1500, "stays": 1200, "ads": 3000},
        limits={
            "listings": 1_000,
            "staff": 3,
            "partners": 50,
            "api_per_minute": 120,
            "tasks_in_flight": 2,
            "statement_timeout_ms": 10_000,
            "work_mem_kb": 4096,
        },
        features=("subdomain", "themes"),
        monthly_prices={"EUR": 2_900, "USD": 2_900, "GBP": 2_500},
    ),
    Tariff(
        code="growth",
        name="Growth",
        position=2,
        version=1,
        take_rates_bps={"marketplace": 800, "rides": 1000, "stays": 1000, "ads": 3000},
        limits={
            "listings": 50_000,
            "staff": 20,
            "partners": 1_000,
            "api_per_minute": 600,
            "tasks_in_flight": 8,
            "statement_timeout_ms": 15_000,
            "work_mem_kb": 8192,
        },
        features=("subdomain", "themes", "custom_domain", "api", "webhooks"),
        monthly_prices={"EUR": 9_900, "USD": 9_900, "GBP": 8_900},
    ),
    Tariff(
        code="scale",
        name="Scale",
        position=3,
        version=1,
        take_rates_bps={"marketplace": 500, "rides": 700, "stays": 600, "ads": 3000},
        limits={
            "api_per_minute": 3_000,
            "tasks_in_flight": 32,
            "statement_timeout_ms": 20_000,
            "work_mem_kb": 16_384,
        },
        features=(
            "subdomain",
            "themes",
            "custom_domain",
            "api",
            "webhooks",
            "own_cluster",
            "sandbox",
        ),
        monthly_prices={"EUR": 29_900, "USD": 29_900, "GBP": 26_900},
    ),
)
