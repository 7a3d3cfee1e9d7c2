"""Returned goods are looked at: back on the shelf, written off, or refused; then the money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.transactions import operation
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.catalog.domain import stock
from tenant_apps.catalog.domain.stock import StockLine
from tenant_apps.ordering.domain import (
    after_sales,
    exchanges,
    fulfilment,
    orders,
    parts,
    returns,
    reversing,
)
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.domain.reversing import Wanted
from tenant_apps.ordering.events import ReturnExchanged, ReturnRefunded
from tenant_apps.ordering.lifecycle import RETURN
from tenant_apps.ordering.models import OrderLine, Return, ReturnLine, VendorOrder


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of the units of one line: they add up to what was sent back."""

    restocked: int = 0
    written_off: int = 0
    refused: int = 0

    @property
    def accepted(self) -> int:
        return self.restocked + self.written_off

    @property
    def all(self) -> int:
        return self.accepted + self.refused


@operation
def inspect(
    *,
    return_id: UUID,
    findings: Mapping[UUID, Finding],
    answer: str = "",
    acting: Actor,
    at: datetime,
) -> str:
    """The vendor looked at what came back. The return's state afterwards.

    Good units are on the shelf again. For the accepted ones the customer gets their price back,
    less the restocking fee unless the vendor is at fault (ReturnRefunded); of an exchange, the
    replacement can be sent now. With nothing accepted the return is rejected, and the answer says
    why. Raises BadQuantities, AnswerNeeded, ReturnUnknown, NotYourPartner, MoveNotAllowed.
    """
    row, found = returns.locked(return_id, acting=acting)
    lines = list(found.lines.select_related("line").order_by("id"))
    accepted = _checked(lines, findings)
    if not accepted and not answer.strip():
        raise returns.AnswerNeeded
    values = {"changed_at": at, "answer": answer.strip() or found.answer}
    record_move(found, RETURN, "inspect", acting=acting, at=at, values=values)
    _note_findings(found, lines, findings, at=at)
    record("ordering.return.inspect", subject=returns.ref_of(found.id), acting=acting, at=at)
    if found.wanted == "exchange":
        refused = {line_id: each.refused for line_id, each in findings.items() if each.refused}
        exchanges.put_back(found, at=at, besides=refused)
    if not accepted:
        record_move(found, RETURN, "reject", acting=acting, at=at)
        told = {"number": found.number}
        orders.note(row.order, "return_rejected", vendor_order=row, data=told, acting=acting, at=at)
    elif found.wanted == "refund":
        _pay_back(row, found, accepted, acting=acting, at=at)
    return found.state


@operation
def send_replacement(*, return_id: UUID, tracking: Tracking, acting: Actor, at: datetime) -> None:
    """The replacement of an exchange is on its way; ReturnExchanged.

    Raises ReturnUnknown, NotYourPartner, MoveNotAllowed.
    """
    row, found = returns.locked(return_id, acting=acting)
    record_move(found, RETURN, "exchange", acting=acting, at=at, values={"changed_at": at})
    exchanges.ship_replacements(found, at=at)
    subject = returns.ref_of(found.id)
    fulfilment.send_again(row=row, subject=subject, tracking=tracking, acting=acting, at=at)
    publish(
        ReturnExchanged(
            return_id=str(found.id),
            number=found.number,
            vendor_order_id=str(row.id),
            order_id=str(row.order_id),
            vendor_id=str(row.vendor_id),
        ),
        acting=acting,
        subject=subject,
    )


def _checked(lines: list[ReturnLine], findings: Mapping[UUID, Finding]) -> dict[UUID, int]:
    wanted = {each.line_id: each.quantity for each in lines}
    if {line_id: each.all for line_id, each in findings.items()} != wanted or any(
        min(each.restocked, each.written_off, each.refused) < 0 for each in findings.values()
    ):
        raise parts.BadQuantities(available={str(key): count for key, count in wanted.items()})
    return {line_id: each.accepted for line_id, each in findings.items() if each.accepted}


def _note_findings(
    found: Return, lines: list[ReturnLine], findings: Mapping[UUID, Finding], *, at: datetime
) -> None:
    shelf = []
    for each in lines:
        finding = findings[each.line_id]
        ReturnLine.objects.filter(pk=each.pk).update(
            restocked_quantity=finding.restocked,
            written_off_quantity=finding.written_off,
            refused_quantity=finding.refused,
        )
        OrderLine.objects.filter(id=each.line_id).update(
            returned_quantity=F("returned_quantity") + finding.accepted,
            exchanged_quantity=F("exchanged_quantity")
            + (finding.accepted if found.wanted == "exchange" else 0),
        )
        if finding.restocked:
            shelf.append(StockLine(each.line.variant_id, finding.restocked))
    if shelf:
        stock.take_back(lines=shelf, subject=str(returns.ref_of(found.id)), at=at)


def _pay_back(
    row: VendorOrder, found: Return, accepted: dict[UUID, int], *, acting: Actor, at: datetime
) -> None:
    terms = after_sales.terms()
    is_all = not any(parts.kept_of(line) - accepted.get(line.id, 0) for line in parts.lines_of(row))
    delivery = reversing.delivery_left(row) if is_all and terms.is_delivery_refunded else 0
    undone = reversing.undo(
        row=row,
        wanted=Wanted(accepted, delivery_minor=delivery),
        kind="return",
        fee_bps=0 if found.is_vendors_fault else terms.restocking_bps,
        acting=acting,
        at=at,
    )
    amounts = {"refund_minor": undone.amount.minor, "fee_minor": undone.fee.minor}
    record_move(found, RETURN, "refund", acting=acting, at=at, values=amounts)
    told = {"number": found.number, **amounts, "currency": row.currency}
    orders.note(row.order, "return_refunded", vendor_order=row, data=told, acting=acting, at=at)
    publish(
        ReturnRefunded(
            return_id=str(found.id),
            number=found.number,
            vendor_order_id=str(row.id),
            order_id=str(row.order_id),
            vendor_id=str(row.vendor_id),
            amount_minor=undone.amount.minor,
            fee_minor=undone.fee.minor,
            currency=row.currency,
        ),
        acting=acting,
        subject=returns.ref_of(found.id),
    )
