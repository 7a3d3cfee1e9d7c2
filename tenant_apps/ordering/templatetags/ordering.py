"""Tables of orders for the pages that list them."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.translation import gettext as _

from tenant_apps.ordering.queries import OrderRow, VendorOrderView
from tenant_apps.ordering.views.showing import Badge, badge
from themes.domain.tables import Cell, Column, Row, Table

register = template.Library()


@register.simple_tag
def orders_table(rows: Sequence[OrderRow], base: str) -> Table:
    """Whole orders: number, when, from whom, state, sum."""
    columns = [
        Column(_("Order")),
        Column(_("Date")),
        Column(_("Sellers")),
        Column(_("State")),
        Column(_("Total"), end=True),
    ]
    return Table(_("Orders"), columns, [_order_row(row, base) for row in rows])


@register.simple_tag
def state_badge(state: str) -> Badge:
    """Label and tone of a status."""
    return badge(state)


@register.simple_tag
def vendor_orders_table(rows: Sequence[VendorOrderView], base: str) -> Table:
    """One vendor's parts: number, when, what, state, what they earn."""
    columns = [
        Column(_("Order")),
        Column(_("Date")),
        Column(_("Goods")),
        Column(_("State")),
        Column(_("You earn"), end=True),
    ]
    return Table(_("Orders"), columns, [_vendor_row(row, base) for row in rows])


def _order_row(row: OrderRow, base: str) -> Row:
    state = badge(row.status)
    return Row(
        [
            Cell(row.number, url=f"{base}{row.public_id}/"),
            Cell(row.created_at),
            Cell(", ".join(row.vendor_names)),
            Cell(state.label, tone=state.tone or "neutral"),  # type: ignore[arg-type]
            Cell(row.total),
        ]
    )


def _vendor_row(row: VendorOrderView, base: str) -> Row:
    state = badge(row.state)
    goods = ", ".join(f"{line.quantity} x {line.title}" for line in row.lines)
    return Row(
        [
            Cell(row.number, url=f"{base}{row.public_id}/"),
            Cell(row.confirmed_at or row.created_at),
            Cell(goods[:120]),
            Cell(state.label, tone=state.tone or "neutral"),  # type: ignore[arg-type]
            Cell(row.earning),
        ]
    )
