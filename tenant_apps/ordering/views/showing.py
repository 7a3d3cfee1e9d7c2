"""What the templates get: labels, tones and pictures for the values of the domain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from shared_apps.kernel.money import Money
from tenant_apps.ordering.domain.addresses import Address
from tenant_apps.ordering.queries import EventView, OrderView, VendorOrderView

STATUS_LABELS = {
    "awaiting_payment": lazy("Awaiting payment"),
    "expired": lazy("Not paid in time"),
    "rejected": lazy("Cancelled"),
    "cancelled": lazy("Cancelled"),
    "pending": lazy("Awaiting payment"),
    "confirmed": lazy("Confirmed"),
    "processing": lazy("Being prepared"),
    "partially_shipped": lazy("Partly on its way"),
    "shipped": lazy("On its way"),
    "delivered": lazy("Delivered"),
    "completed": lazy("Completed"),
    "paid": lazy("Paid"),
    "partially_refunded": lazy("Partly refunded"),
    "refunded": lazy("Refunded"),
    "failed": lazy("Failed"),
    "unfulfilled": lazy("Not sent yet"),
    "partially_fulfilled": lazy("Partly sent"),
    "fulfilled": lazy("Sent"),
    "held": lazy("In escrow"),
    "released": lazy("Released"),
    "voided": lazy("Not earned"),
}
TONES = {
    "awaiting_payment": "warn",
    "pending": "warn",
    "expired": "neutral",
    "cancelled": "bad",
    "rejected": "bad",
    "failed": "bad",
    "refunded": "neutral",
    "partially_refunded": "warn",
    "delivered": "ok",
    "completed": "ok",
    "paid": "ok",
    "released": "ok",
    "held": "neutral",
    "voided": "neutral",
}
EVENT_LABELS = {
    "created": lazy("Checkout began"),
    "placed": lazy("Order placed"),
    "expired": lazy("Not paid in time"),
    "rejected": lazy("Order cancelled"),
    "processing": lazy("Being prepared"),
    "shipped": lazy("On its way"),
    "delivered": lazy("Delivered"),
    "cancelled": lazy("Cancelled"),
    "confirmed": lazy("Confirmed"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline component."""

    label: Any
    at: datetime | None
    note: str = ""
    state: str = "done"


@dataclass(frozen=True, slots=True)
class Sum:
    """A line of the totals component."""

    label: Any
    amount: Money


@dataclass(frozen=True, slots=True)
class Badge:
    label: Any
    tone: str


def badge(state: str) -> Badge:
    return Badge(STATUS_LABELS.get(state, state), TONES.get(state, ""))


def order_page(view: OrderView) -> dict[str, Any]:
    """Context of the pages that show a whole order."""
    names = {part.id: part.vendor_name for part in view.parts}
    sums = [Sum(_("Goods"), view.subtotal), Sum(_("Delivery"), view.delivery)]
    if view.discount:
        sums.append(Sum(_("Discount"), -view.discount))
    return {
        "order": view,
        "address": Address.from_json(view.address).lines,
        "status": badge(view.status),
        "payment_status": badge(view.payment_status),
        "sums": sums,
        "entries": timeline(view.events, names),
        "parts": [(part, badge(part.state)) for part in view.parts],
        "is_waiting": view.status == "awaiting_payment",
    }


def vendor_order_page(view: VendorOrderView, events: Sequence[EventView]) -> dict[str, Any]:
    """Context of a vendor's page of their part."""
    return {
        "part": view,
        "address": Address.from_json(view.address).lines,
        "status": badge(view.state),
        "entries": timeline(events, {}),
        "sums": [Sum(_("Goods"), view.subtotal), Sum(_("Delivery"), view.delivery)],
        "own": [Sum(_("Paid for your part"), view.total), Sum(_("Commission"), -view.commission)],
        "can_process": view.state == "confirmed",
        "can_ship": view.state in {"confirmed", "processing"},
        "can_deliver": view.state == "shipped",
    }


def timeline(events: Iterable[EventView], names: Mapping[UUID, str]) -> list[Entry]:
    """What happened, oldest first, with whose part it is about."""
    found = []
    for event in events:
        whose = names.get(event.vendor_order_id, "") if event.vendor_order_id else ""
        parcel = " ".join(
            str(event.data[key]) for key in ("carrier", "tracking_number") if event.data.get(key)
        )
        note = " · ".join(filter(None, [whose, parcel]))
        state = "bad" if event.kind in {"cancelled", "rejected", "expired"} else "done"
        found.append(Entry(EVENT_LABELS.get(event.kind, event.kind), event.at, note, state))
    return found
