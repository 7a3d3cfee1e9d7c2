"""What a vendor does with stock, and the job that lets expired reservations go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Sum

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import NotFound, Unprocessable
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.catalog.domain import stock
from tenant_apps.catalog.domain.stock import StockInUse, StockLine, UnknownVariant
from tenant_apps.catalog.models import StockItem, StockMovement, StockReservation, Variant
from tenant_apps.partners import permissions
from tenant_apps.partners.permissions import Verb

HOLD_MINUTES_MAX = 24 * 60
_BY_HAND = frozenset({"receive", "adjust", "return", "write_off"})


class ReservationUnknown(NotFound):
    code, title = "record_not_found", "Nothing is held under this"


@dataclass(frozen=True, slots=True)
class StockLevel:
    variant_id: UUID
    on_hand: int
    allocated: int
    reserved: int
    available: int
    is_tracked: bool
    allows_backorder: bool
    low_at: int


@dataclass(frozen=True, slots=True)
class StockSettings:
    is_tracked: bool = True
    allows_backorder: bool = False
    low_at: int = 0


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A counter that is not the sum of its movements: always a defect."""

    variant_id: UUID
    counter: str
    stored: int
    summed: int


@operation
def move_stock(
    *, variant_id: UUID, kind: str, change: int, acting: Actor, at: datetime, note: str = ""
) -> StockLevel:
    """Units come or go by hand: receive, return, write_off, or adjust in either direction.

    Effects: counter, movement, audit, StockChanged. Raises UnknownVariant, NotYourPartner,
    StockInUse when units that are promised would be missing, Unprocessable.
    """
    _require(acting, variant_id)
    if kind not in _BY_HAND or change == 0:
        raise Unprocessable(
            errors={"kind": ["Say receive, return, write_off or adjust, and by how much"]}
        )
    item = StockItem.objects.select_for_update().get(pk=variant_id)
    change = -abs(change) if kind == "write_off" else change
    item = stock.count_to(
        variant_id=variant_id,
        on_hand=item.on_hand + change,
        kind=kind,
        actor=f"{acting.kind}:{acting.id}",
        note=note[:200],
        at=at,
    )
    _record(variant_id, {"kind": kind, "change": change}, acting=acting, at=at)
    return level_of(item)


@operation
def count_stock(
    *, variant_id: UUID, on_hand: int, acting: Actor, at: datetime, note: str = ""
) -> StockLevel:
    """Somebody counted the shelf: sets it, as an adjustment of the difference.

    Raises UnknownVariant, NotYourPartner, StockInUse, Unprocessable.
    """
    _require(acting, variant_id)
    if on_hand < 0:
        raise Unprocessable(errors={"on_hand": ["A shelf holds no less than nothing"]})
    item = stock.count_to(
        variant_id=variant_id,
        on_hand=on_hand,
        kind=StockMovement.Kind.ADJUST,
        actor=f"{acting.kind}:{acting.id}",
        note=note[:200],
        at=at,
    )
    _record(variant_id, {"on_hand": on_hand}, acting=acting, at=at)
    return level_of(item)


@operation
def set_stock_settings(
    *, variant_id: UUID, settings: StockSettings, acting: Actor, at: datetime
) -> StockLevel:
    """Whether stock is counted, may be sold beyond, and when to warn. Raises StockInUse."""
    _require(acting, variant_id)
    item = StockItem.objects.select_for_update().get(pk=variant_id)
    promised = item.allocated + item.reserved
    if settings.is_tracked != item.is_tracked and promised:
        raise StockInUse
    if not settings.allows_backorder and item.allows_backorder and item.available < 0:
        raise StockInUse("More is sold than there is; receive stock first")
    item.is_tracked, item.low_at = settings.is_tracked, settings.low_at
    item.allows_backorder = settings.allows_backorder
    is_low = item.is_tracked and item.available <= item.low_at
    item.ran_low_at = (item.ran_low_at or at) if is_low else None
    item.save(update_fields=["is_tracked", "low_at", "allows_backorder", "ran_low_at"])
    stock.count_to(
        variant_id=variant_id, on_hand=item.on_hand, kind="adjust", actor="", note="", at=at
    )
    changes = {
        "is_tracked": item.is_tracked,
        "allows_backorder": item.allows_backorder,
        "low_at": item.low_at,
    }
    _record(variant_id, changes, acting=acting, at=at)
    return level_of(item)


@operation
def release_holder(*, holder: str, acting: Actor, at: datetime) -> int:
    """The operator lets a hold go by force: counters, movements, audit."""
    permissions.require_operator(acting)
    count = stock.release(holder=holder, at=at)
    record(
        "catalog.stock.release",
        subject=Ref.parse(holder),
        acting=acting,
        at=at,
        changes={"lines": count},
    )
    return count


@operation
def release_reservation(*, reservation_id: UUID, acting: Actor, at: datetime) -> None:
    """The vendor lets one hold on their goods go by force; whoever checks out is told when they pay.

    Effects: reservation, counters, movement, audit. Raises ReservationUnknown, NotYourPartner.
    """
    found = StockReservation.objects.filter(pk=reservation_id).values_list("variant_id").first()
    if found is None:
        raise ReservationUnknown
    _require(acting, found[0])
    row = stock.release_one(reservation_id=reservation_id, at=at)
    if row is None:
        raise ReservationUnknown
    _record(row.variant_id, {"released": row.quantity, "holder": row.holder}, acting=acting, at=at)


@operation
def hold_stock(*, lines: Sequence[StockLine], minutes: int, acting: Actor, at: datetime) -> UUID:
    """A program of the vendor holds units for a while, outside any checkout; returns the hold's id.

    Raises UnknownVariant, NotYourPartner, InsufficientStock, Unprocessable.
    """
    if not lines or not 1 <= minutes <= HOLD_MINUTES_MAX:
        raise Unprocessable(errors={"minutes": [f"Between 1 and {HOLD_MINUTES_MAX}"]})
    for line in lines:
        _require(acting, line.variant_id)
    hold_id = uuid7()
    stock.reserve(
        lines=lines, holder=str(hold_ref(hold_id)), until=at + timedelta(minutes=minutes), at=at
    )
    for line in lines:
        _record(line.variant_id, {"held": line.quantity}, acting=acting, at=at)
    return hold_id


@operation
def release_hold(*, hold_id: UUID, acting: Actor, at: datetime) -> int:
    """Give back what `hold_stock` held; says how many lines that were.

    Raises ReservationUnknown, NotYourPartner.
    """
    holder = str(hold_ref(hold_id))
    variants = StockReservation.objects.filter(holder=holder, state="active")
    held = list(variants.values_list("variant_id", flat=True))
    if not held:
        raise ReservationUnknown
    for variant_id in held:
        _require(acting, variant_id)
    return stock.release(holder=holder, at=at)


def hold_ref(hold_id: UUID) -> Ref:
    return Ref("catalog.hold", str(hold_id))


@operation
def expire_reservations(*, at: datetime, limit: int = 500) -> int:
    """Let go of what is held beyond its moment; the minute job repeats it until nothing is."""
    return stock.expire(at=at, limit=limit)


def expire_all(*, at: datetime) -> int:
    """Expire until nothing is due (journey: a batch a transaction). Returns how many lines."""
    total = 0
    while count := expire_reservations(at=at):
        total += count
    return total


def discrepancies() -> list[Discrepancy]:
    """Every counter that is not the sum of its movements. One query."""
    rows = StockItem.objects.annotate(
        sum_on_hand=Sum("variant__movements__on_hand"),
        sum_allocated=Sum("variant__movements__allocated"),
        sum_reserved=Sum("variant__movements__reserved"),
    )
    return [
        Discrepancy(row.variant_id, counter, getattr(row, counter), summed)
        for row in rows.iterator()
        for counter in ("on_hand", "allocated", "reserved")
        if (summed := getattr(row, f"sum_{counter}") or 0) != getattr(row, counter)
    ]


def level_of(item: StockItem) -> StockLevel:
    return StockLevel(
        variant_id=item.variant_id,
        on_hand=item.on_hand,
        allocated=item.allocated,
        reserved=item.reserved,
        available=item.available,
        is_tracked=item.is_tracked,
        allows_backorder=item.allows_backorder,
        low_at=item.low_at,
    )


def _require(acting: Actor, variant_id: UUID) -> None:
    vendor_id = Variant.objects.filter(pk=variant_id).values_list("vendor_id", flat=True).first()
    if vendor_id is None:
        raise UnknownVariant
    permissions.require(acting, Verb.MANAGE_STOCK, vendor_id)


def _record(
    variant_id: UUID, changes: Mapping[str, object], *, acting: Actor, at: datetime
) -> None:
    record(
        "catalog.stock.change",
        subject=Ref("catalog.variant", str(variant_id)),
        acting=acting,
        at=at,
        changes=changes,
    )
