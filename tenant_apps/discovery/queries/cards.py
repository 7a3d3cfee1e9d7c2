"""Cards in lists: one query each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from shared_apps.kernel.compiled import Compiled
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import LIMIT_MAX, Page, first_page, page_of
from shared_apps.kernel.ref import Ref
from tenant_apps.discovery.models import ListingCard

_PREFIXES = {"catalog.product": "prod", "stays.stay": "stay"}
_FAR = 2**62
# What a list may be sorted by; the last key is unique. `price_key` puts the unpriced last.
ORDERS: Mapping[str, tuple[str, ...]] = {
    "newest": ("-published_at", "-id"),
    "price": ("price_key", "id"),
    "-price": ("-price_key_desc", "-id"),
    "popular": ("-popularity", "-id"),
    "rating": ("-rating_hundredths", "-rating_count", "-id"),
    "title": ("title", "id"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """A listing as a card. `image` has alt, source_url, file_id and picture, or is empty."""

    id: UUID
    kind: str
    object_id: str
    title: str
    summary: str
    url: str
    owner_id: UUID | None
    owner_name: str
    owner_slug: str
    category_path: str
    category_name: str
    price: Money | None
    price_max: Money | None
    compare_at: Money | None
    rating_hundredths: int
    rating_count: int
    image: Mapping[str, Any]
    variant_count: int
    in_stock: bool
    is_featured: bool
    published_at: datetime

    @property
    def ref(self) -> Ref:
        return Ref(self.kind, self.object_id)

    @property
    def public_id(self) -> str:
        prefix = _PREFIXES.get(self.kind, self.kind.rpartition(".")[2][:4])
        return public_id(prefix, UUID(self.object_id))

    @property
    def rating(self) -> float | None:
        """The average of one to five, or None while nobody has reviewed it."""
        return self.rating_hundredths / 100 if self.rating_count else None

    @property
    def has_price_range(self) -> bool:
        return self.price is not None and self.price_max != self.price

    @property
    def saving_percent(self) -> int:
        """How much below the former price, in whole per cent rounded down."""
        if self.price is None or self.compare_at is None or not self.compare_at:
            return 0
        return (self.compare_at.minor - self.price.minor) * 100 // self.compare_at.minor


@dataclass(frozen=True, slots=True)
class CardPage:
    cards: tuple[Card, ...]
    next_cursor: str = ""
    prev_cursor: str = ""


def card_of(row: ListingCard) -> Card:
    return Card(
        id=row.id,
        kind=row.kind,
        object_id=row.object_id,
        title=row.title,
        summary=row.summary,
        url=row.url,
        owner_id=row.owner_id,
        owner_name=row.owner_name,
        owner_slug=row.owner_slug,
        category_path=row.category_path,
        category_name=row.category_name,
        price=_money(row.price_minor, row.currency),
        price_max=_money(row.price_max_minor, row.currency),
        compare_at=_money(row.compare_at_minor, row.currency),
        rating_hundredths=row.rating_hundredths,
        rating_count=row.rating_count,
        image=row.image,
        variant_count=row.variant_count,
        in_stock=row.in_stock,
        is_featured=row.is_featured,
        published_at=row.published_at,
    )


def listed() -> QuerySet[ListingCard]:
    """Everything shoppers may see, without the columns only the index needs."""
    return ListingCard.objects.filter(is_listed=True).defer("search", "updated_at")


def ordered(rows: QuerySet[ListingCard], sort: str) -> tuple[QuerySet[ListingCard], Sequence[str]]:
    """The rows with what an order needs; an unknown order is the newest first."""
    order = ORDERS.get(sort, ORDERS["newest"])
    if sort == "price":
        rows = rows.annotate(price_key=Coalesce("price_minor", Value(_FAR)))
    if sort == "-price":
        rows = rows.annotate(price_key_desc=Coalesce("price_minor", Value(-1)))
    return rows, order


def cards(
    *,
    module: str = "",
    category: str = "",
    owner_slug: str = "",
    featured: bool = False,
    reduced: bool = False,
    sort: str = "newest",
    cursor: str = "",
    limit: int = 24,
) -> CardPage:
    """A list of cards by what is asked; `reduced` has a former price. One query."""
    if not (module or category or owner_slug or featured or reduced or cursor):
        return _page(_first(sort if sort in ORDERS else "newest", limit))
    rows = listed()
    wanted: dict[str, Any] = {"module": module, "owner_slug": owner_slug}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if category:
        rows = rows.filter(in_category(category))
    if featured:
        rows = rows.filter(is_featured=True)
    if reduced:
        rows = rows.filter(compare_at_minor__isnull=False)
    rows, order = ordered(rows, sort)
    return _page(page_of(rows, cursor=cursor, limit=limit, order=order))


def _page(page: Page[ListingCard]) -> CardPage:
    return CardPage(tuple(map(card_of, page.items)), page.next_cursor, page.prev_cursor)


def _first(sort: str, limit: int) -> Page[ListingCard]:
    """What most ask for, the beginning of everything, by SQL that is made once."""
    limit = max(1, min(limit, LIMIT_MAX))
    return first_page(_beginning(sort, limit)(), limit=limit, order=ORDERS[sort])


@cache
def _beginning(sort: str, limit: int) -> Compiled[ListingCard]:
    def build() -> QuerySet[ListingCard]:
        rows, order = ordered(listed(), sort)
        return rows.order_by(*order)[: limit + 1]

    return Compiled(build)


def cards_by_ref(refs: Iterable[Ref]) -> dict[Ref, Card]:
    """The cards of some things, those not listed left out. One query."""
    wanted = Q(pk__in=[])
    by_kind: dict[str, set[str]] = {}
    for ref in refs:
        by_kind.setdefault(ref.kind, set()).add(ref.id)
    for kind, ids in by_kind.items():
        wanted |= Q(kind=kind, object_id__in=ids)
    return {card.ref: card for card in map(card_of, listed().filter(wanted))}


def resolve(ref: Ref) -> Card | None:
    """The card behind a Ref, also of what is no longer listed. One query."""
    row = ListingCard.objects.filter(kind=ref.kind, object_id=ref.id).first()
    return card_of(row) if row is not None else None


def related(ref: Ref, *, category_path: str, owner_id: UUID, limit: int = 8) -> tuple[Card, ...]:
    """What goes with a listing: the same category first, then the same seller. One query."""
    rows = _related(limit)(
        kind=ref.kind, object_id=ref.id, category_path=category_path, owner_id=owner_id
    )
    return tuple(map(card_of, rows))


@cache
def _related(limit: int) -> Compiled[ListingCard]:
    def build(
        kind: str, object_id: str, category_path: str, owner_id: UUID
    ) -> QuerySet[ListingCard]:
        same_category = Q(category_path=category_path)
        nearness = Case(When(same_category, then=0), default=1, output_field=IntegerField())
        return (
            listed()
            .filter(same_category | Q(owner_id=owner_id))
            .exclude(kind=kind, object_id=object_id)
            .annotate(nearness=nearness)
            .order_by("nearness", "-in_stock", "-popularity", "-published_at", "-id")[:limit]
        )

    samples = {"kind": "?kind", "object_id": "?object", "category_path": "?path"}
    return Compiled(build, **samples, owner_id=UUID(int=1))


def in_category(path: str) -> Q:
    return Q(category_path=path) | Q(category_path__startswith=f"{path}/")


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)
