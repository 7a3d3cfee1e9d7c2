"""All that decides the prices of a sale besides the goods, read at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shared_apps.kernel.context import TierTerms, current_tenant
from shared_apps.kernel.money import Money
from tenant_apps.ordering.domain.delivery import STANDARD, Method, methods_by_vendor
from tenant_apps.ordering.domain.taxes import TaxTable, tax_table
from tenant_apps.ordering.models import SellingTerms
from tenant_apps.settlement.domain.commissions import Rule, active_rules

MODULE = "marketplace"


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
    """The present terms for these vendors. Five queries; a page needs no commission: four."""
    return SaleTerms(
        currency=currency,
        tier=current_tenant().tier,
        rules=active_rules() if with_commission else (),
        taxes=tax_table(),
        methods=methods_by_vendor(vendor_ids, currency=currency),
        vendors=vendor_terms(vendor_ids, currency=currency),
    )


def vendor_terms(vendor_ids: Collection[UUID], *, currency: str) -> dict[UUID, VendorTerms]:
    """What holds for these vendors; a minimum in another currency does not. One query."""
    rows = SellingTerms.objects.filter(vendor__in=vendor_ids)
    return {
        row.vendor_id: VendorTerms(
            minimum_order_minor=row.minimum_order_minor if row.currency == currency else 0,
            is_operator_liable=row.is_operator_liable,
        )
        for row in rows
    }
