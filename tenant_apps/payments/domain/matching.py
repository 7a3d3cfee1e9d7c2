"""Laying the movements of our clearing beside those of a provider's statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared_apps.gateways.statement import BalanceMovement, MovementKind
from shared_apps.kernel.money import Money
from shared_apps.ledger import queries as ledger

# A message may be under way for so long before its absence means anything.
_NEWS_TAKES = timedelta(hours=1)
_REPORTS_TAKE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement of one thing; `fee` apart from `amount`, both signed as the balance sees them."""

    key: str
    amount: Money
    fee: Money
    at: datetime
    source_id: str = ""

    @property
    def net(self) -> Money:
        return self.amount - self.fee


@dataclass(frozen=True, slots=True)
class Thing:
    """All that one side says of a thing."""

    amount: Money
    fee: Money
    first_at: datetime
    last_at: datetime
    source_id: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A thing that both sides tell differently; amounts are net of fees unless the fee differs."""

    key: str
    kind: str
    date: date
    booked: Money
    reported: Money
    source_id: str


def booked_entries(clearing: str, *, since: datetime) -> list[Entry]:
    """What our books moved on a clearing account since then, newest first.

    The thing is the subject of the posting; a gateway's fee is of the payment it belongs to.
    """
    found: list[Entry] = []
    for amount in ledger.balances(clearing).get(clearing, []):
        cursor = ""
        while True:
            page = ledger.statement(clearing, amount.currency, cursor=cursor, limit=100)
            lines = [line for line in page.items if line.posted_at >= since]
            found += [_entry(line) for line in lines]
            if len(lines) < len(page.items) or not page.next_cursor:
                break
            cursor = page.next_cursor
    return found


def _entry(line: ledger.StatementLine) -> Entry:
    nothing = Money.zero(line.amount.currency)
    is_fee = line.kind == "gateway_fee"
    return Entry(
        key=keyed(line.subject, line.amount),
        amount=nothing if is_fee else line.amount,
        fee=-line.amount if is_fee else nothing,
        at=line.posted_at,
    )


def keyed(subject: str, amount: Money) -> str:
    """The name under which both sides know a thing (rule).

    Money taken in a dispute and money given back in it are two things: weeks lie between them.
    """
    name = subject.removeprefix("payments.")
    if name.startswith("dispute:"):
        return f"{name}:{'back' if amount.minor > 0 else 'taken'}"
    return name


def things_of(entries: Iterable[Entry]) -> dict[str, Thing]:
    """The entries summed by thing."""
    gathered: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        gathered[entry.key].append(entry)
    return {key: _thing(rows) for key, rows in gathered.items()}


def _thing(rows: Sequence[Entry]) -> Thing:
    nothing = Money.zero(rows[0].amount.currency)
    return Thing(
        amount=sum((row.amount for row in rows), nothing),
        fee=sum((row.fee for row in rows), nothing),
        first_at=min(row.at for row in rows),
        last_at=max(row.at for row in rows),
        source_id=next((row.source_id for row in rows if row.source_id), ""),
    )


def differences(
    booked: Mapping[str, Thing], reported: Mapping[str, Thing], *, since: datetime, at: datetime
) -> list[Difference]:
    """What the two sides tell differently (rule), by date.

    A thing that began before the window, and one too young to be known on the other side, says
    nothing yet.
    """
    found = []
    for key in sorted({*booked, *reported}):
        ours, theirs = booked.get(key), reported.get(key)
        if min(side.first_at for side in (ours, theirs) if side) < since:
            continue
        difference = _difference(key, ours, theirs, at=at)
        if difference is not None:
            found.append(difference)
    return sorted(found, key=lambda each: (each.date, each.key))


def _difference(
    key: str, ours: Thing | None, theirs: Thing | None, *, at: datetime
) -> Difference | None:
    if ours is None and theirs is not None:
        if theirs.last_at > at - _NEWS_TAKES:
            return None
        kind = "unknown" if key.startswith("theirs:") else "missing_here"
        net = theirs.amount - theirs.fee
        nothing = Money.zero(net.currency)
        return Difference(key, kind, theirs.first_at.date(), nothing, net, theirs.source_id)
    if ours is None:
        return None
    net = ours.amount - ours.fee
    if theirs is None:
        is_young = ours.last_at > at - _REPORTS_TAKE
        nothing = Money.zero(net.currency)
        day = ours.first_at.date()
        is_naught = not net
        return (
            None
            if is_young or is_naught
            else Difference(key, "missing_there", day, net, nothing, "")
        )
    return _unequal(key, ours, theirs)


def _unequal(key: str, ours: Thing, theirs: Thing) -> Difference | None:
    day, source_id = theirs.first_at.date(), theirs.source_id
    if ours.amount != theirs.amount:
        return Difference(key, "amount", day, ours.amount, theirs.amount, source_id)
    if ours.fee != theirs.fee:
        return Difference(key, "fee", day, ours.fee, theirs.fee, source_id)
    return None


def sums_by_day(entries: Iterable[Entry]) -> dict[tuple[date, str], int]:
    """The net of each day and currency in minor units."""
    sums: defaultdict[tuple[date, str], int] = defaultdict(int)
    for entry in entries:
        sums[entry.at.date(), entry.net.currency] += entry.net.minor
    return sums


def is_own_withdrawal(movement: BalanceMovement) -> bool:
    """A payout of the provider to the operator's own bank: nobody of ours asked for it (rule)."""
    return movement.kind is MovementKind.PAYOUT and not movement.reference
