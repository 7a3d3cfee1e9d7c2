"""What partners have with the operator: from the books, less what waits or is kept back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Greatest

from shared_apps.kernel.money import Money
from shared_apps.kernel.transactions import step
from shared_apps.ledger import queries as ledger
from tenant_apps.settlement.domain.rhythms import Rhythms
from tenant_apps.settlement.domain.schedules import Funds, PayoutRhythm, reserve_of
from tenant_apps.settlement.models import Earning, EarningFreeze

_PREFIX = "vendor"


@dataclass(frozen=True, slots=True)
class PartnerFunds:
    """One partner's funds in one currency; `held` is not released yet, so not in the books."""

    partner_id: UUID
    currency: str
    funds: Funds
    held: int

    def _money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    @property
    def balance(self) -> Money:
        return self._money(self.funds.balance)

    @property
    def available(self) -> Money:
        return self._money(self.funds.available)

    @property
    def pending(self) -> Money:
        """Earned but not to be paid yet: in escrow, in its hold days, or frozen."""
        return self._money(self.held + self.funds.waiting)

    @property
    def reserved(self) -> Money:
        return self._money(self.funds.reserved)

    @property
    def debt(self) -> Money:
        return self._money(self.funds.debt)


def account_of(partner_id: UUID) -> str:
    return f"{_PREFIX}:{partner_id}"


def unfrozen() -> Q:
    return ~Q(Exists(EarningFreeze.objects.filter(earning=OuterRef("pk"), lifted_at=None)))


def payable_now(at: datetime) -> Q:
    """Past its hold days and not frozen by any dispute."""
    return Q(available_at__lte=at) & unfrozen()


def unpaid(partner_id: UUID, currency: str) -> QuerySet[Earning]:
    """Released earnings that no payout carries."""
    return Earning.objects.filter(
        partner_id=partner_id, currency=currency, state="released", payout=None
    )


def payable_earnings(partner_id: UUID, currency: str, *, at: datetime) -> QuerySet[Earning]:
    """Those of them past their hold days that no dispute freezes."""
    return unpaid(partner_id, currency).filter(payable_now(at))


@step
def lock_payable(partner_id: UUID, currency: str, *, at: datetime) -> list[UUID]:
    """Lock what could be paid now, in the order of its ids; says which."""
    rows = payable_earnings(partner_id, currency, at=at).select_for_update()
    return list(rows.order_by("pk").values_list("pk", flat=True))


def funds_of(
    *,
    partner_id: UUID,
    balance: Money,
    rhythm: PayoutRhythm,
    ready: Collection[UUID] | None = None,
    at: datetime,
) -> Funds:
    """Divide a balance into what waits, what is kept back and the rest. Two queries.

    `ready` are the earnings that do not wait; unless given, those that may be paid now.
    """
    currency = balance.currency
    if ready is None:
        ready = list(payable_earnings(partner_id, currency, at=at).values_list("pk", flat=True))
    waiting = unpaid(partner_id, currency).exclude(pk__in=ready)
    recent = Earning.objects.filter(
        partner_id=partner_id,
        currency=currency,
        state="released",
        released_at__gt=at - timedelta(days=rhythm.reserve_days),
    ).exclude(pk__in=waiting.values("pk"))
    released = _sum_of(recent) if rhythm.reserve_bps else 0
    return Funds(
        balance=balance.minor,
        waiting=_sum_of(waiting),
        reserved=reserve_of(released=released, rhythm=rhythm),
    )


def balances_of(partner_id: UUID, *, at: datetime) -> list[PartnerFunds]:
    """A partner's funds in every currency they ever had. Four queries, and two per currency."""
    held = _held_by_currency(partner_id)
    found = ledger.balances(account_of(partner_id)).get(account_of(partner_id), [])
    amounts = {amount.currency: amount for amount in found}
    rhythm = Rhythms().of(partner_id)
    return [
        PartnerFunds(
            partner_id,
            currency,
            funds_of(
                partner_id=partner_id,
                balance=amounts.get(currency, Money.zero(currency)),
                rhythm=rhythm,
                at=at,
            ),
            held.get(currency, 0),
        )
        for currency in sorted({*amounts, *held})
    ]


def funds_of_all(
    accounts: Sequence[tuple[UUID, Money]], *, rhythms: Rhythms, at: datetime
) -> dict[tuple[UUID, str], Funds]:
    """The funds of many accounts at once, by partner and currency. Two queries."""
    ids = {partner_id for partner_id, _ in accounts}
    released = Earning.objects.filter(partner_id__in=ids, state="released")
    ready = payable_now(at)
    waiting = _sums_by_account(released.filter(payout=None).exclude(ready))
    reserves = _lately_released(released, rhythms, at=at)
    return {
        (partner_id, balance.currency): Funds(
            balance=balance.minor,
            waiting=waiting.get((partner_id, balance.currency), 0),
            reserved=reserve_of(
                released=reserves.get((partner_id, balance.currency), 0),
                rhythm=rhythms.of(partner_id),
            ),
        )
        for partner_id, balance in accounts
    }


def _lately_released(
    released: QuerySet[Earning], rhythms: Rhythms, *, at: datetime
) -> dict[tuple[UUID, str], int]:
    """What counts for the reserves of those who have one, by partner and currency."""
    kept = [rhythms.usual, *rhythms.exceptions.values()]
    days = max((each.reserve_days for each in kept if each.reserve_bps), default=0)
    if not days:
        return {}
    rows = released.exclude(Q(payout=None) & ~payable_now(at)).filter(
        released_at__gt=at - timedelta(days=days)
    )
    sums: dict[tuple[UUID, str], int] = {}
    columns = ("partner_id", "currency", "released_at", "amount_minor")
    for partner_id, currency, released_at, minor in rows.values_list(*columns):
        since = at - timedelta(days=rhythms.of(partner_id).reserve_days)
        if released_at is not None and released_at > since:
            key = (partner_id, currency)
            sums[key] = sums.get(key, 0) + max(0, minor)
    return sums


def accounts_with_money() -> list[tuple[UUID, Money]]:
    """Partners with something on their account, by currency. One query."""
    return [
        (UUID(code.partition(":")[2]), amount)
        for code, amounts in ledger.balances(_PREFIX).items()
        for amount in amounts
        if amount.minor > 0
    ]


def _sums_by_account(rows: QuerySet[Earning]) -> dict[tuple[UUID, str], int]:
    sums = rows.values_list("partner_id", "currency").annotate(
        minor=Sum(Greatest("amount_minor", 0))
    )
    return {(partner_id, currency): minor for partner_id, currency, minor in sums.order_by()}


def _held_by_currency(partner_id: UUID) -> dict[str, int]:
    rows = Earning.objects.filter(partner_id=partner_id, state="held").values_list("currency")
    return dict(rows.annotate(held=Sum("amount_minor")).order_by())


def _sum_of(rows: QuerySet[Earning]) -> int:
    """An amount below zero is a debt that the balance knows already; it waits for nothing."""
    return rows.aggregate(minor=Sum(Greatest("amount_minor", 0)))["minor"] or 0
