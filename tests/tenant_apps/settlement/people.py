"""Shares of an invented vendor order, in the bound tenant."""

from __future__ import annotations

from uuid import UUID, uuid4

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from shared_apps.ledger.domain.checks import check_books
from shared_apps.ledger.domain.posting import Leg, post
from tenant_apps.settlement.domain.destinations import Details, choose_destination
from tenant_apps.settlement.domain.disputes import freeze_earnings
from tenant_apps.settlement.domain.earnings import (
    Share,
    ShareCut,
    record_earnings,
    reduce_earning,
    release_earning,
)
from tests.world import NOW


def euro(minor: int) -> Money:
    return Money(minor, "EUR")


def cut(gross: int, *, currency: str = "EUR", **parts: int) -> ShareCut:
    names = ("subsidy", "commission", "commission_tax", "retained_tax", "take")
    amounts = (gross, *(parts.pop(name, 0) for name in names))
    assert not parts
    return ShareCut(*(Money(minor, currency) for minor in amounts))


# reference/marketplace.md iii: 3 x 19.99 less 6.00, 12.5 % and 20 % of it: the vendor earns 47.23.
VECTOR = cut(5397, commission=562, commission_tax=112, take=360)


def share_of(partner_id: UUID, whole: ShareCut = VECTOR, subject: Ref | None = None) -> Share:
    return Share(
        subject=subject or Ref("ordering.vendor_order", str(uuid4())),
        partner_id=partner_id,
        module="marketplace",
        gross=whole.gross,
        subsidy=whole.subsidy,
        commission=whole.commission,
        commission_tax=whole.commission_tax,
        retained_tax=whole.retained_tax,
        tax_code="standard",
        take=whole.take,
        take_bps=800,
        tier_code="growth",
        tier_version=1,
    )


@operation
def sell(partner_id: UUID, whole: ShareCut = VECTOR, *, at=NOW) -> Ref:
    """Money of a customer in escrow, and the earning it is for."""
    share = share_of(partner_id, whole)
    legs = [Leg("clearing:stripe", "escrow", whole.gross, ref=str(share.subject))]
    post(kind="test_capture", key=f"test:{share.subject}", legs=legs, at=at)
    record_earnings(shares=[share], at=at)
    return share.subject


@operation
def release(subject: Ref, *, at=NOW) -> None:
    release_earning(subject=subject, acting=SYSTEM, at=at)


@operation
def reduce(subject: Ref, by: ShareCut, key: str, *, at=NOW) -> ShareCut:
    """Take it off, and send the customer's money out of escrow."""
    rest = reduce_earning(subject=subject, by=by, key=key, acting=SYSTEM, at=at)
    if by.gross:
        legs = [Leg("escrow", "refunds_in_transit", by.gross, ref=str(subject))]
        post(kind="test_refund", key=f"test_refund:{key}", legs=legs, at=at)
    return rest


def earn(partner_id: UUID, whole: ShareCut = VECTOR, *, at=NOW) -> Ref:
    subject = sell(partner_id, whole, at=at)
    release(subject, at=at)
    return subject


@operation
def freeze(subject: Ref, dispute: str) -> None:
    freeze_earnings(dispute_id=dispute, subjects=[str(subject)], at=NOW)


def bank_of(partner_id: UUID, iban: str = "DE89 3704 0044 0532 0130 00") -> UUID:
    """Have a partner paid to a bank account."""
    return choose_destination(
        partner_id=partner_id,
        kind="bank",
        details=Details(name="Pottery Ltd", iban=iban),
        acting=SYSTEM,
        at=NOW,
    )


def assert_books_hold() -> None:
    assert [(check.name, check.offending) for check in check_books() if not check.holds] == []
