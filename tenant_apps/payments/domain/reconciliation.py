"""Our clearing against the provider's statement: day by day, and what to do where they differ."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist

from shared_apps.gateways.registry import capabilities_of
from shared_apps.gateways.statement import BalanceMovement, MovementKind
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from shared_apps.ledger.domain.posting import Leg, post
from tenant_apps.payments.domain.accounts import gateway_of
from tenant_apps.payments.domain.charges import SAVED_MARK, settle_payment
from tenant_apps.payments.domain.disputes import follow_dispute
from tenant_apps.payments.domain.matching import (
    Difference,
    Entry,
    booked_entries,
    differences,
    is_own_withdrawal,
    keyed,
    sums_by_day,
    things_of,
)
from tenant_apps.payments.domain.refunds import refresh_refund
from tenant_apps.payments.models import (
    Discrepancy,
    Dispute,
    GatewayAccount,
    Payment,
    ReconciledDay,
    Refund,
)

# Providers and we may put the same minute on two sides of midnight.
_SLACK = timedelta(days=2)
_PAGES_MAX = 100
DAYS_COMPARED = 7
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one round found for one account."""

    account_id: UUID
    days: int
    differences: Sequence[Difference]


def reconcile_accounts(*, days: int, at: datetime) -> list[Comparison]:
    """Compare every account whose provider has a statement over the last days (journey).

    An account whose provider does not answer is logged and left for the next round.
    """
    found = []
    for account in GatewayAccount.objects.filter(state__in=["active", "retired"]).order_by("id"):
        if not capabilities_of(account.kind).movements:
            continue
        try:
            found.append(reconcile_account(account_id=account.id, days=days, at=at))
        except DomainError as error:
            _log.warning("not compared", extra={"account": str(account.id), "code": error.code})
    return found


def reconcile_account(*, account_id: UUID, days: int, at: datetime) -> Comparison:
    """Compare one account's clearing with its provider's statement (journey).

    Reads the statement; books what only the provider can know (payouts to the operator's own bank,
    fees of its own); asks again about whatever of ours differs, which takes over late news; then
    writes each day's two sums and the differences that are left. Raises what the provider raises.
    """
    account = GatewayAccount.objects.get(id=account_id)
    since = at - timedelta(days=days)
    movements = _movements(account, since - _SLACK)
    _book_own(account, movements)
    names = _names(account, movements)
    reported = [_reported(names, movement) for movement in movements]
    booked = _booked(account, since, reported)
    found = differences(things_of(booked), things_of(reported), since=since, at=at)
    asked = [each for each in found if _ask_again(account, each, at=at)]
    if asked:
        booked = _booked(account, since, reported)
        found = differences(things_of(booked), things_of(reported), since=since, at=at)
    _write(account.id, booked, reported, found, since=since.date(), at=at)
    return Comparison(account.id, days, found)


def _movements(account: GatewayAccount, since: datetime) -> list[BalanceMovement]:
    gateway = gateway_of(account)
    found: list[BalanceMovement] = []
    cursor = ""
    for _page in range(_PAGES_MAX):
        page = gateway.balance_movements(since=since, cursor=cursor)
        found += page.items
        cursor = page.next_cursor
        if not cursor:
            break
    return found


@dataclass(frozen=True, slots=True)
class Names:
    """Under which name our books know what a provider's statement names by its own ids."""

    charges: Mapping[str, UUID]
    references: Mapping[str, UUID]
    refunds: Mapping[str, UUID]
    disputes: Mapping[str, UUID]

    def of(self, movement: BalanceMovement) -> str:
        """The thing's name, `theirs:<id>` for one we know nothing of."""
        known: UUID | str | None = None
        word = movement.kind.value
        if movement.kind is MovementKind.FEE:
            word, known = "provider_fee", movement.id
        elif is_own_withdrawal(movement):
            word, known = "bank_payout", movement.id
        elif movement.kind is MovementKind.DISPUTE:
            known = self.disputes.get(movement.source_id)
        elif movement.kind is MovementKind.REFUND:
            known = self.refunds.get(movement.source_id)
        elif movement.kind is MovementKind.CHARGE:
            by_reference = self.references.get(movement.reference.removesuffix(SAVED_MARK))
            word, known = "payment", self.charges.get(movement.source_id) or by_reference
        else:
            known = movement.reference
        return keyed(f"{word}:{known}", movement.net) if known else f"theirs:{movement.id}"


def _names(account: GatewayAccount, movements: Sequence[BalanceMovement]) -> Names:
    sources = {movement.source_id for movement in movements} - {""}
    references = {movement.reference.removesuffix(SAVED_MARK) for movement in movements} - {""}
    payments = Payment.objects.filter(account=account)
    refunds = Refund.objects.filter(payment__account=account, provider_id__in=sources)
    disputes = Dispute.objects.filter(payment__account=account, provider_id__in=sources)
    by_charge = payments.filter(charge_id__in=sources)
    by_reference = payments.filter(reference__in=references)
    return Names(
        charges=dict(by_charge.values_list("charge_id", "id")),
        references=dict(by_reference.values_list("reference", "id")),
        refunds=dict(refunds.values_list("provider_id", "id")),
        disputes=dict(disputes.values_list("provider_id", "id")),
    )


def _reported(names: Names, movement: BalanceMovement) -> Entry:
    """A movement under the name that our books have for it."""
    key = names.of(movement)
    amount, fee, nothing = movement.amount, movement.fee, Money.zero(movement.amount.currency)
    if key.startswith(("dispute:", "bank_payout:")):
        amount, fee = movement.net, nothing
    elif key.startswith("provider_fee:"):
        amount, fee = nothing, -movement.net
    return Entry(key, amount, fee, movement.at, movement.source_id)


def _booked(account: GatewayAccount, since: datetime, reported: Sequence[Entry]) -> list[Entry]:
    """Our entries on the account's clearing. Another account of the same provider shares it."""
    entries = booked_entries(f"clearing:{account.kind}", since=since - _SLACK)
    others = _of_other_accounts(account, entries)
    ids = {entry.key.split(":")[1]: entry.key for entry in reported if ":" in entry.key}
    return [
        _renamed(entry, ids)
        for entry in entries
        if ":".join(entry.key.split(":")[:2]) not in others
    ]


def _renamed(entry: Entry, ids: dict[str, str]) -> Entry:
    """A payout of another room is known there by its own name and there and here by its id."""
    name, _, rest = entry.key.partition(":")
    if "." not in name or rest not in ids:
        return entry
    return Entry(ids[rest], entry.amount, entry.fee, entry.at, entry.source_id)


def _of_other_accounts(account: GatewayAccount, entries: Collection[Entry]) -> set[str]:
    """Names of the things among the entries that another account of this provider made."""
    ids: dict[str, list[str]] = {"payment": [], "refund": [], "dispute": []}
    for entry in entries:
        name, identifier, *_rest = [*entry.key.split(":"), ""]
        if name in ids:
            ids[name].append(identifier)
    payments = Payment.objects.filter(id__in=ids["payment"]).exclude(account=account)
    refunds = Refund.objects.filter(id__in=ids["refund"]).exclude(payment__account=account)
    disputes = Dispute.objects.filter(id__in=ids["dispute"]).exclude(payment__account=account)
    found = {f"payment:{each}" for each in payments.values_list("id", flat=True)}
    found |= {f"refund:{each}" for each in refunds.values_list("id", flat=True)}
    return found | {f"dispute:{each}" for each in disputes.values_list("id", flat=True)}


def _book_own(account: GatewayAccount, movements: Sequence[BalanceMovement]) -> None:
    for movement in movements:
        if is_own_withdrawal(movement) and movement.net:
            _book(account, movement, "bank_payout", "bank")
        elif movement.kind is MovementKind.FEE and movement.net:
            _book(account, movement, "gateway_fee", "gateway_fees")


@operation
def _book(account: GatewayAccount, movement: BalanceMovement, kind: str, other: str) -> None:
    """Post what the provider did by itself, once per movement: its own account is lower or higher."""
    clearing, net = f"clearing:{account.kind}", movement.net
    amount = Money(abs(net.minor), net.currency)
    leg = Leg(other, clearing, amount) if net.minor < 0 else Leg(clearing, other, amount)
    name = "bank_payout" if kind == "bank_payout" else "provider_fee"
    post(
        kind=kind,
        key=f"{name}:{account.id}:{movement.id}"[:200],
        subject=Ref(f"payments.{name}", movement.id),
        legs=[leg],
        at=movement.at,
    )


def _ask_again(account: GatewayAccount, difference: Difference, *, at: datetime) -> bool:
    """Have the provider tell how a thing of ours stands; whether that could be done."""
    name, identifier, *_rest = [*difference.key.split(":"), ""]
    asking: Mapping[str, Callable[[UUID], object]] = {
        "payment": lambda payment_id: settle_payment(payment_id=payment_id, at=at),
        "refund": lambda refund_id: refresh_refund(refund_id=refund_id, at=at),
        "dispute": lambda dispute_id: follow_dispute(
            account_id=account.id,
            provider_id=Dispute.objects.get(id=dispute_id).provider_id,
            at=at,
        ),
    }
    if name not in asking:
        return False
    try:
        asking[name](UUID(identifier))
    except (DomainError, ObjectDoesNotExist) as error:
        _log.info("not asked again", extra={"key": difference.key, "reason": str(error)})
        return False
    return True


@operation
def _write(
    account_id: UUID,
    booked: Sequence[Entry],
    reported: Sequence[Entry],
    found: Sequence[Difference],
    *,
    since: date,
    at: datetime,
) -> None:
    """Keep the round's result: both sums of each day, new differences, and which are settled."""
    ours, theirs = sums_by_day(booked), sums_by_day(reported)
    ReconciledDay.objects.bulk_create(
        [
            ReconciledDay(
                account_id=account_id,
                date=day,
                currency=currency,
                booked_minor=ours.get((day, currency), 0),
                reported_minor=theirs.get((day, currency), 0),
                checked_at=at,
            )
            for day, currency in sorted({*ours, *theirs})
            if day >= since
        ],
        update_conflicts=True,
        unique_fields=["account", "date", "currency"],
        update_fields=["booked_minor", "reported_minor", "checked_at"],
    )
    Discrepancy.objects.bulk_create(
        [_discrepancy(account_id, each, at) for each in found],
        update_conflicts=True,
        unique_fields=["account", "key"],
        update_fields=["kind", "booked_minor", "reported_minor", "settled_at"],
    )
    kept = [each.key for each in found]
    open_rows = Discrepancy.objects.filter(account_id=account_id, settled_at=None, date__gte=since)
    open_rows.exclude(key__in=kept).update(settled_at=at)


def _discrepancy(account_id: UUID, difference: Difference, at: datetime) -> Discrepancy:
    return Discrepancy(
        account_id=account_id,
        key=difference.key,
        kind=difference.kind,
        date=difference.date,
        currency=difference.booked.currency,
        booked_minor=difference.booked.minor,
        reported_minor=difference.reported.minor,
        source_id=difference.source_id[:120],
        found_at=at,
    )
