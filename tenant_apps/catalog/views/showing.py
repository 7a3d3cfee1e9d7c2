"""Words and tables for products (rules)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shared_apps.media.queries import picture_data
from tenant_apps.catalog.queries import HistoryEntry, MovementRow, ProductRow
from themes.domain.pictures import Picture, stored_picture
from themes.domain.tables import Cell, Column, Row, Table, Tone

STATE_LABELS = {
    "draft": gettext_lazy("Draft"),
    "submitted": gettext_lazy("Waits for approval"),
    "published": gettext_lazy("Live"),
    "rejected": gettext_lazy("Needs changes"),
    "archived": gettext_lazy("Archived"),
}
STATE_TONES: Mapping[str, Tone] = {
    "draft": "neutral",
    "submitted": "warn",
    "published": "ok",
    "rejected": "bad",
    "archived": "neutral",
}
MOVE_LABELS = {
    "submit": gettext_lazy("Sent for approval"),
    "withdraw": gettext_lazy("Taken back"),
    "publish": gettext_lazy("Went live"),
    "reject": gettext_lazy("Changes asked for"),
    "unpublish": gettext_lazy("Taken off the shop"),
    "archive": gettext_lazy("Archived"),
    "restore": gettext_lazy("Brought back"),
}


def pictures_for(file_ids: Iterable[Any], alt: str = "") -> dict[str, Picture | None]:
    """Pictures by the text of their file's id. At most one query."""
    wanted = {UUID(str(file_id)) for file_id in file_ids if file_id}
    found = picture_data(wanted) if wanted else {}
    return {str(file_id): stored_picture(data, alt) for file_id, data in found.items()}


def products_table(rows: Iterable[ProductRow], address: str, *, with_vendor: bool = False) -> Table:
    """Products with picture, state, price and stock; their pictures cost one query."""
    rows = list(rows)
    pictures = pictures_for(row.image.get("file_id") for row in rows)
    columns = [
        Column(_("Product")),
        *([Column(_("Shop"))] if with_vendor else []),
        Column(_("State")),
        Column(_("Price"), end=True),
        Column(_("On the shelf"), end=True),
        Column(_("Changed")),
    ]
    table_rows = [
        Row(_cells(row, address, pictures.get(str(row.image.get("file_id"))), with_vendor))
        for row in rows
    ]
    return Table(_("Products"), columns, table_rows)


def _cells(
    row: ProductRow,
    address: str,
    picture: Picture | None,
    with_vendor: bool,  # noqa: FBT001
) -> list[Cell]:
    note = _("%(count)d variants") % {"count": row.variant_count} if row.variant_count > 1 else ""
    return [
        Cell(row.title, url=f"{address}{row.public_id}/", note=note, picture=picture),
        *([Cell(row.vendor_name)] if with_vendor else []),
        Cell(STATE_LABELS[row.state], tone=STATE_TONES[row.state]),
        Cell(row.price_from),
        Cell(row.on_hand if row.on_hand is not None else "\N{EM DASH}"),
        Cell(row.updated_at.date()),
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


def history_entries(history: Iterable[HistoryEntry]) -> list[dict[str, Any]]:
    return [
        {
            "label": MOVE_LABELS.get(entry.move, entry.move),
            "at": entry.at,
            "note": entry.note,
            "state": "bad" if entry.move == "reject" else "done",
        }
        for entry in history
    ]


MOVEMENT_LABELS = {
    "receive": gettext_lazy("Delivery came in"),
    "adjust": gettext_lazy("Correction"),
    "reserve": gettext_lazy("Held by a checkout"),
    "release": gettext_lazy("Hold let go"),
    "sell": gettext_lazy("Sold"),
    "cancel": gettext_lazy("Sale cancelled"),
    "ship": gettext_lazy("Sent"),
    "return": gettext_lazy("Came back"),
    "write_off": gettext_lazy("Written off"),
}
MOVEMENT_TONES: Mapping[str, Tone] = {
    "receive": "ok",
    "return": "ok",
    "write_off": "bad",
    "sell": "warn",
    "ship": "warn",
}
HOLDER_LABELS = {
    "ordering.cart": gettext_lazy("A basket"),
    "ordering.order": gettext_lazy("An order waiting for its payment"),
    "catalog.hold": gettext_lazy("Held by a program"),
}


def holder_label(holder: str) -> str:
    kind = holder.partition(":")[0]
    return str(HOLDER_LABELS.get(kind, kind))


def movements_table(rows: Iterable[MovementRow]) -> Table:
    """What happened to a variant's stock; changes are written with their sign."""
    columns = [
        Column(_("When")),
        Column(_("What")),
        Column(_("Shelf"), end=True),
        Column(_("Sold"), end=True),
        Column(_("Held"), end=True),
        Column(_("For sale"), end=True),
    ]
    lines = [
        Row(
            [
                Cell(row.at, note=row.note),
                Cell(
                    MOVEMENT_LABELS.get(row.kind, row.kind),
                    tone=MOVEMENT_TONES.get(row.kind, "neutral"),
                ),
                Cell(_signed(row.on_hand)),
                Cell(_signed(row.allocated)),
                Cell(_signed(row.reserved)),
                Cell(_signed(row.available)),
            ]
        )
        for row in rows
    ]
    return Table(_("Movements"), columns, lines)


def _signed(change: int) -> str:
    return f"{change:+}" if change else ""
