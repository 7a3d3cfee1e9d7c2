"""The stock of one variant from close by: counters, movements, and who holds some of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared_apps.kernel.ids import public_id
from shared_apps.kernel.pages import Page, page_of
from tenant_apps.catalog.models import StockItem, StockMovement, StockReservation
from tenant_apps.catalog.queries.products import ProductUnknown
from tenant_apps.catalog.queries.workbench import StockRow, stock_row

RESERVATION_PREFIX = "res"


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One change; `actor` is user:<id> when somebody did it by hand."""

    id: int
    kind: str
    on_hand: int
    allocated: int
    reserved: int
    subject: str
    note: str
    actor: str
    at: datetime

    @property
    def available(self) -> int:
        """By how much what can be sold changed."""
        return self.on_hand - self.allocated - self.reserved


@dataclass(frozen=True, slots=True)
class ReservationRow:
    id: UUID
    quantity: int
    holder: str
    expires_at: datetime

    @property
    def public_id(self) -> str:
        return public_id(RESERVATION_PREFIX, self.id)


@dataclass(frozen=True, slots=True)
class Availability:
    """What anybody may know: whether so many can be bought now."""

    variant_id: UUID
    requested: int
    is_available: bool


def stock_of_variant(variant_id: UUID, *, vendor_id: UUID | None = None) -> StockRow:
    """One variant's counters, of this vendor when one is named; raises ProductUnknown. One query."""
    rows = StockItem.objects.filter(pk=variant_id).select_related("variant__product")
    row = (rows if vendor_id is None else rows.filter(variant__vendor_id=vendor_id)).first()
    if row is None:
        raise ProductUnknown
    return stock_row(row)


def vendor_of_variant(variant_id: UUID) -> UUID:
    """Whose a variant is; raises ProductUnknown. One query."""
    found = StockItem.objects.filter(pk=variant_id).values_list("variant__vendor_id").first()
    if found is None:
        raise ProductUnknown
    return found[0]


def movements_of(variant_id: UUID, *, cursor: str = "", limit: int = 25) -> Page[MovementRow]:
    """What happened to a variant's stock, latest first. One query."""
    rows = StockMovement.objects.filter(variant_id=variant_id)
    page = page_of(rows, cursor=cursor, limit=limit, order=("-id",))
    found = [
        MovementRow(
            row.pk,
            row.kind,
            row.on_hand,
            row.allocated,
            row.reserved,
            row.subject,
            row.note,
            row.actor,
            row.at,
        )
        for row in page.items
    ]
    return Page(found, page.next_cursor, page.prev_cursor)


def reservations_of(variant_id: UUID) -> list[ReservationRow]:
    """Who holds some of a variant now. One query."""
    rows = StockReservation.objects.filter(variant_id=variant_id, state="active")
    return [
        ReservationRow(row.pk, row.quantity, row.holder, row.expires_at)
        for row in rows.order_by("expires_at", "pk")[:100]
    ]


def availability_of(wanted: Iterable[tuple[UUID, int]]) -> Sequence[Availability]:
    """Whether each quantity could be bought now; a variant nobody knows cannot. One query."""
    asked = list(wanted)
    items = {
        row.pk: row
        for row in StockItem.objects.filter(
            pk__in=[variant_id for variant_id, _ in asked],
            variant__is_active=True,
            variant__product__state="published",
            variant__vendor__state="approved",
        )
    }
    return [
        Availability(variant_id, quantity, _has(items.get(variant_id), quantity))
        for variant_id, quantity in asked
    ]


def _has(item: StockItem | None, quantity: int) -> bool:
    if item is None:
        return False
    return not item.is_tracked or item.allows_backorder or item.available >= quantity
