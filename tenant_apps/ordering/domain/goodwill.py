"""Money back without goods coming back: a part of a price, or the delivery."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.transactions import operation
from tenant_apps.ordering.domain import orders, parts, reversing
from tenant_apps.ordering.domain.reversing import Undone, Wanted


class NothingAsked(Unprocessable):
    code, title = "nothing_to_refund", "Say how much of what is to be paid back"


@operation
def pay_back(
    *,
    vendor_order_id: UUID,
    amounts: Mapping[UUID, int],
    delivery_minor: int = 0,
    reason: str,
    acting: Actor,
    at: datetime,
) -> Undone:
    """Vendor or operator give back parts of prices, in minor units by line, or of the delivery.

    Vendor, commission, taxes and take bear it in proportion. Raises NothingAsked, NotSoMuchLeft,
    OrderUnknown, NotYourPartner, MoreThanPaid.
    """
    row = parts.locked_for(vendor_order_id, owner=None, acting=acting)
    known = {line.id for line in parts.lines_of(row)}
    wanted = {line_id: minor for line_id, minor in amounts.items() if minor}
    if not (wanted or delivery_minor) or not wanted.keys() <= known:
        raise NothingAsked
    kind = "goodwill" if wanted else "delivery"
    undone = reversing.undo(
        row=row,
        wanted=Wanted(amounts=wanted, delivery_minor=delivery_minor),
        kind=kind,
        acting=acting,
        at=at,
    )
    told = {"reason": reason, "amount_minor": undone.amount.minor, "currency": row.currency}
    orders.note(row.order, "refunded", vendor_order=row, data=told, acting=acting, at=at)
    record(
        "ordering.vendor_order.pay_back",
        subject=orders.vendor_order_ref(row.id),
        acting=acting,
        at=at,
        changes=told,
    )
    return undone
