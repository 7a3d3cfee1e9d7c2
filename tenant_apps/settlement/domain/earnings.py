"""A partner's share: recorded when the order is placed, theirs when it is fulfilled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.events import TakeAccrued
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict, NotFound
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import step
from shared_apps.ledger.domain.posting import Leg, post
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.settlement.events import EarningReleased
from tenant_apps.settlement.lifecycle import EARNING
from tenant_apps.settlement.models import Earning


class EarningUnknown(NotFound):
    code, title = "earning_unknown", "Nothing was earned by this"


class EarningPaidOut(Conflict):
    code, title = "earning_released", "The partner's share was released already"


@dataclass(frozen=True, slots=True)
class Share:
    """How the price of one subject divides; gross = amount + commission + tax."""

    subject: Ref
    partner_id: UUID
    module: str
    gross: Money
    commission: Money
    tax: Money
    tax_code: str
    take: Money
    take_bps: int
    tier_code: str
    tier_version: int

    @property
    def amount(self) -> Money:
        return self.gross - self.commission - self.tax


@step
def record_earnings(*, shares: Sequence[Share], at: datetime) -> None:
    """Note what partners will earn; the money stays in escrow.

    A second earning for the same subject is refused by the database.
    """
    Earning.objects.bulk_create(
        Earning(
            subject=str(share.subject),
            partner_id=share.partner_id,
            module=share.module,
            currency=share.gross.currency,
            gross_minor=share.gross.minor,
            commission_minor=share.commission.minor,
            tax_minor=share.tax.minor,
            tax_code=share.tax_code,
            amount_minor=share.amount.minor,
            take_minor=share.take.minor,
            take_bps=share.take_bps,
            tier_code=share.tier_code,
            tier_version=share.tier_version,
            created_at=at,
        )
        for share in shares
    )


@step
def release_earning(*, subject: Ref, acting: Actor, at: datetime) -> None:
    """Move a share out of escrow to whom it belongs; a repeat changes nothing.

    Effects: escrow -> partner, commission, tax; saas_commission -> saas_payable for the
    platform's take; EarningReleased and, for the platform, TakeAccrued. Raises EarningUnknown.
    """
    earning = Earning.objects.select_for_update().filter(subject=str(subject)).first()
    if earning is None:
        raise EarningUnknown
    if earning.state != "held":
        return
    record_move(earning, EARNING, "release", acting=acting, at=at, values={"released_at": at})
    legs = _legs_of(earning)
    if legs:
        post(
            kind="release",
            key=f"release:{earning.id}",
            subject=subject,
            legs=legs,
            at=at,
        )
    _announce(earning, acting=acting, at=at)


@step
def void_earning(*, subject: Ref, acting: Actor, at: datetime) -> None:
    """The share will not be earned: its order was cancelled before fulfilment.

    Raises EarningPaidOut when it is the partner's already.
    """
    earning = Earning.objects.select_for_update().filter(subject=str(subject)).first()
    if earning is not None and earning.state == "released":
        raise EarningPaidOut
    if earning is not None and earning.state == "held":
        record_move(earning, EARNING, "void", acting=acting, at=at)


def _legs_of(earning: Earning) -> list[Leg]:
    wanted = [
        ("escrow", f"vendor:{earning.partner_id}", earning.amount_minor),
        ("escrow", "commission", earning.commission_minor),
        ("escrow", f"tax:{earning.tax_code or 'standard'}", earning.tax_minor),
        ("saas_commission", "saas_payable", earning.take_minor),
    ]
    return [
        Leg(debit, credit, Money(minor, earning.currency), ref=earning.subject)
        for debit, credit, minor in wanted
        if minor
    ]


def _announce(earning: Earning, *, acting: Actor, at: datetime) -> None:
    publish(
        EarningReleased(
            earning_id=str(earning.id),
            subject=earning.subject,
            partner_id=str(earning.partner_id),
            amount_minor=earning.amount_minor,
            commission_minor=earning.commission_minor,
            take_minor=earning.take_minor,
            currency=earning.currency,
        ),
        acting=acting,
    )
    if earning.take_minor:
        publish(
            TakeAccrued(
                subject=earning.subject,
                module=earning.module,
                gross_minor=earning.gross_minor,
                take_minor=earning.take_minor,
                currency=earning.currency,
                take_bps=earning.take_bps,
                tier_code=earning.tier_code,
                tier_version=earning.tier_version,
                accrued_at=at.isoformat(),
            ),
            acting=acting,
        )
