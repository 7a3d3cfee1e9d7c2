"""What an invoice or credit note says, gathered from an order as it stands: plain data, frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from shared_apps.kernel.context import current_tenant
from tenant_apps.ordering.domain import parts, reversing
from tenant_apps.ordering.domain.addresses import Address
from tenant_apps.ordering.domain.line_refunds import Parts
from tenant_apps.ordering.models import OrderLine, Reversal, VendorOrder
from tenant_apps.partners.queries import partner_with

DELIVERY, FEE = "delivery", "fee"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a document, in minor units; `kind` is goods, delivery or fee."""

    kind: str
    title: str
    quantity: int
    total_minor: int
    tax_minor: int
    tax_name: str
    tax_bps: int

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def invoice_items(row: VendorOrder) -> list[Item]:
    """What is left of a vendor order after everything that was undone so far."""
    lines = parts.lines_of(row)
    done = _undone(Reversal.objects.filter(vendor_order=row))
    items = []
    for line in lines:
        count = line.quantity - line.refunded_quantity
        left = reversing.whole_of(line) - done.get(line.id, Parts())
        if count or left.gross_minor:
            items.append(_goods(line, count, left.gross_minor, left.tax_minor))
    rest = reversing.delivery_of(row, lines) - done.get(None, Parts())
    if rest.gross_minor:
        items.append(_delivery(row, rest.gross_minor, rest.tax_minor))
    return items


def credit_items(row: VendorOrder, reversals: Sequence[Reversal]) -> list[Item]:
    """What one batch of reversals gives back, and the fee that was kept of it."""
    lines = {line.id: line for line in parts.lines_of(row)}
    items = []
    for each in reversals:
        if each.line_id:
            line = lines[each.line_id]
            items.append(_goods(line, each.quantity, each.gross_minor, each.tax_minor))
        else:
            items.append(_delivery(row, each.gross_minor, each.tax_minor))
    fee = sum(each.fee_minor for each in reversals)
    if fee:
        items.append(Item(FEE, "", 1, -fee, 0, "", 0))
    return items


def contents(row: VendorOrder, items: Sequence[Item], **also: Any) -> dict[str, Any]:
    """Everything a document shows besides its number."""
    order, vendor = row.order, partner_with(row.vendor_id)
    bill_to = order.billing_address or order.address
    return {
        "marketplace": current_tenant().name,
        "issuer": {
            "name": row.vendor_name,
            "country": vendor.country,
            "email": vendor.contact_email,
        },
        "customer": {"lines": Address.from_json(bill_to).lines, "email": order.email},
        "order": row.number,
        "ordered_at": (order.placed_at or order.created_at).isoformat(),
        "language": order.language,
        "currency": row.currency,
        "items": [item.as_json() for item in items],
        "taxes": taxes_of(items),
        "is_tax_remitted_by_operator": bool(row.retained_tax_minor),
        **also,
    }


def taxes_of(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Net and tax by rate (rule): sums of the lines, never computed anew."""
    found: dict[tuple[str, int], list[int]] = {}
    for item in items:
        sums = found.setdefault((item.tax_name, item.tax_bps), [0, 0])
        sums[0] += item.total_minor - item.tax_minor
        sums[1] += item.tax_minor
    return [
        {"name": name, "bps": bps, "net_minor": net, "tax_minor": tax}
        for (name, bps), (net, tax) in sorted(found.items())
    ]


def _undone(rows: Any) -> Mapping[Any, Parts]:
    sums = rows.values_list("line_id").annotate(Sum("gross_minor"), Sum("tax_minor")).order_by()
    return {line_id: Parts(gross_minor=gross, tax_minor=tax) for line_id, gross, tax in sums}


def _goods(line: OrderLine, count: int, total: int, tax: int) -> Item:
    title = " · ".join(filter(None, [line.title, line.variant_title]))
    return Item("goods", title, count, total, tax, line.tax_name, line.tax_bps)


def _delivery(row: VendorOrder, total: int, tax: int) -> Item:
    name, bps = row.delivery_tax_name, row.delivery_tax_bps
    return Item(DELIVERY, row.delivery_name, 1, total, tax, name, bps)
