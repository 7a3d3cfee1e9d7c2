"""Carts; orders with their vendor orders, lines, fulfilment and timeline."""

from __future__ import annotations

from tenant_apps.ordering.models.carts import Cart, CartLine, CartMove
from tenant_apps.ordering.models.orders import (
    Fulfilment,
    Order,
    OrderEvent,
    OrderLine,
    OrderMove,
    VendorOrder,
    VendorOrderMove,
)

__all__ = [
    "Cart",
    "CartLine",
    "CartMove",
    "Fulfilment",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderMove",
    "VendorOrder",
    "VendorOrderMove",
]
