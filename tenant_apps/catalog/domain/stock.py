"""Stock as steps of other rooms' operations: hold it, let it go, sell it, ship it, take it back.

Every step adds up the demand, locks the stock rows in key order, checks and writes once, so that
two checkouts cannot promise the same unit and cannot deadlock. `holder` and `subject` are texts
of a Ref ("ordering.cart:<id>").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from shared_apps.kernel.errors import Conflict, NotFound
from shared_apps.kernel.transactions import step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.catalog.events import StockChanged, StockRanLow
from tenant_apps.catalog.models import StockItem, StockMovement, StockReservation

_KIND = StockMovement.Kind
_COUNTERS = ("on_hand", "allocated", "reserved")


class InsufficientStock(Conflict):
    """`lines` names what is short: variant_id, requested, available."""

    code, title = "insufficient_stock", "There is not enough of this in stock"


class UnknownVariant(NotFound):
    code, title = "record_not_found", "There is no such variant here"


class StockInUse(Conflict):
    code, title = "stock_in_use", "Units of this are held or sold and not yet shipped"


@dataclass(frozen=True, slots=True)
class StockLine:
    variant_id: UUID
    quantity: int


@dataclass(slots=True)
class Count:
    """The locked rows of one step, what it does to them, and what it must tell."""

    items: dict[UUID, StockItem]
    at: datetime
    subject: str = ""
    actor: str = ""
    note: str = ""
    was_in_stock: dict[UUID, bool] = field(default_factory=dict)
    movements: list[StockMovement] = field(default_factory=list)

    def move(self, variant_id: UUID, kind: str, **deltas: int) -> None:
        """Change counters of one row and remember the movement; nothing is written yet."""
        item = self.items[variant_id]
        self.was_in_stock.setdefault(variant_id, item.in_stock)
        for counter, delta in deltas.items():
            setattr(item, counter, getattr(item, counter) + delta)
        self.movements.append(
            StockMovement(
                variant_id=variant_id,
                kind=kind,
                subject=self.subject,
                note=self.note,
                actor=self.actor,
                at=self.at,
                **deltas,
            )
        )


@step
def reserve(
    *, lines: Sequence[StockLine], holder: str, until: datetime, at: datetime
) -> list[UUID]:
    """Hold exactly these lines for a holder until a moment; what it held besides is let go.

    Repeating it extends the hold. Untracked and backordered stock is noted but not counted.
    Effects: reservations, counters, movements, StockChanged where something sold out or came
    back. Returns the reservations' ids. Raises InsufficientStock, UnknownVariant.
    """
    wanted = demand(lines)
    count = _locked(wanted, at=at, subject=holder, also_held_by=holder)
    held = {row.variant_id: row for row in _active(holder)}
    _let_expired_go(count, wanted, held)
    _check(count, wanted, held)
    rows = [_hold(count, variant_id, quantity, held) for variant_id, quantity in wanted.items()]
    gone = [row for variant_id, row in held.items() if variant_id not in wanted]
    _let_go(count, gone, state="released")
    for row in rows:
        row.holder, row.expires_at = holder, until
        if row._state.adding:
            row.created_at = at
    StockReservation.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["quantity", "expires_at", "is_counted"],
    )
    _write(count)
    return [row.id for row in rows]


@step
def release(*, holder: str, at: datetime) -> int:
    """Let go of everything a holder holds. Returns how many lines that were."""
    return _release(list(_active(holder)), holder=holder, at=at, state="released")


@step
def release_one(*, reservation_id: UUID, at: datetime) -> StockReservation | None:
    """Let go of one line that somebody holds; None when it is held no more."""
    row = StockReservation.objects.filter(pk=reservation_id, state="active").first()
    if row is None or not _release([row], holder=row.holder, at=at, state="released"):
        return None
    return row


@step
def expire(*, at: datetime, limit: int = 500) -> int:
    """Let go of what is held beyond its moment, oldest first. Returns how many lines."""
    due = StockReservation.objects.filter(state="active", expires_at__lte=at)
    rows = list(due.order_by("expires_at")[:limit])
    return _release(rows, holder="", at=at, state="expired")


@step
def sell(*, lines: Sequence[StockLine], holder: str, subject: str, at: datetime) -> None:
    """Turn a holder's reservation into a sale; also when it expired, if stock is still there.

    A holder buys once: repeating it does nothing. Effects: reservations sold, counters
    (reserved -> allocated), movements, StockChanged. Raises InsufficientStock.
    """
    if StockReservation.objects.filter(holder=holder, state="sold").exists():
        return
    wanted = demand(lines)
    count = _locked(set(wanted), at=at, subject=subject)
    held = {row.variant_id: row for row in _active(holder)}
    if {variant_id: row.quantity for variant_id, row in held.items()} != wanted:
        reserve(lines=lines, holder=holder, until=at, at=at)
        held = {row.variant_id: row for row in _active(holder)}
        count = _locked(set(held), at=at, subject=subject)
    for variant_id, row in held.items():
        if count.items[variant_id].is_tracked:
            reserved = row.quantity if row.is_counted else 0
            count.move(variant_id, _KIND.SELL, reserved=-reserved, allocated=row.quantity)
    StockReservation.objects.filter(pk__in=[row.pk for row in held.values()]).update(state="sold")
    _write(count)


@step
def cancel(*, lines: Sequence[StockLine], subject: str, at: datetime) -> None:
    """Take a sale back before shipping: the units can be sold again."""
    _apply(lines, _KIND.CANCEL, subject=subject, at=at, allocated=-1)


@step
def ship(*, lines: Sequence[StockLine], subject: str, at: datetime) -> None:
    """Sold units leave the shelf. Raises InsufficientStock when they are not there yet."""
    _apply(lines, _KIND.SHIP, subject=subject, at=at, on_hand=-1, allocated=-1)


@step
def take_back(*, lines: Sequence[StockLine], subject: str, at: datetime) -> None:
    """Returned units go back on the shelf."""
    _apply(lines, _KIND.RETURN, subject=subject, at=at, on_hand=1)


@step
def count_to(
    *, variant_id: UUID, on_hand: int, kind: str, actor: str, note: str, at: datetime
) -> StockItem:
    """Set what is on the shelf, as a movement of the difference.

    Raises StockInUse below what is held or sold, UnknownVariant.
    """
    count = _locked({variant_id}, at=at)
    count.actor, count.note = actor, note
    item = count.items[variant_id]
    if on_hand != item.on_hand:
        count.move(variant_id, kind, on_hand=on_hand - item.on_hand)
        if item.on_hand < 0 or (item.available < 0 and not item.allows_backorder):
            raise StockInUse(f"{item.allocated + item.reserved} are held or sold already")
    _write(count, always_tell=True)
    return item


def demand(lines: Iterable[StockLine]) -> dict[UUID, int]:
    """Quantities by variant, in key order; lines of the same variant add up (rule)."""
    total: dict[UUID, int] = {}
    for line in lines:
        if line.quantity < 1:
            raise ValueError("a line asks for at least one")
        total[line.variant_id] = total.get(line.variant_id, 0) + line.quantity
    return dict(sorted(total.items()))


def _apply(
    lines: Sequence[StockLine], kind: str, *, subject: str, at: datetime, **signs: int
) -> None:
    wanted = demand(lines)
    count = _locked(set(wanted), at=at, subject=subject)
    for variant_id, quantity in wanted.items():
        item = count.items[variant_id]
        if item.is_tracked:
            deltas = {counter: sign * quantity for counter, sign in signs.items()}
            count.move(variant_id, kind, **deltas)
        if item.on_hand < 0 or item.allocated < 0:
            raise InsufficientStock(
                lines=[_short(variant_id, quantity, max(0, quantity + item.on_hand))]
            )
    _write(count)


def _active(holder: str) -> QuerySet[StockReservation]:
    return StockReservation.objects.filter(holder=holder, state="active")


def _locked(
    variant_ids: Iterable[UUID], *, at: datetime, subject: str = "", also_held_by: str = ""
) -> Count:
    """Lock stock rows in key order; raises UnknownVariant when one is not there."""
    wanted = set(variant_ids)
    concerned = Q(pk__in=wanted)
    if also_held_by:
        concerned |= Q(pk__in=_active(also_held_by).values("variant_id"))
    rows = (
        StockItem.objects.select_for_update(of=("self",))
        .select_related("variant")
        .filter(concerned)
        .order_by("pk")
    )
    items = {row.variant_id: row for row in rows}
    if missing := wanted - items.keys():
        raise UnknownVariant(variants=sorted(map(str, missing)))
    return Count(items=items, at=at, subject=subject)


def _let_expired_go(
    count: Count, wanted: dict[UUID, int], held: dict[UUID, StockReservation]
) -> None:
    """When a line is short, what others held beyond their moment counts no more."""
    short = [
        variant_id
        for variant_id, quantity in wanted.items()
        if count.items[variant_id].available + _counted(held.get(variant_id)) < quantity
    ]
    if short:
        due = StockReservation.objects.select_for_update().filter(
            variant_id__in=short, state="active", is_counted=True, expires_at__lte=count.at
        )
        _let_go(count, [row for row in due if row not in held.values()], state="expired")


def _check(count: Count, wanted: dict[UUID, int], held: dict[UUID, StockReservation]) -> None:
    short = []
    for variant_id, quantity in wanted.items():
        item = count.items[variant_id]
        available = item.available + _counted(held.get(variant_id))
        if item.is_tracked and not item.allows_backorder and available < quantity:
            short.append(_short(variant_id, quantity, max(0, available)))
    if short:
        raise InsufficientStock(lines=short)


def _short(variant_id: UUID, requested: int, available: int) -> dict[str, object]:
    return {"variant_id": str(variant_id), "requested": requested, "available": available}


def _counted(row: StockReservation | None) -> int:
    return row.quantity if row is not None and row.is_counted else 0


def _hold(
    count: Count, variant_id: UUID, quantity: int, held: dict[UUID, StockReservation]
) -> StockReservation:
    item, row = count.items[variant_id], held.get(variant_id)
    is_counted = item.is_tracked and not item.allows_backorder
    delta = (quantity if is_counted else 0) - _counted(row)
    if delta:
        kind = _KIND.RESERVE if delta > 0 else _KIND.RELEASE
        count.move(variant_id, kind, reserved=delta)
    row = row or StockReservation(variant_id=variant_id)
    row.quantity, row.is_counted = quantity, is_counted
    return row


def _release(rows: list[StockReservation], *, holder: str, at: datetime, state: str) -> int:
    if not rows:
        return 0
    count = _locked({row.variant_id for row in rows}, at=at, subject=holder)
    still = StockReservation.objects.select_for_update().filter(
        pk__in=[row.pk for row in rows], state="active"
    )
    if state == "expired":
        still = still.filter(expires_at__lte=at)
    gone = list(still)
    _let_go(count, gone, state=state)
    _write(count)
    return len(gone)


def _let_go(count: Count, rows: Sequence[StockReservation], *, state: str) -> None:
    for row in rows:
        if row.is_counted:
            count.move(row.variant_id, _KIND.RELEASE, reserved=-row.quantity)
    if rows:
        StockReservation.objects.filter(pk__in=[row.pk for row in rows]).update(state=state)


def _write(count: Count, *, always_tell: bool = False) -> None:
    """One statement for the counters, one for the movements, events for what shoppers notice."""
    if not count.movements:
        return
    StockItem.objects.bulk_update(
        [count.items[variant_id] for variant_id in sorted(count.was_in_stock)], _COUNTERS
    )
    StockMovement.objects.bulk_create(count.movements)
    for variant_id, was_in_stock in sorted(count.was_in_stock.items()):
        item = count.items[variant_id]
        if always_tell or item.in_stock != was_in_stock:
            publish(
                StockChanged(
                    product_id=str(item.variant.product_id),
                    variant_id=str(variant_id),
                    available=max(0, item.available),
                    in_stock=item.in_stock,
                )
            )
        _tell_low(count, item)


def _tell_low(count: Count, item: StockItem) -> None:
    """Once, when the available quantity passes the threshold on its way down; noted until it is above."""
    fallen = -sum(
        movement.on_hand - movement.allocated - movement.reserved
        for movement in count.movements
        if movement.variant_id == item.variant_id
    )
    is_low = item.is_tracked and item.available <= item.low_at
    if item.ran_low_at is not None and not is_low:
        _note_low(item, None)
    elif is_low and fallen > 0 and item.low_at < item.available + fallen:
        _note_low(item, count.at)
        publish(
            StockRanLow(
                product_id=str(item.variant.product_id),
                variant_id=str(item.variant_id),
                vendor_id=str(item.variant.vendor_id),
                available=max(0, item.available),
                threshold=item.low_at,
            )
        )


def _note_low(item: StockItem, since: datetime | None) -> None:
    item.ran_low_at = since
    StockItem.objects.filter(pk=item.pk).update(ran_low_at=since)
