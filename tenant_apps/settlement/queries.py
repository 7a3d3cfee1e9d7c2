"""What partners and operators may see of earnings and payouts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count

from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import Page, page_of
from shared_apps.kernel.ref import Ref
from tenant_apps.settlement.models import Earning, EarningReduction, Payout

PAYOUT_PREFIX = "pout"
RULE_PREFIX = "crule"
FILE_PREFIX = "bfile"


@dataclass(frozen=True, slots=True)
class EarningView:
    """What is left of an earning after every reduction."""

    subject: Ref
    partner_id: UUID
    gross: Money
    subsidy: Money
    commission: Money
    commission_tax: Money
    retained_tax: Money
    amount: Money
    take: Money
    take_bps: int
    tier_code: str
    tier_version: int
    state: str
    released_at: datetime | None
    available_at: datetime | None


def earnings_of(subjects: Iterable[Ref]) -> dict[str, EarningView]:
    """Earnings by the text of their subject. One query."""
    rows = Earning.objects.filter(subject__in=[str(subject) for subject in subjects])
    return {row.subject: view_of(row) for row in rows}


def view_of(row: Earning) -> EarningView:
    currency = row.currency
    return EarningView(
        subject=Ref.parse(row.subject),
        partner_id=row.partner_id,
        gross=Money(row.gross_minor, currency),
        subsidy=Money(row.subsidy_minor, currency),
        commission=Money(row.commission_minor, currency),
        commission_tax=Money(row.commission_tax_minor, currency),
        retained_tax=Money(row.retained_tax_minor, currency),
        amount=Money(row.amount_minor, currency),
        take=Money(row.take_minor, currency),
        take_bps=row.take_bps,
        tier_code=row.tier_code,
        tier_version=row.tier_version,
        state=row.state,
        released_at=row.released_at,
        available_at=row.available_at,
    )


@dataclass(frozen=True, slots=True)
class PayoutView:
    """One payout as operators and its partner may see it."""

    id: UUID
    partner_id: UUID
    partner_name: str
    amount: Money
    method: str
    hint: str
    state: str
    failure_code: str
    attempt: int
    batch: str
    earning_count: int
    created_at: datetime
    paid_at: datetime | None
    failed_at: datetime | None

    @property
    def public_id(self) -> str:
        return public_id(PAYOUT_PREFIX, self.id)


def payouts_page(
    *,
    states: Collection[str] = (),
    partner_id: UUID | None = None,
    cursor: str = "",
    limit: int = 25,
) -> Page[PayoutView]:
    """Payouts, latest first. One query."""
    rows = Payout.objects.select_related("partner", "destination", "batch").annotate(
        earning_count=Count("earnings")
    )
    if states:
        rows = rows.filter(state__in=states)
    if partner_id is not None:
        rows = rows.filter(partner_id=partner_id)
    page = page_of(rows, cursor=cursor, limit=limit)
    return Page([_payout(row) for row in page.items], page.next_cursor, page.prev_cursor)


def payout_with(payout_id: UUID) -> PayoutView | None:
    """One payout, None if there is none. One query."""
    rows = Payout.objects.select_related("partner", "destination", "batch")
    row = rows.annotate(earning_count=Count("earnings")).filter(id=payout_id).first()
    return _payout(row) if row else None


def payout_counts() -> dict[str, int]:
    """How many payouts are in each state. One query."""
    rows = Payout.objects.values_list("state").annotate(number=Count("id"))
    return dict(rows.order_by())


def earnings_page(
    *, partner_id: UUID | None = None, cursor: str = "", limit: int = 25
) -> Page[EarningView]:
    """Earnings, latest first; without a partner, everybody's. One query."""
    rows = Earning.objects.all()
    if partner_id is not None:
        rows = rows.filter(partner_id=partner_id)
    page = page_of(rows, cursor=cursor, limit=limit)
    return Page([view_of(row) for row in page.items], page.next_cursor, page.prev_cursor)


def earned_by_week(
    partner_id: UUID, currency: str, *, weeks: int, at: datetime
) -> list[tuple[date, int]]:
    """What was released in each of the last weeks (Monday, minor units), less what came off. Two queries."""
    monday = at.date() - timedelta(days=at.weekday())
    start = monday - timedelta(weeks=weeks - 1)
    since = datetime.combine(start, time(), UTC)
    released = Earning.objects.filter(
        partner_id=partner_id, currency=currency, state="released", released_at__gte=since
    ).values_list("released_at", "released_minor")
    reduced = EarningReduction.objects.filter(
        earning__partner_id=partner_id,
        earning__currency=currency,
        is_after_release=True,
        at__gte=since,
    ).values_list("at", "amount_minor")
    sums = [0] * weeks
    for signs, rows in ((1, released), (-1, reduced)):
        for moment, minor in rows:
            place = ((moment or at).date() - start).days // 7
            sums[min(place, weeks - 1)] += signs * (minor or 0)
    return [(start + timedelta(weeks=number), minor) for number, minor in enumerate(sums)]


def _payout(row: Any) -> PayoutView:
    return PayoutView(
        id=row.id,
        partner_id=row.partner_id,
        partner_name=row.partner.name,
        amount=row.amount,
        method=row.method,
        hint=row.destination.hint,
        state=row.state,
        failure_code=row.failure_code,
        attempt=row.attempt,
        batch=row.batch.key,
        earning_count=row.earning_count,
        created_at=row.created_at,
        paid_at=row.paid_at,
        failed_at=row.failed_at,
    )
