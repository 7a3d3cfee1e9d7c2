"""Who is to be paid, how much, when, and what stands in the way: the operator's list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared_apps.kernel.money import Money
from tenant_apps.partners.queries import PartnerSummary, partners_by_id
from tenant_apps.settlement.domain.balances import accounts_with_money, funds_of_all
from tenant_apps.settlement.domain.destinations import DestinationView, view_of
from tenant_apps.settlement.domain.rhythms import Rhythms
from tenant_apps.settlement.domain.schedules import Funds, next_payday
from tenant_apps.settlement.models import PayoutDestination


@dataclass(frozen=True, slots=True)
class Due:
    """One partner's money in one currency; `payday` is None for one who is paid by hand."""

    partner: PartnerSummary
    balance: Money
    funds: Funds
    minimum: Money
    payday: date | None
    destination: DestinationView | None

    @property
    def available(self) -> Money:
        return Money(self.funds.available, self.balance.currency)

    @property
    def waiting(self) -> Money:
        return Money(self.funds.waiting + self.funds.reserved, self.balance.currency)

    @property
    def can_be_paid(self) -> bool:
        is_ready = self.destination is not None and self.destination.is_ready
        return is_ready and self.funds.available > 0

    @property
    def problem(self) -> str:
        """Why nothing would be paid on the next payday, as a word; empty if something would."""
        if self.destination is None:
            return "no_destination"
        if not self.destination.is_ready:
            return "destination_not_ready"
        if not self.funds.available:
            return "waiting"
        return "below_minimum" if self.available < self.minimum else ""


def due_list(*, at: datetime) -> list[Due]:
    """Everybody with money on their account, the most first. Six queries at most."""
    accounts = accounts_with_money()
    ids = {partner_id for partner_id, _ in accounts}
    partners, rhythms = partners_by_id(ids), Rhythms()
    rows = PayoutDestination.objects.filter(partner_id__in=ids).exclude(state="retired")
    destinations: dict[UUID, DestinationView] = {row.partner_id: view_of(row) for row in rows}
    funds = funds_of_all(accounts, rhythms=rhythms, at=at)
    found = []
    for partner_id, balance in accounts:
        rhythm = rhythms.of(partner_id)
        found.append(
            Due(
                partner=partners[partner_id],
                balance=balance,
                funds=funds[partner_id, balance.currency],
                minimum=Money(rhythm.minimum(balance.currency), balance.currency),
                payday=next_payday(rhythm, after=at.date()),
                destination=destinations.get(partner_id),
            )
        )
    return sorted(found, key=lambda due: (-due.funds.available, due.partner.name))
