"""Which tax a sale bears: classes of goods x zones, as the operator set them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tenant_apps.ordering.domain.pricing import TaxTerms
from tenant_apps.places.domain.addresses import Address
from tenant_apps.places.domain.areas import NOWHERE, fit

STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class Rate:
    name: str
    bps: int


@dataclass(frozen=True, slots=True)
class ZoneRates:
    """The rates by class that hold in one zone."""

    name: str
    areas: tuple[str, ...]
    rates: Mapping[str, Rate]

    def rate_of(self, tax_class: str) -> Rate:
        """A class without a rate of its own bears the standard one, if there is one (rule)."""
        return self.rates.get(tax_class) or self.rates.get(STANDARD) or Rate("", 0)


@dataclass(frozen=True, slots=True)
class TaxTable:
    """All that decides the tax of a sale, read at once."""

    prices_include_tax: bool = True
    home_country: str = ""
    default: Rate = field(default_factory=lambda: Rate("", 0))
    delivery_class: str = STANDARD
    fee_tax_bps: int = 0
    zones: tuple[ZoneRates, ...] = ()

    def terms_for(
        self, tax_class: str, address: Address | None, *, is_retained: bool = False
    ) -> TaxTerms:
        """The tax of a class of goods that go to an address (rule).

        The zone that describes the address most closely decides, the earlier one of two alike;
        where none does, the operator's default holds. Without an address it is the home country.
        """
        where = address or Address(name="", line1="", city="", country=self.home_country)
        zone = self.zone_of(where)
        rate = self.default if zone is None else zone.rate_of(tax_class)
        return TaxTerms(
            tax_class=tax_class,
            bps=rate.bps,
            name=rate.name,
            jurisdiction=zone.name if zone else where.country,
            is_included=self.prices_include_tax,
            is_retained=is_retained,
        )

    def zone_of(self, address: Address) -> ZoneRates | None:
        """The zone an address is in (rule)."""
        found, closest = None, NOWHERE
        for zone in self.zones:
            closeness = fit(zone.areas, address)
            if closeness > closest:
                found, closest = zone, closeness
        return found


def tax_table(settings: Sequence[Any] | None, rates: Sequence[Sequence[Any]]) -> TaxTable:
    """The operator's taxes from their rows (rule): the settings if there are any, then each rate
    as [zone, areas, class, name, bps] in the order of the zones.
    """
    zones: dict[str, tuple[tuple[str, ...], dict[str, Rate]]] = {}
    for zone, areas, tax_class, name, bps in rates:
        zones.setdefault(zone, (tuple(areas), {}))[1][tax_class] = Rate(name, bps)
    found = tuple(ZoneRates(name, areas, known) for name, (areas, known) in zones.items())
    if settings is None:
        return TaxTable(zones=found)
    is_included, home, name, bps, delivery_class, fee_bps = settings
    return TaxTable(is_included, home, Rate(name, bps), delivery_class, fee_bps, found)
