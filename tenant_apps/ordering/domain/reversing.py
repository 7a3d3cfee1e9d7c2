"""Undoing what was sold: rows, earning and refund together, to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import F, Sum

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.money import Money
from shared_apps.kernel.transactions import step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.ordering.domain import orders, parts
from tenant_apps.ordering.domain.line_refunds import (
    NAMES,
    Parts,
    restocking_fee,
    sum_of,
    undo_amount,
    undo_quantity,
)
from tenant_apps.ordering.events import VendorOrderRefunded
from tenant_apps.ordering.models import OrderLine, Reversal, VendorOrder
from tenant_apps.payments.domain.refunds import request_refund
from tenant_apps.settlement.domain.earnings import ShareCut, reduce_earning


class NotSoMuchLeft(Unprocessable):
    code, title = "refund_exceeds_line", "No more of this can be paid back than was paid for it"


@dataclass(frozen=True, slots=True)
class Undone:
    """What went back: `amount` to the customer; of what was undone the vendor kept `fee`."""

    batch: UUID
    amount: Money
    fee: Money


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to undo: units of lines, amounts of lines without a unit, an amount of the delivery."""

    units: Mapping[UUID, int] = field(default_factory=dict)
    amounts: Mapping[UUID, int] = field(default_factory=dict)
    delivery_minor: int = 0


@step
def undo(
    *, row: VendorOrder, wanted: Wanted, kind: str, fee_bps: int = 0, acting: Actor, at: datetime
) -> Undone:
    """Take back part of a locked vendor order's sale.

    Writes the reversals, lowers the vendor's earning (or, when it is theirs already, takes it back,
    into debt if need be), sends the customer's money on its way, publishes VendorOrderRefunded.
    Raises NotSoMuchLeft, MoreThanPaid.
    """
    lines = {line.id: line for line in parts.lines_of(row)}
    batch, steps = uuid7(), _steps(row, lines, _done(row), wanted)
    fees = {
        key: restocking_fee(step=piece, bps=fee_bps) if key else 0 for key, piece in steps.items()
    }
    Reversal.objects.bulk_create(
        Reversal(
            batch=batch,
            vendor_order=row,
            line_id=line_id,
            kind=kind,
            quantity=wanted.units.get(line_id, 0) if line_id else 0,
            currency=row.currency,
            fee_minor=fees[line_id],
            actor=f"{acting.kind}:{acting.id}",
            at=at,
            **asdict(piece),
        )
        for line_id, piece in steps.items()
    )
    _count(row, steps, wanted)
    whole, fee = sum_of(steps.values()), sum(fees.values())
    amount = Money(whole.gross_minor - fee, row.currency)
    subject = orders.vendor_order_ref(row.id)
    if whole:
        cut = _cut(whole, fee, row.currency)
        reduce_earning(subject=subject, by=cut, key=f"undo:{batch}", acting=acting, at=at)
    if amount:
        request_refund(
            split_subject=subject,
            amount=amount,
            reason=kind,
            key=f"undo:{batch}",
            acting=acting,
            at=at,
        )
        _announce(row, batch, amount, kind=kind, acting=acting)
    return Undone(batch, amount, Money(fee, row.currency))


def whole_of(line: OrderLine) -> Parts:
    """A line as it was sold."""
    return Parts(
        gross_minor=line.total_minor,
        tax_minor=line.tax_minor,
        subsidy_minor=line.subsidy_minor,
        commission_minor=line.commission_minor,
        commission_tax_minor=line.commission_tax_minor,
        retained_tax_minor=line.retained_tax_minor,
        take_minor=line.take_minor,
    )


def delivery_of(row: VendorOrder, lines: list[OrderLine]) -> Parts:
    """The delivery as it was sold: what the part comes to beyond its lines."""
    part = Parts(
        gross_minor=row.total_minor,
        tax_minor=row.tax_minor,
        subsidy_minor=row.subsidy_minor,
        commission_minor=row.commission_minor,
        commission_tax_minor=row.commission_tax_minor,
        retained_tax_minor=row.retained_tax_minor,
        take_minor=row.take_minor,
    )
    return part - sum_of(whole_of(line) for line in lines)


def delivery_left(row: VendorOrder) -> int:
    """How much of the delivery's price has not been paid back."""
    return delivery_of(row, parts.lines_of(row)).gross_minor - row.delivery_refunded_minor


def _done(row: VendorOrder) -> dict[UUID | None, Parts]:
    rows = Reversal.objects.filter(vendor_order=row).values_list("line_id")
    sums = rows.annotate(*(Sum(name) for name in NAMES)).order_by()
    return {line_id: Parts(*map(int, amounts)) for line_id, *amounts in sums}


def _steps(
    row: VendorOrder,
    lines: Mapping[UUID, OrderLine],
    done: Mapping[UUID | None, Parts],
    wanted: Wanted,
) -> dict[UUID | None, Parts]:
    steps: dict[UUID | None, Parts] = {}
    for line_id, count in wanted.units.items():
        line = lines[line_id]
        if line.refunded_quantity + count > line.quantity:
            raise NotSoMuchLeft
        steps[line_id] = undo_quantity(
            whole=whole_of(line),
            done=done.get(line_id, Parts()),
            count=line.refunded_quantity + count,
            quantity=line.quantity,
        )
    for line_id, amount in wanted.amounts.items():
        whole, before = whole_of(lines[line_id]), done.get(line_id, Parts())
        steps[line_id] = _amount_step(whole, before, amount)
    if wanted.delivery_minor:
        whole, before = delivery_of(row, list(lines.values())), done.get(None, Parts())
        steps[None] = _amount_step(whole, before, wanted.delivery_minor)
    return steps


def _amount_step(whole: Parts, done: Parts, amount: int) -> Parts:
    if not 0 < amount <= whole.gross_minor - done.gross_minor:
        raise NotSoMuchLeft(left=whole.gross_minor - done.gross_minor)
    return undo_amount(whole=whole, done=done, amount_minor=amount)


def _count(row: VendorOrder, steps: Mapping[UUID | None, Parts], wanted: Wanted) -> None:
    for line_id, piece in steps.items():
        if line_id:
            OrderLine.objects.filter(id=line_id).update(
                refunded_quantity=F("refunded_quantity") + wanted.units.get(line_id, 0),
                refunded_minor=F("refunded_minor") + piece.gross_minor,
            )
    row.refunded_minor += sum_of(steps.values()).gross_minor
    row.delivery_refunded_minor += steps.get(None, Parts()).gross_minor
    row.save(update_fields=["refunded_minor", "delivery_refunded_minor"])


def _cut(whole: Parts, fee: int, currency: str) -> ShareCut:
    return ShareCut(
        gross=Money(whole.gross_minor - fee, currency),
        subsidy=Money(whole.subsidy_minor, currency),
        commission=Money(whole.commission_minor, currency),
        commission_tax=Money(whole.commission_tax_minor, currency),
        retained_tax=Money(whole.retained_tax_minor, currency),
        take=Money(whole.take_minor, currency),
    )


def _announce(row: VendorOrder, batch: UUID, amount: Money, *, kind: str, acting: Actor) -> None:
    publish(
        VendorOrderRefunded(
            batch=str(batch),
            vendor_order_id=str(row.id),
            order_id=str(row.order_id),
            number=row.number,
            vendor_id=str(row.vendor_id),
            kind=kind,
            amount_minor=amount.minor,
            currency=amount.currency,
        ),
        acting=acting,
        subject=orders.vendor_order_ref(row.id),
    )
