"""Words and tables for partners (rules)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenant_apps.partners.queries import HistoryEntry, PartnerSummary
from themes.domain.tables import Cell, Column, Row, Table, Tone

STATE_LABELS = {
    "applied": gettext_lazy("Applied"),
    "in_review": gettext_lazy("In review"),
    "approved": gettext_lazy("Approved"),
    "rejected": gettext_lazy("Rejected"),
    "suspended": gettext_lazy("Suspended"),
    "closed": gettext_lazy("Closed"),
}
STATE_TONES: Mapping[str, Tone] = {
    "applied": "warn",
    "in_review": "warn",
    "approved": "ok",
    "rejected": "bad",
    "suspended": "bad",
    "closed": "neutral",
}
MOVE_LABELS = {
    "start_review": gettext_lazy("Review started"),
    "approve": gettext_lazy("Approved"),
    "reject": gettext_lazy("Rejected"),
    "reapply": gettext_lazy("Applied again"),
    "suspend": gettext_lazy("Suspended"),
    "resume": gettext_lazy("Trading again"),
    "close": gettext_lazy("Closed"),
}
BAD_MOVES = frozenset({"reject", "suspend", "close"})


def partners_table(partners: Iterable[PartnerSummary]) -> Table:
    columns = [Column(_("Shop")), Column(_("State")), Column(_("Country")), Column(_("Applied"))]
    return Table(_("Partners"), columns, [_row(partner) for partner in partners])


def _row(partner: PartnerSummary) -> Row:
    return Row(
        [
            Cell(partner.name, url=f"/manage/partners/{partner.public_id}/", note=partner.tagline),
            Cell(STATE_LABELS[partner.state], tone=STATE_TONES[partner.state]),
            Cell(partner.country),
            Cell(partner.created_at.date()),
        ]
    )


def history_entries(history: Iterable[HistoryEntry]) -> list[dict[str, Any]]:
    return [
        {
            "label": MOVE_LABELS.get(entry.move, entry.move),
            "at": entry.at,
            "note": entry.note,
            "state": "bad" if entry.move in BAD_MOVES else "done",
        }
        for entry in history
    ]


def state_tabs(current: str, counts: Mapping[str, int], address: str) -> list[dict[str, Any]]:
    """One tab for each state with its number, and one for all."""
    states = {"": sum(counts.values()), **{state: counts.get(state, 0) for state in STATE_LABELS}}
    return [
        {
            "label": STATE_LABELS[state] if state else _("All"),
            "url": f"{address}?state={state}",
            "current": state == current,
            "count": count,
        }
        for state, count in states.items()
    ]
