"""A statement as people and spreadsheets read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shared_apps.kernel.ids import public_id
from tenant_apps.wallet.queries import StatementLine
from themes.domain.tables import Cell, Column, Row, Table

KIND_LABELS = {
    "capture": gettext_lazy("Top-up"),
    "hold": gettext_lazy("Used for a purchase"),
    "hold_release": gettext_lazy("Given back: the purchase did not happen"),
    "spend": gettext_lazy("Purchase"),
    "refund_sent": gettext_lazy("Refund"),
    "loyalty": gettext_lazy("Thank you for your order"),
    "goodwill": gettext_lazy("Credit from the marketplace"),
    "gift_card_redeemed": gettext_lazy("Gift card"),
    "earnings_moved": gettext_lazy("Earnings moved to the wallet"),
}
_PAGES = {"ordering.order": ("ord", "/orders/")}


def label_of(kind: str) -> str:
    return str(KIND_LABELS.get(kind) or gettext_lazy("Movement"))


def url_of(about: str) -> str:
    """The page of what a line is about; empty where it has none."""
    kind, _sep, name = about.partition(":")
    if kind not in _PAGES:
        return ""
    prefix, place = _PAGES[kind]
    try:
        return f"{place}{public_id(prefix, UUID(name))}/"
    except ValueError:
        return ""


def statement_table(lines: Iterable[StatementLine]) -> Table:
    return Table(
        _("What came and went"),
        [
            Column(_("When")),
            Column(_("What")),
            Column(_("Amount"), end=True),
            Column(_("Balance"), end=True),
        ],
        [
            Row(
                [
                    Cell(line.at),
                    Cell(label_of(line.kind), url=url_of(line.about)),
                    Cell(line.amount),
                    Cell(line.balance),
                ]
            )
            for line in lines
        ],
    )


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
