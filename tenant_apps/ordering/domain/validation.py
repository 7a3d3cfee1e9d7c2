"""Whether a cart can be bought as it stands, in coded problems that a page can explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared_apps.kernel.money import Money
from tenant_apps.ordering.queries import CartRow, Offer


@dataclass(frozen=True, slots=True)
class CartProblem:
    """One thing that stands in the way; `variant_id` is None when it is the whole cart."""

    code: str
    variant_id: UUID | None = None
    members: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        from tenant_apps.ordering.queries import variant_public_id

        where = {} if self.variant_id is None else {"variant": variant_public_id(self.variant_id)}
        return {"code": self.code, **where, **self.members}


def validate_cart(
    *, rows: Sequence[CartRow], offers: Mapping[UUID, Offer], currency: str
) -> list[CartProblem]:
    """Everything that changed since the customer last agreed (rule); empty = can be bought."""
    if not rows:
        return [CartProblem("cart_empty")]
    return [
        problem
        for row in rows
        for problem in problems_of(row, offers.get(row.variant_id), currency)
    ]


def problems_of(row: CartRow, offer: Offer | None, currency: str) -> list[CartProblem]:
    """What is wrong with one line (rule)."""
    if offer is None or not offer.is_on_sale or offer.price is None:
        return [CartProblem("not_for_sale", row.variant_id)]
    if not offer.is_vendor_open:
        return [CartProblem("vendor_closed", row.variant_id, {"vendor": offer.vendor_name})]
    problems = []
    if offer.available is not None and offer.available < row.quantity:
        problems.append(
            CartProblem("insufficient_stock", row.variant_id, {"available": offer.available})
        )
    if offer.price.minor != row.price_seen_minor:
        before = Money(row.price_seen_minor, currency)
        problems.append(
            CartProblem(
                "price_changed",
                row.variant_id,
                {"before": before.as_json(), "now": offer.price.as_json()},
            )
        )
    return problems
