"""What the payment pages show: labels, tones, tabs and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from tenant_apps.payments import queries
from tenant_apps.payments.queries import DisputeView, MethodView, PaymentView, RefundView, ToDo
from tenant_apps.payments.queries.back_office import MoveView, SplitView
from themes.domain.tables import Cell, Column, Row, Table

METHOD_LABELS: Mapping[str, Any] = {
    "stripe": "Stripe",
    "paypal": "PayPal",
    "paystack": "Paystack",
    "flutterwave": "Flutterwave",
    "bank_transfer": lazy("Bank transfer"),
    "virtual_account": lazy("Transfer to an own account number"),
    "cash": lazy("Cash on delivery"),
    "wallet": lazy("Wallet"),
    "gift_card": lazy("Gift card"),
}
STATE_LABELS: Mapping[str, Any] = {
    "created": lazy("Not started"),
    "pending": lazy("Awaiting payment"),
    "authorised": lazy("Authorised"),
    "captured": lazy("Received"),
    "refunded": lazy("Refunded"),
    "failed": lazy("Failed"),
    "expired": lazy("Not paid in time"),
    "voided": lazy("Let go"),
    "requested": lazy("Asked for"),
    "processing": lazy("On its way"),
    "succeeded": lazy("Sent"),
    "waived": lazy("Not collected"),
    "warning": lazy("Inquiry"),
    "needs_response": lazy("Needs your answer"),
    "under_review": lazy("Under review"),
    "won": lazy("Won"),
    "lost": lazy("Lost"),
    "new": lazy("Waiting"),
    "done": lazy("Dealt with"),
    "ignored": lazy("Nothing to do"),
}
TONES: Mapping[str, str] = {
    "pending": "warn",
    "authorised": "warn",
    "captured": "ok",
    "failed": "bad",
    "processing": "warn",
    "requested": "warn",
    "succeeded": "ok",
    "warning": "warn",
    "needs_response": "bad",
    "under_review": "warn",
    "won": "ok",
    "lost": "bad",
    "done": "ok",
    "new": "warn",
}
REASON_LABELS: Mapping[str, Any] = {
    "out_of_stock": lazy("Out of stock"),
    "returned": lazy("Returned"),
    "paid_twice": lazy("Paid twice"),
    "cancelled": lazy("Cancelled"),
    "fraudulent": lazy("Customer does not know the payment"),
    "product_not_received": lazy("Goods did not arrive"),
    "duplicate": lazy("Charged twice"),
    "general": lazy("No reason given"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline component."""

    label: Any
    at: datetime | None
    note: str = ""
    state: str = "done"


def method_label(method: str) -> str:
    return str(METHOD_LABELS.get(method, method))


def state_cell(state: str) -> Cell:
    return Cell(STATE_LABELS.get(state, state), tone=TONES.get(state, "neutral"))  # type: ignore[arg-type]


def reason_label(reason: str) -> str:
    return str(REASON_LABELS.get(reason, reason.replace("_", " ").capitalize()))


def section_tabs(current: str, waiting: ToDo | None = None) -> list[dict[str, Any]]:
    """The parts of the payments section, with what waits in each."""
    waits = waiting or queries.to_do()
    parts = [
        ("", _("Ways to pay"), None),
        ("received/", _("Payments"), waits.transfers or None),
        ("refunds/", _("Refunds"), waits.refunds or None),
        ("disputes/", _("Disputes"), waits.disputes or None),
        ("reconciliation/", _("Reconciliation"), waits.differences or None),
        ("messages/", _("Messages"), None),
    ]
    return [
        {
            "label": label,
            "url": f"/manage/payments/{path}",
            "current": path == current,
            "count": count,
        }
        for path, label, count in parts
    ]


def payments_table(payments: Sequence[PaymentView]) -> Table:
    columns = [
        Column(_("Payment")),
        Column(_("Customer")),
        Column(_("Way to pay")),
        Column(_("Amount"), end=True),
        Column(_("Refunded"), end=True),
        Column(_("State")),
        Column(_("Begun")),
    ]
    rows = [
        Row(
            [
                Cell(view.reference[:14] + "…", url=_payment_url(view.public_id)),
                Cell(view.customer_email or ""),
                Cell(method_label(view.method), note=_("test") if view.is_test else ""),
                Cell(view.amount),
                Cell(view.refunded or ""),
                state_cell(view.state),
                Cell(view.created_at),
            ]
        )
        for view in payments
    ]
    return Table(_("Payments"), columns, rows)


def splits_table(splits: Sequence[SplitView]) -> Table:
    columns = [
        Column(_("For")),
        Column(_("Amount"), end=True),
        Column(_("Received"), end=True),
        Column(_("Refunded"), end=True),
        Column(_("Disputed"), end=True),
    ]
    rows = [
        Row(
            [
                Cell(each.partner or _("The operator")),
                Cell(each.amount),
                Cell(
                    each.captured,
                    note=_("%s waived") % each.waived.decimal() if each.waived else "",
                ),
                Cell(each.refunded or ""),
                Cell(each.disputed or ""),
            ]
        )
        for each in splits
    ]
    return Table(_("Divided between"), columns, rows)


def disputes_table(disputes: Sequence[DisputeView]) -> Table:
    columns = [
        Column(_("Dispute")),
        Column(_("Customer")),
        Column(_("Amount"), end=True),
        Column(_("Reason")),
        Column(_("State")),
        Column(_("Answer by")),
    ]
    rows = [
        Row(
            [
                Cell(
                    each.provider_id,
                    url=f"/manage/payments/disputes/{each.public_id}/",
                    note=method_label(each.method),
                ),
                Cell(each.customer_email or ""),
                Cell(each.amount),
                Cell(reason_label(each.reason)),
                state_cell(each.state),
                Cell(each.evidence_due_at if each.is_answerable else ""),
            ]
        )
        for each in disputes
    ]
    return Table(_("Disputes"), columns, rows)


def refund_label(refund: RefundView) -> str:
    """What a refund's state means for the reader."""
    if refund.is_by_hand:
        return _("You have to send it")
    return str(STATE_LABELS.get(refund.state, refund.state))


def entries_of(moves: Sequence[MoveView]) -> list[Entry]:
    """A history for the timeline."""
    return [
        Entry(
            label=STATE_LABELS.get(move.to_state, move.to_state),
            at=move.at,
            note=move.note,
            state="bad" if TONES.get(move.to_state) == "bad" else "done",
        )
        for move in moves
    ]


def methods_json(methods: Sequence[MethodView]) -> list[dict[str, Any]]:
    """The ways to pay for programs."""
    return [
        {
            "method": view.method,
            "kind": view.kind,
            "label": method_label(view.method),
            "is_test": view.is_test,
            "can_save": view.can_save,
            "instructions": view.instructions,
            "days_to_pay": view.days_to_pay,
            "balance": view.balance.as_json() if view.balance else None,
        }
        for view in methods
    ]


def _payment_url(public: str) -> str:
    return f"/manage/payments/received/{public}/"
