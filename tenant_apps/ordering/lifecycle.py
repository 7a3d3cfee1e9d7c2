"""What may become of a cart, an order, a vendor order; and the status of the whole, derived."""

from __future__ import annotations

from collections.abc import Iterable

from shared_apps.kernel.lifecycle import Lifecycle

CART = Lifecycle(
    "open",
    order=({"open"}, "ordered"),
    merge=({"open"}, "merged"),
)

# How far the checkout got; where the money is, the payment says. What became of the whole is
# derived from the vendor orders.
ORDER = Lifecycle(
    "draft",
    place=({"draft", "expired"}, "placed"),
    expire=({"draft"}, "expired"),
    reject=({"draft", "expired"}, "rejected"),
)
ORDER_OPEN = ("draft",)

# Shipped means that all that was not cancelled is on its way; it may be several parcels.
VENDOR_ORDER = Lifecycle(
    "pending",
    confirm=({"pending"}, "confirmed"),
    process=({"confirmed"}, "processing"),
    ship_part=({"confirmed", "processing", "partially_shipped"}, "partially_shipped"),
    ship=({"confirmed", "processing", "partially_shipped"}, "shipped"),
    deliver=({"shipped"}, "delivered"),
    complete=({"delivered"}, "completed"),
    cancel=({"pending", "confirmed", "processing"}, "cancelled"),
    # Sent, never arrived, and all of it paid back.
    write_off=({"partially_shipped", "shipped"}, "cancelled"),
)
# Those that time alone moves on.
VENDOR_ORDER_TIMED = ("confirmed", "shipped", "delivered")

FULFILMENT = Lifecycle(
    "sent",
    deliver=({"sent"}, "delivered"),
    lose=({"sent"}, "lost"),
)

RETURN = Lifecycle(
    "requested",
    approve=({"requested"}, "approved"),
    refuse=({"requested"}, "refused"),
    withdraw=({"requested", "approved"}, "withdrawn"),
    lapse=({"approved"}, "lapsed"),
    receive=({"approved"}, "received"),
    inspect=({"received"}, "inspected"),
    refund=({"inspected"}, "refunded"),
    exchange=({"inspected"}, "exchanged"),
    reject=({"inspected"}, "rejected"),
)
RETURN_OPEN = ("requested", "approved", "received", "inspected")

CLAIM = Lifecycle(
    "open",
    refund=({"open"}, "refunded"),
    reship=({"open"}, "reshipped"),
    refuse=({"open"}, "refused"),
    withdraw=({"open"}, "withdrawn"),
)
CLAIM_OPEN = ("open",)

DOWNLOAD = Lifecycle(
    "granted",
    revoke=({"granted"}, "revoked"),
)

_UNPLACED = {
    "draft": "awaiting_payment",
    "expired": "expired",
    "rejected": "cancelled",
}
_SENT = frozenset({"shipped", "delivered", "completed"})
_ON_ITS_WAY = _SENT | {"partially_shipped"}
_RECEIVED = frozenset({"delivered", "completed"})


def order_status(order_state: str, vendor_states: Iterable[str]) -> str:
    """What the customer is told about the whole order."""
    if order_state != "placed":
        return _UNPLACED[order_state]
    alive = {state for state in vendor_states if state != "cancelled"}
    return "cancelled" if not alive else _status_of(alive)


def _status_of(alive: set[str]) -> str:
    if alive == {"completed"}:
        return "completed"
    if alive <= _RECEIVED:
        return "delivered"
    if alive <= _SENT:
        return "shipped"
    if alive & _ON_ITS_WAY:
        return "partially_shipped"
    return "processing" if "processing" in alive else "confirmed"


def fulfilment_status(vendor_states: Iterable[str]) -> str:
    """How much of it is on its way or there."""
    alive = {state for state in vendor_states if state != "cancelled"}
    if not alive or not alive & _ON_ITS_WAY:
        return "unfulfilled"
    if alive <= _RECEIVED:
        return "delivered"
    return "fulfilled" if alive <= _SENT else "partially_fulfilled"


def payment_status(*, state: str, captured_minor: int, refunded_minor: int) -> str:
    """Where the money is; `state` is the payment's, "" when nothing had to be paid."""
    if state == "" or state in {"captured", "refunded"}:
        if refunded_minor and refunded_minor >= captured_minor:
            return "refunded"
        return "partially_refunded" if refunded_minor else "paid"
    return {"failed": "failed", "expired": "expired"}.get(state, "awaiting_payment")
