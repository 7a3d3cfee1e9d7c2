"""What must always hold between orders, what of them was undone, earnings and refunds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from tenant_apps.ordering.domain import orders
from tenant_apps.ordering.domain.line_refunds import NAMES
from tenant_apps.ordering.models import OrderLine, Reversal, VendorOrder
from tenant_apps.payments.queries import refunded_of
from tenant_apps.settlement.queries import earnings_of

# The names in a share for the columns of a line.
_SHARED = {
    "gross_minor": "total_minor",
    "subsidy_minor": "subsidy_minor",
    "commission_minor": "commission_minor",
    "commission_tax_minor": "commission_tax_minor",
    "retained_tax_minor": "retained_tax_minor",
    "take_minor": "take_minor",
}


def reversals_sum_to_lines() -> Iterable[dict[str, Any]]:
    """Lines whose counters are not what their reversals add up to."""
    lines = OrderLine.objects.filter(vendor_order__order__state="placed").annotate(
        gross=Coalesce(Sum("reversals__gross_minor"), 0),
        units=Coalesce(Sum("reversals__quantity"), 0),
    )
    off = lines.exclude(refunded_minor=F("gross"), refunded_quantity=F("units"))
    for line_id, counted, reversed_minor in off.values_list("id", "refunded_minor", "gross"):
        yield {"line": str(line_id), "counted": counted, "reversed": reversed_minor}


def undone_lines_are_undone_whole() -> Iterable[dict[str, Any]]:
    """Lines whose every unit was undone and of which something is left."""
    columns = [name for name in NAMES if name != "gross_minor"]
    sums = {f"undone_{name}": Coalesce(Sum(f"reversals__{name}"), 0) for name in columns}
    gone = OrderLine.objects.filter(refunded_quantity=F("quantity")).annotate(**sums)
    for line in gone.order_by("id"):
        left = {
            name: getattr(line, name) - getattr(line, f"undone_{name}")
            for name in columns
            if getattr(line, name) != getattr(line, f"undone_{name}")
        }
        if left or line.refunded_minor != line.total_minor:
            yield {"line": str(line.id), "left": left}


def undone_is_paid_back() -> Iterable[dict[str, Any]]:
    """Vendor orders of which another amount was sent back than their reversals say."""
    rows = VendorOrder.objects.filter(order__state="placed", confirmed_at__isnull=False)
    found = rows.annotate(
        gross=Coalesce(Sum("reversals__gross_minor"), 0),
        fees=Coalesce(Sum("reversals__fee_minor"), 0),
    )
    refunded = refunded_of([orders.vendor_order_ref(row.id) for row in found], key_prefix="undo:")
    for row in found.order_by("id"):
        wanted, sent = row.gross - row.fees, refunded.get(str(orders.vendor_order_ref(row.id)), 0)
        if row.refunded_minor != row.gross or wanted != sent:
            yield {"number": row.number, "undone": wanted, "refunded": sent}


def shares_are_at_most_what_is_left() -> Iterable[dict[str, Any]]:
    """Vendor orders with a share above what was sold less what was undone.

    Below it may be: a lost dispute takes from the share and undoes nothing of the sale.
    """
    rows = VendorOrder.objects.filter(order__state="placed", confirmed_at__isnull=False)
    undone = _undone()
    shares = earnings_of([orders.vendor_order_ref(row.id) for row in rows])
    for row in rows.order_by("id"):
        share = shares.get(str(orders.vendor_order_ref(row.id)))
        left = {
            name: getattr(row, column) - undone.get((row.id, name), 0)
            for name, column in _SHARED.items()
        }
        left["gross_minor"] += undone.get((row.id, "fee_minor"), 0)
        held = {
            name: getattr(share, name.removesuffix("_minor")).minor if share else 0 for name in left
        }
        if any(held[name] > left[name] for name in left):
            yield {"number": row.number, "left": left, "share": held}


def _undone() -> dict[tuple[Any, str], int]:
    names = [*_SHARED, "fee_minor"]
    sums = [Sum(name) for name in names]
    rows = Reversal.objects.values_list("vendor_order_id").annotate(*sums).order_by()
    return {
        (row[0], name): minor for row in rows for name, minor in zip(names, row[1:], strict=True)
    }


CHECKS: Mapping[str, Callable[[], Iterable[dict[str, Any]]]] = {
    "reversals_sum_to_lines": reversals_sum_to_lines,
    "undone_lines_are_undone_whole": undone_lines_are_undone_whole,
    "undone_is_paid_back": undone_is_paid_back,
    "shares_are_at_most_what_is_left": shares_are_at_most_what_is_left,
}
