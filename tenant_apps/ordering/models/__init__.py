"""Carts; the terms of sales; orders with their vendor orders, lines, fulfilment and timeline."""

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
from tenant_apps.ordering.models.terms import (
    DeliveryMethod,
    DeliveryRate,
    SellingTerms,
    TaxRate,
    TaxSettings,
    TaxZone,
)

__all__ = [
    "Cart",
    "CartLine",
    "CartMove",
    "DeliveryMethod",
    "DeliveryRate",
    "Fulfilment",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderMove",
    "SellingTerms",
    "TaxRate",
    "TaxSettings",
    "TaxZone",
    "VendorOrder",
    "VendorOrderMove",
]
