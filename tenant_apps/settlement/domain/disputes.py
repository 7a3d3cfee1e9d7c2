"""A customer's bank disputes a payment: freeze what it paid for, and share out a loss."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import step
from tenant_apps.payments.domain.disputes import recover_loss
from tenant_apps.settlement.domain.earnings import cut_of, reduce_earning
from tenant_apps.settlement.domain.shares import ShareCut, next_cut
from tenant_apps.settlement.domain.terms import release_terms
from tenant_apps.settlement.models import Earning, EarningFreeze


@step
def freeze_earnings(*, dispute_id: UUID, subjects: Sequence[str], at: datetime) -> None:
    """Nothing these subjects earned is paid out before the dispute is closed; once per dispute."""
    rows = Earning.objects.filter(subject__in=subjects).values_list("id", flat=True)
    EarningFreeze.objects.bulk_create(
        [
            EarningFreeze(earning_id=earning_id, dispute=str(dispute_id), at=at)
            for earning_id in rows
        ],
        ignore_conflicts=True,
    )


@step
def close_dispute(
    *, dispute_id: UUID, is_lost: bool, parts: Sequence[tuple[str, Money]], at: datetime
) -> None:
    """Unfreeze what the dispute was about and, if it is lost, take from each who bears it.

    As the operator's terms say, per subject: `both` give back their part of the amount, the
    `vendor` alone gives back all of it, or the `operator` bears it, as the books have it already.
    What is taken goes by escrow to chargeback_loss. Wins before the freeze came: the freeze is
    written as lifted. A repeat changes nothing.
    """
    freeze_earnings(dispute_id=dispute_id, subjects=[subject for subject, _ in parts], at=at)
    frozen = EarningFreeze.objects.filter(dispute=str(dispute_id), lifted_at=None)
    frozen.update(lifted_at=at)
    bearer = release_terms().dispute_loss
    if not is_lost or bearer == "operator":
        return
    for subject, amount in parts:
        _take_back(dispute_id, Ref.parse(subject), amount, bearer=bearer, at=at)


def loss_cut(*, left: ShareCut, lost: Money, bearer: str) -> ShareCut:
    """What a loss takes off a share of which `left` is left (rule); never more than that."""
    gross = min(lost, left.gross)
    nothing = ShareCut.nothing(lost.currency)
    if not gross:
        return nothing
    if bearer == "vendor":
        return ShareCut(gross, *nothing.parts()[1:])
    return next_cut(whole=left, part=gross.minor, parts=left.gross.minor, done=nothing)


def _take_back(dispute_id: UUID, subject: Ref, lost: Money, *, bearer: str, at: datetime) -> None:
    earning = Earning.objects.select_for_update().filter(subject=str(subject)).first()
    if earning is None or earning.state == "voided":
        return
    by = loss_cut(left=cut_of(earning), lost=lost, bearer=bearer)
    if not by:
        return
    key = f"dispute:{dispute_id}:{earning.id}"
    reduce_earning(subject=subject, by=by, key=key, acting=SYSTEM, at=at)
    recover_loss(
        dispute_id=dispute_id, split_subject=subject, amount=by.gross, acting=SYSTEM, at=at
    )
