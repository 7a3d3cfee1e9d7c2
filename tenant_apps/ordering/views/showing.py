"""What the templates get: labels, tones and pictures for the values of the domain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from babel.numbers import format_currency
from django.utils.translation import get_language
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
    "completed": lazy("Completed"),
    "partially_shipped": lazy("Partly on its way"),
    "parcel_delivered": lazy("A parcel arrived"),
    "lines_cancelled": lazy("Items cancelled"),
    "address_changed": lazy("Address changed"),
    "refunded": lazy("Money paid back"),
    "return_requested": lazy("Return asked for"),
    "return_approved": lazy("Return approved"),
    "return_refused": lazy("Return refused"),
    "return_withdrawn": lazy("Return withdrawn"),
    "return_lapsed": lazy("Return never arrived"),
    "return_received": lazy("Return received"),
    "return_rejected": lazy("Return not accepted"),
    "return_refunded": lazy("Return paid back"),
    "replacement_sent": lazy("Replacement on its way"),
    "replacement_delivered": lazy("Replacement delivered"),
    "claim_opened": lazy("Problem reported"),
    "claim_answered": lazy("The seller answered the report"),
    "claim_withdrawn": lazy("Report withdrawn"),
    "claim_refunded": lazy("Problem settled: money back"),
    "claim_reshipped": lazy("Problem settled: sent again"),
    "claim_refused": lazy("Report not accepted"),
    "download_granted": lazy("Ready to download"),
    "document_issued": lazy("Document issued"),
}
_BAD = frozenset(
    {
        "cancelled",
        "rejected",
        "expired",
        "return_refused",
        "return_lapsed",
        "return_rejected",
        "claim_refused",
    }
)


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
        "own": _own_sums(view),
        "can_process": view.state == "confirmed",
        "can_ship": view.state in {"confirmed", "processing", "partially_shipped"},
        "can_deliver": any(parcel.state == "sent" for parcel in view.fulfilments),
    }


def _own_sums(view: VendorOrderView) -> list[Sum]:
    """How a vendor's share comes about; what is nothing is left out."""
    sums = [
        Sum(_("Discounts that the marketplace bears"), view.subsidy),
        Sum(_("Commission"), -view.commission),
        Sum(_("Tax on the commission"), -view.commission_tax),
        Sum(_("Tax that the marketplace remits"), -view.retained_tax),
    ]
    return [Sum(_("Paid for your part"), view.total), *(each for each in sums if each.amount)]


def timeline(events: Iterable[EventView], names: Mapping[UUID, str]) -> list[Entry]:
    """What happened, oldest first, with whose part it is about."""
    found = []
    for event in events:
        whose = names.get(event.vendor_order_id, "") if event.vendor_order_id else ""
        parcel = " ".join(
            str(event.data[key]) for key in ("carrier", "tracking_number") if event.data.get(key)
        )
        note = " · ".join(filter(None, [whose, parcel, *_details(event.data)]))
        state = "bad" if event.kind in _BAD else "done"
        found.append(Entry(EVENT_LABELS.get(event.kind, event.kind), event.at, note, state))
    return found


def _written(amount: Money) -> str:
    locale = (get_language() or "en").replace("-", "_").partition("_")[0]
    return format_currency(amount.decimal(), amount.currency, locale=locale)


def _details(data: Mapping[str, Any]) -> list[str]:
    """What else an entry tells: a number, what of it, how much money."""
    lines = [f"{count} x {title}" for title, count in data.get("lines", ())]
    minor = data.get("amount_minor") or data.get("refund_minor")
    amount = [_written(Money(minor, data["currency"]))] if minor else []
    return [*filter(None, [str(data.get("number", ""))]), *lines, *amount]
