"""Goods on their way back: asked for, answered, received, looked at, paid back or exchanged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Sum

from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.errors import Conflict, NotFound, Unprocessable
from shared_apps.kernel.ids import base32, uuid7
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.ordering.domain import after_sales, exchanges, orders, parts
from tenant_apps.ordering.domain.carts import CartOwner
from tenant_apps.ordering.domain.parts import Quantities
from tenant_apps.ordering.events import (
    ReturnApproved,
    ReturnReceived,
    ReturnRefused,
    ReturnRequested,
)
from tenant_apps.ordering.lifecycle import RETURN, RETURN_OPEN
from tenant_apps.ordering.models import OrderLine, Return, ReturnLine, VendorOrder
from tenant_apps.partners.permissions import Verb, require

RETURN_KIND = "ordering.return"
VENDORS_FAULT = frozenset({"damaged", "wrong_item", "not_as_described"})


class ReturnUnknown(NotFound):
    code, title = "record_not_found", "There is no such return here"


class ReturnWindowOver(Conflict):
    code, title = "return_window_over", "This cannot be sent back any more"


class NotDeliveredYet(Conflict):
    code, title = "not_delivered_yet", "This has not arrived yet"


class AnswerNeeded(Unprocessable):
    code, title = "answer_needed", "Tell the customer why"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a customer wants to send back, and why; `replacements` maps a line to a variant."""

    items: Quantities
    reason: str
    wanted: str = "refund"
    replacements: Mapping[UUID, UUID] = field(default_factory=dict)
    note: str = ""


def ref_of(return_id: UUID) -> Ref:
    return Ref(RETURN_KIND, str(return_id))


@operation
def request_return(
    *, vendor_order_id: UUID, asked: Asked, owner: CartOwner, acting: Actor, at: datetime
) -> UUID:
    """The customer asks to send goods back, within the operator's window; ReturnRequested.

    For an exchange the wanted variants must be of the same products at the same price. Raises
    OrderUnknown, NotYourOrder, NotDeliveredYet, ReturnWindowOver, BadQuantities,
    ExchangeNotOffered, ExchangePriceDiffers.
    """
    row = parts.locked_for(vendor_order_id, owner=owner, acting=acting)
    _require_window(row, at=at)
    lines = parts.lines_of(row)
    items = parts.checked(asked.items, returnable(row, lines))
    replacements = asked.replacements if asked.wanted == "exchange" else {}
    if asked.wanted == "exchange":
        exchanges.check_replacements(lines, items, replacements, currency=row.currency)
    found = _write(row, asked, at=at)
    ReturnLine.objects.bulk_create(
        ReturnLine(
            returned=found,
            line_id=line_id,
            quantity=quantity,
            replacement_id=replacements.get(line_id),
        )
        for line_id, quantity in items.items()
    )
    told = {"number": found.number, "wanted": asked.wanted, "reason": asked.reason}
    orders.note(row.order, "return_requested", vendor_order=row, data=told, acting=acting, at=at)
    publish(
        ReturnRequested(**_names(row, found), wanted=asked.wanted),
        acting=acting,
        subject=ref_of(found.id),
    )
    return found.id


@operation
def approve(*, return_id: UUID, answer: str, acting: Actor, at: datetime) -> None:
    """The vendor agrees; for an exchange the replacement is set aside. ReturnApproved.

    Raises ReturnUnknown, NotYourPartner, MoveNotAllowed, InsufficientStock.
    """
    row, found = locked(return_id, acting=acting)
    record_move(found, RETURN, "approve", acting=acting, at=at, values=_said(answer, at))
    if found.wanted == "exchange":
        exchanges.set_aside(found, at=at)
    _tell(row, found, "return_approved", ReturnApproved, acting=acting, at=at)


@operation
def refuse(*, return_id: UUID, answer: str, acting: Actor, at: datetime) -> None:
    """The vendor does not agree, and says why. ReturnRefused.

    Raises AnswerNeeded, ReturnUnknown, NotYourPartner, MoveNotAllowed.
    """
    if not answer.strip():
        raise AnswerNeeded
    row, found = locked(return_id, acting=acting)
    record_move(found, RETURN, "refuse", acting=acting, at=at, values=_said(answer, at))
    _tell(row, found, "return_refused", ReturnRefused, acting=acting, at=at)


@operation
def withdraw(*, return_id: UUID, owner: CartOwner, acting: Actor, at: datetime) -> None:
    """The customer keeps it after all. Raises ReturnUnknown, NotYourOrder, MoveNotAllowed."""
    row, found = locked(return_id, acting=acting, owner=owner)
    _end(row, found, "withdraw", acting=acting, at=at)


@operation
def lapse(*, return_id: UUID, at: datetime) -> None:
    """An approved return never arrived in time. Raises ReturnUnknown, MoveNotAllowed."""
    row, found = locked(return_id, acting=SYSTEM)
    _end(row, found, "lapse", acting=SYSTEM, at=at)


@operation
def receive(*, return_id: UUID, acting: Actor, at: datetime) -> None:
    """The parcel is back. ReturnReceived. Raises ReturnUnknown, NotYourPartner, MoveNotAllowed."""
    row, found = locked(return_id, acting=acting)
    record_move(found, RETURN, "receive", acting=acting, at=at, values={"changed_at": at})
    _tell(row, found, "return_received", ReturnReceived, acting=acting, at=at)


@step
def locked(
    return_id: UUID, *, acting: Actor, owner: CartOwner | None = None
) -> tuple[VendorOrder, Return]:
    """A return behind its vendor order, both locked, for the vendor or (owner) its customer."""
    part_id = Return.objects.filter(id=return_id).values_list("vendor_order_id", flat=True).first()
    if part_id is None:
        raise ReturnUnknown
    row = parts.locked(part_id)
    if owner is None:
        require(acting, Verb.FULFIL_ORDERS, row.vendor_id)
    else:
        parts.require_owner(row.order, owner)
    return row, Return.objects.select_for_update().get(id=return_id)


def returnable(row: VendorOrder, lines: Sequence[OrderLine]) -> dict[UUID, int]:
    """How many of each line the customer has and has not asked to send back. One query."""
    under_way = dict(
        ReturnLine.objects.filter(returned__vendor_order=row, returned__state__in=RETURN_OPEN)
        .values_list("line_id")
        .annotate(count=Sum("quantity"))
        .order_by()
    )
    kept = {
        line.id: parts.kept_of(line) - under_way.get(line.id, 0)
        for line in lines
        if not line.is_digital
    }
    return {line_id: count for line_id, count in kept.items() if count > 0}


def window_end(delivered_at: datetime | None, days: int) -> datetime | None:
    """Until when goods can be sent back (rule); None when they cannot."""
    return delivered_at + timedelta(days=days) if delivered_at and days else None


def _require_window(row: VendorOrder, *, at: datetime) -> None:
    if row.delivered_at is None:
        raise NotDeliveredYet
    until = window_end(row.delivered_at, after_sales.terms().return_days)
    if row.state != "delivered" or until is None or at >= until:
        raise ReturnWindowOver


def _write(row: VendorOrder, asked: Asked, *, at: datetime) -> Return:
    return_id = uuid7()
    return Return.objects.create(
        id=return_id,
        number=f"R-{base32(return_id.bytes[-5:]).upper()}",
        vendor_order=row,
        vendor_id=row.vendor_id,
        reason=asked.reason,
        wanted=asked.wanted,
        note=asked.note.strip(),
        is_vendors_fault=asked.reason in VENDORS_FAULT,
        created_at=at,
        changed_at=at,
    )


def _end(row: VendorOrder, found: Return, move: str, *, acting: Actor, at: datetime) -> None:
    was_approved = found.state == "approved"
    record_move(found, RETURN, move, acting=acting, at=at, values={"changed_at": at})
    if was_approved and found.wanted == "exchange":
        exchanges.put_back(found, at=at)
    told = {"number": found.number}
    kind = "return_withdrawn" if move == "withdraw" else "return_lapsed"
    orders.note(row.order, kind, vendor_order=row, data=told, acting=acting, at=at)


def _said(answer: str, at: datetime) -> dict[str, object]:
    return {"answer": answer.strip(), "changed_at": at}


def _names(row: VendorOrder, found: Return) -> dict[str, str]:
    return {
        "return_id": str(found.id),
        "number": found.number,
        "vendor_order_id": str(row.id),
        "order_id": str(row.order_id),
        "vendor_id": str(row.vendor_id),
    }


def _tell(
    row: VendorOrder,
    found: Return,
    kind: str,
    event: type[ReturnApproved | ReturnRefused | ReturnReceived],
    *,
    acting: Actor,
    at: datetime,
) -> None:
    told = {"number": found.number}
    orders.note(row.order, kind, vendor_order=row, data=told, acting=acting, at=at)
    publish(event(**_names(row, found)), acting=acting, subject=ref_of(found.id))
