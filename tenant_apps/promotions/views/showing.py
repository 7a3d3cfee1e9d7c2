"""Promotions and gift cards as tables, figures and spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from tenant_apps.promotions.queries import CodeView, GiftCardRow, PromotionView, UseView
from themes.domain.tables import Cell, Column, Row, Table, Tone
from themes.templatetags.ui import money, percent

STATE_LABELS = {
    "active": gettext_lazy("Running"),
    "scheduled": gettext_lazy("Not yet"),
    "over": gettext_lazy("Over"),
    "used_up": gettext_lazy("Used up"),
    "paused": gettext_lazy("Paused"),
    "ended": gettext_lazy("Ended"),
}
STATE_TONES: dict[str, Tone] = {"active": "ok", "scheduled": "", "paused": "warn"}
USE_LABELS = {
    "reserved": gettext_lazy("in a checkout"),
    "confirmed": gettext_lazy("paid"),
    "given_back": gettext_lazy("given back"),
}
CARD_LABELS = {
    "active": gettext_lazy("Usable"),
    "blocked": gettext_lazy("Blocked"),
    "expired": gettext_lazy("Over"),
}
CARD_TONES: dict[str, Tone] = {"active": "ok", "blocked": "bad"}
ORIGIN_LABELS = {"issued": gettext_lazy("Given"), "sold": gettext_lazy("Bought")}
SHOWN_STATES = ("", "active", "paused", "ended")
_SCOPES = {
    "all": gettext_lazy("everything"),
    "category": gettext_lazy("categories"),
    "product": gettext_lazy("products"),
    "vendor": gettext_lazy("shops"),
}
_BEARERS = {
    "operator": gettext_lazy("the marketplace"),
    "vendor": gettext_lazy("the shop"),
    "shared": gettext_lazy("shared"),
}


def tone_of(state: str) -> Tone:
    return STATE_TONES.get(state, "neutral")


def worth_of(view: PromotionView) -> str:
    """What a promotion takes off, in a few words."""
    if view.kind == "percentage":
        return str(percent(view.bps))
    return str(money(view.amount)) if view.kind == "fixed" else _("free delivery")


def uses_of(view: PromotionView) -> str:
    return f"{view.used_count} / {view.uses_max}" if view.uses_max else str(view.used_count)


def promotions_table(
    views: Iterable[PromotionView], place: str, *, at: datetime, with_vendor: bool
) -> Table:
    columns = [
        Column(_("Promotion")),
        Column(_("Takes off")),
        Column(_("Uses"), end=True),
        Column(_("Customers saved"), end=True),
        Column(_("Ends")),
        Column(_("State")),
    ]
    rows = []
    for view in views:
        state, code = view.state_at(at), view.code or _("vouchers")
        vendor = f" · {view.vendor.name}" if with_vendor and view.vendor else ""
        rows.append(
            Row(
                [
                    Cell(view.title, url=f"{place}{view.public_id}/", note=f"{code}{vendor}"),
                    Cell(worth_of(view)),
                    Cell(uses_of(view)),
                    Cell(view.usage.off),
                    Cell(view.ends_at or ""),
                    Cell(STATE_LABELS[state], tone=tone_of(state)),
                ]
            )
        )
    return Table(_("Promotions"), columns, rows)


def state_tabs(state: str, counts: dict[str, int], place: str) -> list[dict[str, Any]]:
    return [
        {
            "label": STATE_LABELS[each] if each else _("All"),
            "url": f"{place}?state={each}" if each else place,
            "current": each == state,
            "count": counts.get(each, 0) if each else sum(counts.values()),
        }
        for each in SHOWN_STATES
    ]


def terms_of(view: PromotionView) -> list[dict[str, Any]]:
    """A promotion's terms as facts; what does not limit it is left out."""
    limits: list[tuple[str, str | int | Money | datetime | None]] = [
        (_("Takes off"), worth_of(view)),
        (_("At most"), view.maximum),
        (_("From a spend of"), view.minimum),
        (_("Is for"), str(_SCOPES[view.scope])),
        (_("Starts"), view.starts_at),
        (_("Ends"), view.ends_at),
        (_("Uses for each customer"), view.uses_per_customer),
        (_("First order only"), _("yes") if view.is_first_order_only else ""),
        (_("With other codes"), _("yes") if view.is_stackable else _("no")),
        (_("Borne by"), _bearer_of(view)),
    ]
    return [{"label": label, "cell": Cell(value)} for label, value in limits if value]


def targets_of(view: PromotionView) -> list[str]:
    prefix = {"vendor": "part", "product": "prod"}.get(view.scope)
    return [public_id(prefix, UUID(each)) if prefix else each for each in view.targets]


def codes_table(codes: Iterable[CodeView]) -> Table:
    rows = [
        Row(
            [
                Cell(code.text),
                Cell(code.batch or ""),
                Cell(_("used"), tone="neutral") if code.used_count else Cell(_("free"), tone="ok"),
            ]
        )
        for code in codes
    ]
    return Table(_("Vouchers"), [Column(_("Code")), Column(_("Batch")), Column(_("State"))], rows)


def uses_table(uses: Sequence[UseView]) -> Table:
    columns = [
        Column(_("When")),
        Column(_("Code")),
        Column(_("Saved"), end=True),
        Column(_("At your cost"), end=True),
        Column(_("State")),
    ]
    rows = [
        Row(
            [
                Cell(use.at),
                Cell(use.code),
                Cell(use.off),
                Cell(use.subsidy),
                Cell(USE_LABELS[use.state]),
            ]
        )
        for use in uses
    ]
    return Table(_("Latest uses"), columns, rows)


def codes_csv(codes: Iterable[CodeView]) -> str:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["code", "batch", "used", "uses_max"])
    rows.writerows([code.text, code.batch, code.used_count, code.uses_max or ""] for code in codes)
    return text.getvalue()


def card_badge(row: GiftCardRow) -> dict[str, Any]:
    """The state of a card, and how it came about."""
    return {
        "label": CARD_LABELS[row.state],
        "tone": CARD_TONES.get(row.state, "neutral"),
        "origin": ORIGIN_LABELS[row.origin],
    }


def _bearer_of(view: PromotionView) -> str:
    if view.bearer == "shared":
        return _("both; the marketplace %(share)s") % {"share": percent(view.share_bps)}
    return str(_BEARERS[view.bearer])
