"""Carts; terms of sales; orders with their parts, lines and timeline; all that may follow a sale."""

from __future__ import annotations

from tenant_apps.ordering.models.carts import Cart, CartLine, CartMove
from tenant_apps.ordering.models.digital import (
    DigitalGood,
    Download,
    DownloadGrant,
    DownloadGrantMove,
    LicenceKey,
)
from tenant_apps.ordering.models.documents import Document, DocumentCounter
from tenant_apps.ordering.models.fulfilment import (
    AfterSalesTerms,
    Fulfilment,
    FulfilmentLine,
    FulfilmentMove,
    Reversal,
)
from tenant_apps.ordering.models.orders import (
    Order,
    OrderEvent,
    OrderLine,
    OrderMove,
    VendorOrder,
    VendorOrderMove,
)
from tenant_apps.ordering.models.returns import (
    Claim,
    ClaimLine,
    ClaimMove,
    Return,
    ReturnLine,
    ReturnMove,
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
    "AfterSalesTerms",
    "Cart",
    "CartLine",
    "CartMove",
    "Claim",
    "ClaimLine",
    "ClaimMove",
    "DeliveryMethod",
    "DeliveryRate",
    "DigitalGood",
    "Document",
    "DocumentCounter",
    "Download",
    "DownloadGrant",
    "DownloadGrantMove",
    "Fulfilment",
    "FulfilmentLine",
    "FulfilmentMove",
    "LicenceKey",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderMove",
    "Return",
    "ReturnLine",
    "ReturnMove",
    "Reversal",
    "SellingTerms",
    "TaxRate",
    "TaxSettings",
    "TaxZone",
    "VendorOrder",
    "VendorOrderMove",
]
