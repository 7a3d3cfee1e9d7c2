"""A partner's share: recorded when the order is placed, theirs when it is fulfilled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from billing.events import TakeAccrued
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict, NotFound, Unprocessable
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import step
from shared_apps.ledger.domain.posting import Leg, post
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.settlement.domain.shares import (
    Share,
    ShareCut,
    is_within,
    release_legs,
    reversal_legs,
    subsidy_legs,
)
from tenant_apps.settlement.domain.terms import release_terms
from tenant_apps.settlement.events import EarningReduced, EarningReleased
from tenant_apps.settlement.lifecycle import EARNING
from tenant_apps.settlement.models import Earning, EarningReduction

__all__ = [
    "EarningPaidOut",
    "EarningUnknown",
    "MoreThanEarned",
    "Share",
    "ShareCut",
    "record_earnings",
    "reduce_earning",
    "release_earning",
    "remaining_share",
    "void_earning",
]


class EarningUnknown(NotFound):
    code, title = "earning_unknown", "Nothing was earned by this"


class EarningPaidOut(Conflict):
    code, title = "earning_released", "The partner's share was released already"


class MoreThanEarned(Unprocessable):
    code, title = "reduction_exceeds_earning", "No more can be taken off than was earned"


@step
def record_earnings(*, shares: Sequence[Share], at: datetime) -> None:
    """Note what partners will earn; the money stays in escrow.

    For discounts that the operator bears, promotion_cost -> escrow. A second earning for the same
    subject is refused by the database.
    """
    made = Earning.objects.bulk_create(_earning_of(share, at) for share in shares)
    for row in made:
        if row.subsidy_minor:
            post(
                kind="subsidy",
                key=f"subsidy:{row.id}",
                subject=Ref.parse(row.subject),
                legs=subsidy_legs(subsidy=Money(row.subsidy_minor, row.currency), ref=row.subject),
                at=at,
            )


@step
def release_earning(*, subject: Ref, acting: Actor, at: datetime) -> None:
    """Move a share out of escrow to whom it belongs; a repeat changes nothing.

    Effects: escrow -> partner, commission, commission tax, retained tax; saas_commission ->
    saas_payable for the platform's take; EarningReleased and, for the platform, TakeAccrued. It
    can be paid out after the operator's hold days. Raises EarningUnknown.
    """
    earning = _locked(subject)
    if earning.state != "held":
        return
    values = {
        "released_at": at,
        "released_minor": earning.amount_minor,
        "available_at": at + timedelta(days=release_terms().hold_days),
    }
    record_move(earning, EARNING, "release", acting=acting, at=at, values=values)
    share = cut_of(earning)
    legs = release_legs(
        share=share, partner_id=earning.partner_id, tax_code=earning.tax_code, ref=earning.subject
    )
    if legs:
        post(kind="release", key=f"release:{earning.id}", subject=subject, legs=legs, at=at)
    _announce_release(earning, acting=acting)
    _accrue(earning, share, key="release", sign=1, acting=acting, at=at)


@step
def reduce_earning(
    *, subject: Ref, by: ShareCut, key: str, acting: Actor, at: datetime
) -> ShareCut:
    """Take part of a share back, for a cancellation, a refund or a lost dispute; once per key.

    Before release it lowers what is held; nothing left is a voided earning. After release
    everybody gives their part back to escrow: the partner (below zero it is a debt, netted with
    the next payout), commission and taxes; saas_payable -> saas_commission and a negative
    TakeAccrued. An operator's subsidy leaves escrow, so that the gross remains there for the
    caller to send on (payments.domain.refunds.request_refund). EarningReduced. Returns what is
    left of the share. Raises EarningUnknown, MoreThanEarned.
    """
    earning = _locked(subject)
    if EarningReduction.objects.filter(key=key).exists():
        return cut_of(earning)
    left = cut_of(earning)
    if not is_within(by, left):
        raise MoreThanEarned(left=left.gross.as_json())
    if not by:
        return left
    reduction = EarningReduction.objects.create(
        key=key,
        earning=earning,
        is_after_release=earning.state == "released",
        actor=f"{acting.kind}:{acting.id}",
        at=at,
        **_columns(by),
    )
    rest = left - by
    Earning.objects.filter(pk=earning.pk).update(**_columns(rest))
    _post_reduction(earning, reduction, by, at=at)
    if earning.state == "held" and not rest:
        record_move(earning, EARNING, "void", acting=acting, at=at)
    _announce_reduction(earning, reduction, by, acting=acting, at=at)
    return rest


@step
def void_earning(*, subject: Ref, acting: Actor, at: datetime) -> None:
    """The share will not be earned: its order was cancelled before fulfilment; a repeat is harmless.

    Raises EarningPaidOut when it is the partner's already; reduce_earning can undo that.
    """
    earning = Earning.objects.select_for_update().filter(subject=str(subject)).first()
    if earning is None or earning.state == "voided":
        return
    if earning.state == "released":
        raise EarningPaidOut
    rest = cut_of(earning)
    if rest:
        reduce_earning(subject=subject, by=rest, key=f"void:{earning.id}", acting=acting, at=at)
        return
    record_move(earning, EARNING, "void", acting=acting, at=at)


def remaining_share(subject: Ref) -> ShareCut:
    """What is left of a share after every reduction; raises EarningUnknown. One query."""
    earning = Earning.objects.filter(subject=str(subject)).first()
    if earning is None:
        raise EarningUnknown
    return cut_of(earning)


def cut_of(row: Earning | EarningReduction) -> ShareCut:
    """The amounts of an earning, or of a reduction, as a value."""
    currency = row.currency if isinstance(row, Earning) else row.earning.currency
    return ShareCut(
        gross=Money(row.gross_minor, currency),
        subsidy=Money(row.subsidy_minor, currency),
        commission=Money(row.commission_minor, currency),
        commission_tax=Money(row.commission_tax_minor, currency),
        retained_tax=Money(row.retained_tax_minor, currency),
        take=Money(row.take_minor, currency),
    )


def _locked(subject: Ref) -> Earning:
    earning = Earning.objects.select_for_update().filter(subject=str(subject)).first()
    if earning is None:
        raise EarningUnknown
    return earning


def _earning_of(share: Share, at: datetime) -> Earning:
    return Earning(
        subject=str(share.subject),
        partner_id=share.partner_id,
        module=share.module,
        currency=share.gross.currency,
        tax_code=share.tax_code,
        take_bps=share.take_bps,
        tier_code=share.tier_code,
        tier_version=share.tier_version,
        created_at=at,
        **_columns(share.whole),
    )


def _columns(cut: ShareCut) -> dict[str, int]:
    return {
        "gross_minor": cut.gross.minor,
        "subsidy_minor": cut.subsidy.minor,
        "commission_minor": cut.commission.minor,
        "commission_tax_minor": cut.commission_tax.minor,
        "retained_tax_minor": cut.retained_tax.minor,
        "amount_minor": cut.amount.minor,
        "take_minor": cut.take.minor,
    }


def reduction_legs(earning: Earning, by: ShareCut, *, is_after_release: bool) -> list[Leg]:
    """What a reduction posts (rule): before release only the subsidy leaves escrow."""
    if not is_after_release:
        return subsidy_legs(subsidy=by.subsidy, ref=earning.subject, backwards=True)
    return reversal_legs(
        cut=by, partner_id=earning.partner_id, tax_code=earning.tax_code, ref=earning.subject
    )


def _post_reduction(
    earning: Earning, reduction: EarningReduction, by: ShareCut, *, at: datetime
) -> None:
    legs = reduction_legs(earning, by, is_after_release=reduction.is_after_release)
    if legs:
        post(
            kind="earning_reduced",
            key=f"earning_reduced:{reduction.id}",
            subject=Ref.parse(earning.subject),
            legs=legs,
            at=at,
        )


def _announce_release(earning: Earning, *, acting: Actor) -> None:
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


def _announce_reduction(
    earning: Earning, reduction: EarningReduction, by: ShareCut, *, acting: Actor, at: datetime
) -> None:
    publish(
        EarningReduced(
            earning_id=str(earning.id),
            subject=earning.subject,
            partner_id=str(earning.partner_id),
            amount_minor=by.amount.minor,
            commission_minor=by.commission.minor,
            take_minor=by.take.minor,
            currency=earning.currency,
            is_after_release=reduction.is_after_release,
        ),
        acting=acting,
    )
    if reduction.is_after_release:
        _accrue(earning, by, key=reduction.key, sign=-1, acting=acting, at=at)


def _accrue(
    earning: Earning, share: ShareCut, *, key: str, sign: int, acting: Actor, at: datetime
) -> None:
    """Tell the platform its take of this share, or that it gives it back."""
    if not share.take:
        return
    publish(
        TakeAccrued(
            subject=earning.subject,
            key=key,
            module=earning.module,
            gross_minor=sign * share.gross.minor,
            take_minor=sign * share.take.minor,
            currency=earning.currency,
            take_bps=earning.take_bps,
            tier_code=earning.tier_code,
            tier_version=earning.tier_version,
            accrued_at=at.isoformat(),
        ),
        acting=acting,
    )
