"""A statement as people and spreadsheets read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy

from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from tenant_apps.wallet.queries import StatementLine

KIND_LABELS = {
    "capture": gettext_lazy("Top-up"),
    "hold": gettext_lazy("Used for a purchase"),
    "hold_release": gettext_lazy("Given back: the purchase did not happen"),
    "spend": gettext_lazy("Purchase"),
    "refund_sent": gettext_lazy("Refund"),
    "refund_requested": gettext_lazy("Top-up paid back"),
    "refund_failed": gettext_lazy("Top-up could not be paid back"),
    "payout_sent": gettext_lazy("Earnings"),
    "payout_paid": gettext_lazy("Earnings"),
    "loyalty": gettext_lazy("Thank you for your order"),
    "goodwill": gettext_lazy("Credit from the marketplace"),
    "gift_card_redeemed": gettext_lazy("Gift card"),
    "earnings_moved": gettext_lazy("Earnings moved to the wallet"),
}
_PAGES = {"ordering.order": "ord"}


def label_of(kind: str) -> str:
    return str(KIND_LABELS.get(kind) or gettext_lazy("Movement"))


def url_of(about: str, orders: str) -> str:
    """The page of what a line is about; empty where it has none."""
    kind, _sep, name = about.partition(":")
    if kind not in _PAGES:
        return ""
    try:
        return f"{orders}{public_id(_PAGES[kind], UUID(name))}/"
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the statement in words; `is_in` when it raised the balance."""

    label: str
    url: str
    amount: Money
    balance: Money
    at: datetime

    @property
    def is_in(self) -> bool:
        return self.amount.minor > 0


def shown(lines: Iterable[StatementLine], *, orders: str = "/orders/") -> list[ShownLine]:
    """Lines for a page; `orders` is where the reader's orders are."""
    return [
        ShownLine(
            label_of(line.kind), url_of(line.about, orders), line.amount, line.balance, line.at
        )
        for line in lines
    ]


def statement_csv(lines: Iterable[StatementLine]) -> str:
    """For spreadsheets: moments in UTC, amounts with a point, one line each."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["at", "kind", "what", "about", "amount", "balance", "currency"])
    for line in lines:
        rows.writerow(
            [
                line.at.isoformat(),
                line.kind,
                label_of(line.kind),
                line.about,
                line.amount.decimal(),
                line.balance.decimal(),
                line.amount.currency,
            ]
        )
    return text.getvalue()
