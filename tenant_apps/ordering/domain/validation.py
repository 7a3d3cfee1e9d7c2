"""Whether a cart can be bought as it stands, in coded problems that a page can explain."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from tenant_apps.catalog.queries import Offer


@dataclass(frozen=True, slots=True)
class CartRow:
    """A line of a cart; `held` of it is reserved already for this cart's own checkout."""

    variant_id: UUID
    quantity: int
    price_seen_minor: int
    held: int = 0


@dataclass(frozen=True, slots=True)
class CartProblem:
    """One thing that stands in the way: of a line, of a vendor's part, or of the whole cart."""

    code: str
    variant_id: UUID | None = None
    members: Mapping[str, Any] = field(default_factory=dict)
    vendor_id: UUID | None = None

    def as_json(self) -> dict[str, Any]:
        where = {}
        if self.variant_id is not None:
            where["variant"] = public_id("var", self.variant_id)
        if self.vendor_id is not None:
            where["vendor_id"] = public_id("part", self.vendor_id)
        return {"code": self.code, **where, **self.members}


def problems_of(
    row: CartRow, offer: Offer | None, closed_vendors: Collection[UUID], currency: str
) -> list[CartProblem]:
    """What is wrong with one line (rule)."""
    if offer is None or not offer.is_on_sale or offer.price is None:
        return [CartProblem("not_for_sale", row.variant_id)]
    if offer.vendor_id in closed_vendors:
        return [CartProblem("vendor_closed", row.variant_id, {"vendor": offer.vendor_name})]
    problems = []
    if not offer.can_supply(row.quantity - row.held):
        left = (offer.available or 0) + row.held
        problems.append(CartProblem("insufficient_stock", row.variant_id, {"available": left}))
    if offer.price.minor != row.price_seen_minor:
        before = Money(row.price_seen_minor, currency)
        members = {"before": before.as_json(), "now": offer.price.as_json()}
        problems.append(CartProblem("price_changed", row.variant_id, members))
    return problems
