"""What never arrived or not as it should: the customer complains, the operator decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict, NotFound, Unprocessable
from shared_apps.kernel.ids import base32, uuid7
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money, allocate
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.catalog.domain import stock
from tenant_apps.catalog.domain.stock import StockLine
from tenant_apps.ordering.domain import exchanges, fulfilment, orders, parts, reversing
from tenant_apps.ordering.domain.carts import CartOwner
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.domain.parts import Quantities
from tenant_apps.ordering.domain.reversing import Undone, Wanted
from tenant_apps.ordering.events import ClaimDecided, ClaimOpened, VendorOrderCancelled
from tenant_apps.ordering.lifecycle import CLAIM, CLAIM_OPEN, VENDOR_ORDER
from tenant_apps.ordering.models import Claim, ClaimLine, VendorOrder
from tenant_apps.partners.permissions import Verb, require, require_operator

CLAIM_KIND = "ordering.claim"
CLAIMABLE = frozenset({"partially_shipped", "shipped", "delivered"})


class ClaimUnknown(NotFound):
    code, title = "record_not_found", "There is no such claim here"


class NothingToClaim(Conflict):
    code, title = "nothing_to_claim", "Nothing of this was sent, or it is too long ago"


class ClaimOpenAlready(Conflict):
    code, title = "claim_open", "There is an open claim about this; it is decided first"


class ReasonNeeded(Unprocessable):
    code, title = "reason_needed", "Say why: customer and vendor will read it"


@dataclass(frozen=True, slots=True)
class Complaint:
    """About how many of which lines, and what is wrong."""

    items: Quantities
    kind: str
    note: str = ""


def ref_of(claim_id: UUID) -> Ref:
    return Ref(CLAIM_KIND, str(claim_id))


@operation
def open_claim(
    *, vendor_order_id: UUID, complaint: Complaint, owner: CartOwner, acting: Actor, at: datetime
) -> UUID:
    """The customer complains about what was sent; one open claim per vendor order. ClaimOpened.

    Time moves the vendor order no further until the claim is decided. Raises OrderUnknown,
    NotYourOrder, NothingToClaim, ClaimOpenAlready, BadQuantities.
    """
    row = parts.locked_for(vendor_order_id, owner=owner, acting=acting)
    if row.state not in CLAIMABLE:
        raise NothingToClaim
    if Claim.objects.filter(vendor_order=row, state__in=CLAIM_OPEN).exists():
        raise ClaimOpenAlready
    kept = {line.id: parts.kept_of(line) for line in parts.lines_of(row)}
    items = parts.checked(complaint.items, kept)
    claim = _write(row, complaint, at=at)
    ClaimLine.objects.bulk_create(
        ClaimLine(claim=claim, line_id=line_id, quantity=count) for line_id, count in items.items()
    )
    told = {"number": claim.number, "kind": claim.kind}
    orders.note(row.order, "claim_opened", vendor_order=row, data=told, acting=acting, at=at)
    publish(
        ClaimOpened(**_names(row, claim), kind=claim.kind),
        acting=acting,
        subject=ref_of(claim.id),
    )
    return claim.id


@operation
def answer(*, claim_id: UUID, text: str, acting: Actor, at: datetime) -> None:
    """The vendor's side of it, for the operator. Raises ClaimUnknown, NotYourPartner."""
    row, claim = _locked(claim_id)
    require(acting, Verb.ANSWER_MESSAGES, row.vendor_id)
    claim.vendor_answer = text.strip()
    claim.save(update_fields=["vendor_answer"])
    told = {"number": claim.number}
    orders.note(row.order, "claim_answered", vendor_order=row, data=told, acting=acting, at=at)


@operation
def withdraw(*, claim_id: UUID, owner: CartOwner, acting: Actor, at: datetime) -> None:
    """It arrived after all. Raises ClaimUnknown, NotYourOrder, MoveNotAllowed."""
    row, claim = _locked(claim_id)
    parts.require_owner(row.order, owner)
    record_move(claim, CLAIM, "withdraw", acting=acting, at=at, values={"decided_at": at})
    told = {"number": claim.number}
    orders.note(row.order, "claim_withdrawn", vendor_order=row, data=told, acting=acting, at=at)


@operation
def refund(
    *,
    claim_id: UUID,
    amount: Money | None = None,
    note: str,
    acting: Actor,
    at: datetime,
) -> None:
    """The operator gives the money back: for the units claimed, or (amount) a part of their price.

    With nothing sent that is not paid back, and nothing left to send, the delivery is paid back
    too, and what never arrived is written off. ClaimDecided. Raises ReasonNeeded, ClaimUnknown,
    MoveNotAllowed, NotSoMuchLeft, MoreThanPaid.
    """
    row, claim = _decidable(claim_id, note, acting)
    items = {each.line_id: each.quantity for each in claim.lines.order_by("id")}
    wanted = Wanted(items) if amount is None else Wanted(amounts=_spread(row, items, amount))
    undone = reversing.undo(row=row, wanted=wanted, kind="claim", acting=acting, at=at)
    minor = undone.amount.minor
    if amount is None and _is_all_gone(row):
        minor += _end(row, claim, acting=acting, at=at)
    _decide(row, claim, "refund", note, minor, acting=acting, at=at)


@operation
def reship(*, claim_id: UUID, tracking: Tracking, note: str, acting: Actor, at: datetime) -> None:
    """The operator has the vendor send the same again, from the vendor's stock. ClaimDecided.

    Raises ReasonNeeded, ClaimUnknown, MoveNotAllowed, InsufficientStock.
    """
    row, claim = _decidable(claim_id, note, acting)
    lines = [
        StockLine(each.line.variant_id, each.quantity)
        for each in claim.lines.select_related("line").order_by("id")
    ]
    subject = ref_of(claim.id)
    exchanges.take_from_stock(lines=lines, subject=subject, at=at)
    stock.ship(lines=lines, subject=str(subject), at=at)
    if claim.kind == Claim.Kind.NEVER_ARRIVED:
        fulfilment.lose(row=row, acting=acting, at=at)
    fulfilment.send_again(row=row, subject=subject, tracking=tracking, acting=acting, at=at)
    _decide(row, claim, "reship", note, 0, acting=acting, at=at)


@operation
def refuse(*, claim_id: UUID, note: str, acting: Actor, at: datetime) -> None:
    """The operator finds nothing wrong, and says why. ClaimDecided.

    Raises ReasonNeeded, ClaimUnknown, MoveNotAllowed.
    """
    row, claim = _decidable(claim_id, note, acting)
    _decide(row, claim, "refuse", note, 0, acting=acting, at=at)


def has_open_claim(vendor_order_id: UUID) -> bool:
    return Claim.objects.filter(vendor_order_id=vendor_order_id, state__in=CLAIM_OPEN).exists()


@step
def _locked(claim_id: UUID) -> tuple[VendorOrder, Claim]:
    part_id = Claim.objects.filter(id=claim_id).values_list("vendor_order_id", flat=True).first()
    if part_id is None:
        raise ClaimUnknown
    return parts.locked(part_id), Claim.objects.select_for_update().get(id=claim_id)


def _decidable(claim_id: UUID, note: str, acting: Actor) -> tuple[VendorOrder, Claim]:
    require_operator(acting)
    if not note.strip():
        raise ReasonNeeded
    return _locked(claim_id)


def _write(row: VendorOrder, complaint: Complaint, *, at: datetime) -> Claim:
    claim_id = uuid7()
    return Claim.objects.create(
        id=claim_id,
        number=f"C-{base32(claim_id.bytes[-5:]).upper()}",
        vendor_order=row,
        vendor_id=row.vendor_id,
        kind=complaint.kind,
        note=complaint.note.strip(),
        created_at=at,
    )


def _spread(row: VendorOrder, items: Quantities, amount: Money) -> Mapping[UUID, int]:
    """A part of the price over the claimed lines, by what is left of theirs."""
    lines = [line for line in parts.lines_of(row) if line.id in items]
    left = [line.total_minor - line.refunded_minor for line in lines]
    if amount.currency != row.currency or not 0 < amount.minor <= sum(left):
        raise reversing.NotSoMuchLeft(left=sum(left))
    shares = allocate(amount, left)
    return {line.id: share.minor for line, share in zip(lines, shares, strict=True) if share.minor}


def _is_all_gone(row: VendorOrder) -> bool:
    return not any(parts.kept_of(line) or parts.left_of(line) for line in parts.lines_of(row))


def _end(row: VendorOrder, claim: Claim, *, acting: Actor, at: datetime) -> int:
    """Nothing of the part is left with the customer: pay the delivery back, end what is under way."""
    left = reversing.delivery_left(row)
    undone: Undone | None = None
    if left:
        wanted = Wanted(delivery_minor=left)
        undone = reversing.undo(row=row, wanted=wanted, kind="delivery", acting=acting, at=at)
    if row.state in {"shipped", "partially_shipped"}:
        fulfilment.lose(row=row, acting=acting, at=at)
        record_move(row, VENDOR_ORDER, "write_off", acting=acting, at=at, note=claim.kind)
        publish(
            VendorOrderCancelled(
                vendor_order_id=str(row.id),
                order_id=str(row.order_id),
                number=row.number,
                vendor_id=str(row.vendor_id),
                reason=claim.kind,
            ),
            acting=acting,
            subject=orders.vendor_order_ref(row.id),
        )
    return undone.amount.minor if undone else 0


def _decide(
    row: VendorOrder,
    claim: Claim,
    move: str,
    note: str,
    minor: int,
    *,
    acting: Actor,
    at: datetime,
) -> None:
    values = {"decision_note": note.strip(), "decided_at": at, "refund_minor": minor}
    record_move(claim, CLAIM, move, acting=acting, at=at, note=note, values=values)
    told = {"number": claim.number, "refund_minor": minor, "currency": row.currency}
    kind = f"claim_{claim.state}"
    orders.note(row.order, kind, vendor_order=row, data=told, acting=acting, at=at)
    subject = ref_of(claim.id)
    record(f"ordering.claim.{move}", subject=subject, acting=acting, at=at, changes={"note": note})
    publish(
        ClaimDecided(
            **_names(row, claim),
            decision=claim.state,
            amount_minor=minor,
            currency=row.currency,
        ),
        acting=acting,
        subject=subject,
    )


def _names(row: VendorOrder, claim: Claim) -> dict[str, str]:
    return {
        "claim_id": str(claim.id),
        "number": claim.number,
        "vendor_order_id": str(row.id),
        "order_id": str(row.order_id),
        "vendor_id": str(row.vendor_id),
    }
