"""All that decides the prices of a sale besides the goods, read at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from shared_apps.kernel.context import TierTerms, current_tenant
from shared_apps.kernel.money import Money
from tenant_apps.ordering.domain.delivery import STANDARD, Method, methods_by_vendor
from tenant_apps.ordering.domain.taxes import TaxTable, tax_table
from tenant_apps.settlement.domain.commissions import Rule, active_rules

MODULE = "marketplace"
# One statement, because four cost a page more than all else it does with them.
_SQL = """
SELECT
  (SELECT json_build_array(prices_include_tax, home_country, default_name, default_bps,
                           delivery_class, fee_tax_bps)
     FROM ordering_taxsettings WHERE id = 1),
  (SELECT json_agg(json_build_array(zone.name, zone.areas, rate.tax_class, rate.name, rate.bps)
                   ORDER BY zone.position, rate.tax_class)
     FROM ordering_taxrate rate JOIN ordering_taxzone zone ON zone.id = rate.zone_id),
  (SELECT json_agg(json_build_array(way.vendor_id, way.id, way.name, way.kind, way.note,
                                    way.days_min, way.days_max, zone.areas, rate.up_to_g,
                                    rate.price_minor, rate.free_from_minor)
                   ORDER BY way.position, way.created_at, way.id, rate.id)
     FROM ordering_deliveryrate rate
     JOIN ordering_deliverymethod way ON way.id = rate.method_id
     LEFT JOIN places_zone zone ON zone.id = rate.zone_id
    WHERE way.is_active AND way.currency = %(currency)s
      AND (way.vendor_id IS NULL OR way.vendor_id = ANY(%(vendors)s))),
  (SELECT json_agg(json_build_array(vendor_id, minimum_order_minor, currency, is_operator_liable))
     FROM ordering_sellingterms WHERE vendor_id = ANY(%(vendors)s))
"""


@dataclass(frozen=True, slots=True)
class VendorTerms:
    """What holds for one vendor's sales."""

    minimum_order_minor: int = 0
    is_operator_liable: bool = False


@dataclass(frozen=True, slots=True)
class SaleTerms:
    """The terms of one sale: commission, taxes, delivery and the vendors' own."""

    currency: str
    tier: TierTerms
    rules: Sequence[Rule] = ()
    taxes: TaxTable = field(default_factory=TaxTable)
    methods: Mapping[UUID, Sequence[Method]] = field(default_factory=dict)
    vendors: Mapping[UUID, VendorTerms] = field(default_factory=dict)

    @property
    def take_bps(self) -> int:
        return self.tier.take_rates_bps.get(MODULE, 0)

    def methods_of(self, vendor_id: UUID) -> Sequence[Method]:
        return self.methods.get(vendor_id, (STANDARD,))

    def is_operator_liable(self, vendor_id: UUID) -> bool:
        return self.vendors.get(vendor_id, VendorTerms()).is_operator_liable

    def minimum_of(self, vendor_id: UUID) -> Money:
        """What a vendor's part must come to before they send anything."""
        terms = self.vendors.get(vendor_id, VendorTerms())
        return Money(terms.minimum_order_minor, self.currency)


def sale_terms(
    vendor_ids: Collection[UUID], *, currency: str, with_commission: bool = True
) -> SaleTerms:
    """The present terms for these vendors. Two queries; a page needs no commission: one."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"currency": currency, "vendors": list(vendor_ids)})
        settings, rates, bands, own = cursor.fetchone() or (None,) * 4
    return SaleTerms(
        currency=currency,
        tier=current_tenant().tier,
        rules=active_rules() if with_commission else (),
        taxes=tax_table(settings, rates or ()),
        methods=methods_by_vendor(vendor_ids, bands or ()),
        vendors=_vendor_terms(own or (), currency),
    )


def _vendor_terms(rows: Sequence[Sequence[Any]], currency: str) -> dict[UUID, VendorTerms]:
    """A minimum in another currency does not hold."""
    return {
        UUID(vendor_id): VendorTerms(minimum if of == currency else 0, is_liable)
        for vendor_id, minimum, of, is_liable in rows
    }
