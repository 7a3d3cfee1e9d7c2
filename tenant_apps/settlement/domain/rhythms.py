"""The operator's payout terms: for everybody, and for one partner."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.money import BASIS_POINTS
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.partners.permissions import require_operator
from tenant_apps.partners.queries import partner_with
from tenant_apps.settlement.domain.schedules import PayoutRhythm
from tenant_apps.settlement.domain.terms import BadTerms
from tenant_apps.settlement.models import PayoutTerms

RESERVE_DAYS_MAX = 365


class Rhythms:
    """Everybody's terms and the exceptions, read once. One query."""

    def __init__(self) -> None:
        self.usual = PayoutRhythm()
        self.exceptions: dict[UUID, PayoutRhythm] = {}
        for row in PayoutTerms.objects.all():
            if row.partner_id is None:
                self.usual = _rhythm_of(row)
            else:
                self.exceptions[row.partner_id] = _rhythm_of(row)

    def of(self, partner_id: UUID) -> PayoutRhythm:
        return self.exceptions.get(partner_id, self.usual)


@operation
def choose_rhythm(
    *, partner_id: UUID | None, rhythm: PayoutRhythm, acting: Actor, at: datetime
) -> None:
    """Decide how one partner, or without one everybody, is paid; audited.

    Raises BadTerms, PartnerNotFound, NotAllowed.
    """
    require_operator(acting)
    _check(rhythm)
    if partner_id is not None:
        partner_with(partner_id)
    columns = {
        "schedule": rhythm.schedule,
        "weekday": rhythm.weekday,
        "minimums": dict(rhythm.minimums),
        "reserve_bps": rhythm.reserve_bps,
        "reserve_days": rhythm.reserve_days,
    }
    rows = PayoutTerms.objects.select_for_update()
    about = rows.filter(partner=None) if partner_id is None else rows.filter(partner_id=partner_id)
    if not about.update(**columns):
        PayoutTerms.objects.create(partner_id=partner_id, **columns)
    record(
        "settlement.payout_terms.choose",
        subject=Ref("settlement.payout_terms", str(partner_id or "everybody")),
        acting=acting,
        at=at,
        changes={"schedule": rhythm.schedule, "reserve_bps": rhythm.reserve_bps},
    )


@operation
def drop_exception(*, partner_id: UUID, acting: Actor, at: datetime) -> None:
    """Pay a partner like everybody else again; audited. Raises NotAllowed."""
    require_operator(acting)
    PayoutTerms.objects.filter(partner_id=partner_id).delete()
    record(
        "settlement.payout_terms.drop_exception",
        subject=Ref("settlement.payout_terms", str(partner_id)),
        acting=acting,
        at=at,
    )


def _check(rhythm: PayoutRhythm) -> None:
    errors: dict[str, list[str]] = {}
    if rhythm.schedule not in PayoutTerms.Schedule.values:
        errors["schedule"] = ["Choose daily, weekly, biweekly, monthly or manual."]
    if not 0 <= rhythm.weekday <= 6:
        errors["weekday"] = ["Choose a day of the week."]
    if not 0 <= rhythm.reserve_bps <= BASIS_POINTS:
        errors["reserve"] = ["Between 0 and 100 per cent."]
    if not 0 <= rhythm.reserve_days <= RESERVE_DAYS_MAX:
        errors["reserve_days"] = [f"Between 0 and {RESERVE_DAYS_MAX} days."]
    if any(minor < 0 for minor in rhythm.minimums.values()):
        errors["minimum"] = ["Zero or more."]
    if errors:
        raise BadTerms(errors=errors)


def _rhythm_of(row: PayoutTerms) -> PayoutRhythm:
    return PayoutRhythm(
        schedule=row.schedule,
        weekday=row.weekday,
        minimums=row.minimums,
        reserve_bps=row.reserve_bps,
        reserve_days=row.reserve_days,
    )
