"""What happened to orders (order.placed of the seeds)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared_apps.kernel.events import Event


@dataclass(frozen=True, slots=True)
class OrderPlaced(Event):
    """Paid and accepted; `vendor_order_ids` are those that will be fulfilled."""

    name: ClassVar[str] = "ordering.order_placed.v1"

    order_id: str
    number: str
    user_id: str
    email: str
    total_minor: int
    currency: str
    vendor_order_ids: list[str]


@dataclass(frozen=True, slots=True)
class OrderExpired(Event):
    """Nobody paid in time; what was held of the stock is free again."""

    name: ClassVar[str] = "ordering.order_expired.v1"

    order_id: str
    number: str


@dataclass(frozen=True, slots=True)
class VendorOrderConfirmed(Event):
    name: ClassVar[str] = "ordering.vendor_order_confirmed.v1"

    vendor_order_id: str
    order_id: str
    number: str
    vendor_id: str
    total_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class VendorOrderShipped(Event):
    name: ClassVar[str] = "ordering.vendor_order_shipped.v1"

    vendor_order_id: str
    order_id: str
    number: str
    vendor_id: str
    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True)
class VendorOrderDelivered(Event):
    name: ClassVar[str] = "ordering.vendor_order_delivered.v1"

    vendor_order_id: str
    order_id: str
    number: str
    vendor_id: str


@dataclass(frozen=True, slots=True)
class VendorOrderCancelled(Event):
    name: ClassVar[str] = "ordering.vendor_order_cancelled.v1"

    vendor_order_id: str
    order_id: str
    number: str
    vendor_id: str
    reason: str
