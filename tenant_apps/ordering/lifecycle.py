"""What may become of a cart, an order, a vendor order."""

from __future__ import annotations

from shared_apps.kernel.lifecycle import Lifecycle

CART = Lifecycle(
    "open",
    order=({"open"}, "ordered"),
    merge=({"open"}, "merged"),
)

# How far the checkout got. What became of the whole is derived from the vendor orders.
ORDER = Lifecycle(
    "draft",
    request_payment=({"draft"}, "awaiting_payment"),
    place=({"draft", "awaiting_payment", "expired"}, "placed"),
    expire=({"draft", "awaiting_payment"}, "expired"),
    reject=({"draft", "awaiting_payment", "expired"}, "rejected"),
)
ORDER_OPEN = ("draft", "awaiting_payment")

VENDOR_ORDER = Lifecycle(
    "pending",
    confirm=({"pending"}, "confirmed"),
    process=({"confirmed"}, "processing"),
    ship=({"confirmed", "processing"}, "shipped"),
    deliver=({"shipped"}, "delivered"),
    complete=({"delivered"}, "completed"),
    cancel=({"pending", "confirmed", "processing"}, "cancelled"),
)
