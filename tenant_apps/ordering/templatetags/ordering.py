"""Tables of orders for the pages that list them."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.translation import gettext as _

from shared_apps.kernel.ids import public_id
from tenant_apps.ordering.queries import OrderRow, VendorOrderView
from tenant_apps.ordering.queries.after_sales import DigitalGoodView
from tenant_apps.ordering.views.after_showing import ShownClaim, ShownReturn
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


@register.simple_tag
def returns_table(rows: Sequence[ShownReturn], base: str) -> Table:
    """Returns: number, when, what, why, state. The operator's lead to the order."""
    columns = [
        Column(_("Return")),
        Column(_("Date")),
        Column(_("Goods")),
        Column(_("Why")),
        Column(_("State")),
    ]
    return Table(_("Returns"), columns, [_return_row(row, base) for row in rows])


@register.simple_tag
def claims_table(rows: Sequence[ShownClaim], base: str) -> Table:
    """Claims: number, when, about whom, what, state."""
    columns = [
        Column(_("Problem")),
        Column(_("Date")),
        Column(_("Seller")),
        Column(_("What is wrong")),
        Column(_("State")),
    ]
    return Table(_("Problems"), columns, [_claim_row(row, base) for row in rows])


@register.simple_tag
def digital_table(rows: Sequence[DigitalGoodView]) -> Table:
    """Digital goods: what, file, keys left, who waits."""
    columns = [
        Column(_("Product")),
        Column(_("File")),
        Column(_("Free keys"), end=True),
        Column(_("Buyers waiting"), end=True),
    ]
    return Table(_("Digital goods"), columns, [_digital_row(row) for row in rows])


def _return_row(row: ShownReturn, base: str) -> Row:
    found = row.found
    is_own = base.startswith("/partner/")
    target = found.public_id if is_own else public_id("ord", found.order_id)
    goods = ", ".join(f"{line.quantity} x {line.title}" for line in found.lines)
    return Row(
        [
            Cell(found.number, url=f"{base}{target}/", note="" if is_own else found.vendor_name),
            Cell(found.created_at),
            Cell(goods[:120]),
            Cell(row.reason, note=row.wanted),
            Cell(row.state.label, tone=row.state.tone or "neutral"),  # type: ignore[arg-type]
        ]
    )


def _claim_row(row: ShownClaim, base: str) -> Row:
    found = row.found
    return Row(
        [
            Cell(found.number, url=f"{base}{found.public_id}/"),
            Cell(found.created_at),
            Cell(found.vendor_name, note=found.part_number),
            Cell(row.kind),
            Cell(row.state.label, tone=row.state.tone or "neutral"),  # type: ignore[arg-type]
        ]
    )


def _digital_row(row: DigitalGoodView) -> Row:
    return Row(
        [
            Cell(row.title, url=f"/partner/digital/{row.public_id}/"),
            Cell(row.file_name),
            Cell(row.keys_free if row.has_keys else ""),
            Cell(row.waiting if row.has_keys else ""),
        ]
    )


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
