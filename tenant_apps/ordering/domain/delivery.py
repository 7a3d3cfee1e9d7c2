"""How a vendor's part reaches the customer, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.money import Money


class DeliveryUnknown(Unprocessable):
    code, title = "delivery_method_unknown", "This way of delivery is not offered"


@dataclass(frozen=True, slots=True)
class DeliveryMethod:
    """`price_minor` is flat for a vendor's whole part, in the currency of the order."""

    code: str
    name: str
    price_minor: int = 0


STANDARD = DeliveryMethod("standard", "Standard delivery")


def methods_of(_vendor_id: UUID) -> tuple[DeliveryMethod, ...]:
    """What a vendor offers (rule)."""
    return (STANDARD,)


def chosen_method(vendor_id: UUID, choices: Mapping[str, str]) -> DeliveryMethod:
    """The method chosen for a vendor, or their first one (rule); raises DeliveryUnknown."""
    offered = methods_of(vendor_id)
    wanted = choices.get(str(vendor_id), offered[0].code)
    found = next((method for method in offered if method.code == wanted), None)
    if found is None:
        raise DeliveryUnknown(method=wanted)
    return found


def price_of(method: DeliveryMethod, currency: str) -> Money:
    return Money(method.price_minor, currency)
