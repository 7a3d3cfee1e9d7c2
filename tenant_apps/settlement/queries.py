"""What partners and operators may see of earnings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from tenant_apps.settlement.models import Earning


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
