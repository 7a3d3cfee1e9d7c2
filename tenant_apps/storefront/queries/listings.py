"""Lists of products: a category, a search, with filters that say what they would bring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.memory import remembered
from shared_apps.kernel.money import Money
from tenant_apps.catalog.queries import CategoryNode, category_tree
from tenant_apps.discovery.queries import (
    Card,
    FacetGroup,
    FacetValue,
    SearchPage,
    SearchQuery,
    Suggestions,
    cards,
    category_page,
    search,
    suggest,
)
from tenant_apps.storefront.queries.asked import PAGE_SIZE, Asked
from tenant_apps.storefront.queries.home import counts_of
from tenant_apps.storefront.queries.tiles import (
    Pictures,
    category_tiles,
    category_url,
    product_tiles,
)
from themes.domain.tiles import CategoryTile, ProductTile
from themes.queries import Link

SHOWN_VALUES = 14
SPOKEN_OF_BY = 5  # a facet is shown when one piece in five has it
OPEN_GROUPS = 4
_SORT_LABELS: dict[str, str | Promise] = {
    "relevance": _("Best match"),
    "popular": _("Most loved"),
    "newest": _("New arrivals"),
    "price": _("Price, low to high"),
    "-price": _("Price, high to low"),
}
_GROUP_LABELS: dict[str, str | Promise] = {
    "category": _("Category"),
    "vendor": _("Shop"),
    "brand": _("Brand"),
    "price": _("Price"),
    "availability": _("Availability"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """A value to filter by and where choosing it leads. Prices are told by `low` and `high`."""

    label: str | Promise
    url: str
    count: int
    selected: bool
    low: Money | None = None
    high: Money | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    code: str
    label: str | Promise
    options: Sequence[Option]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Sort:
    value: str
    label: str | Promise
    url: str
    selected: bool


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Listing:
    """One page of a list with everything that narrows it."""

    asked: Asked
    tiles: Sequence[ProductTile]
    facets: Sequence[Facet]
    sorts: Sequence[Sort]
    total: int | None
    next_cursor: str
    prev_cursor: str
    did_you_mean: str = ""
    currency: str = ""

    @property
    def query(self) -> str:
        return self.asked.query()

    @property
    def chosen(self) -> list[Option]:
        return [option for facet in self.facets for option in facet.options if option.selected]

    @property
    def clear_url(self) -> str:
        return self.asked.cleared().url()

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a form on this list has to repeat."""
        return [pair for pair in self.asked.pairs() if pair[0] not in {"min", "max"}]


@dataclass(frozen=True, slots=True)
class CategoryListing:
    category: CategoryNode
    crumbs: Sequence[Link]
    children: Sequence[CategoryTile]
    listing: Listing


@dataclass(frozen=True, slots=True)
class Suggested:
    """What may be meant by an unfinished text."""

    texts: Sequence[str]
    tiles: Sequence[ProductTile]
    did_you_mean: str


def search_listing(asked: Asked, *, fresh: bool = True) -> Listing:
    """What a search finds. Three queries, five when a word looks mistyped. Raises BadCursor."""
    return remembered(("search", *asked.key), lambda: _search_listing(asked), fresh=fresh)


def _search_listing(asked: Asked) -> Listing:
    if asked.sale and not (asked.text or asked.facets):
        return _sale_listing(asked)
    return _listing(asked, search(asked.search_query(current_tenant().currency)))


def _sale_listing(asked: Asked) -> Listing:
    """Everything that costs less than before. Two queries."""
    page = cards(reduced=True, sort=asked.sort or "newest", cursor=asked.cursor, limit=PAGE_SIZE)
    return Listing(
        asked=asked,
        tiles=_tiles(page.cards),
        facets=(),
        sorts=_sorts(asked),
        total=None,
        next_cursor=page.next_cursor,
        prev_cursor=page.prev_cursor,
    )


def category_listing(path: str, asked: Asked, *, fresh: bool = True) -> CategoryListing:
    """A category with what is in it. Four queries; raises CategoryUnknown, BadCursor."""
    key = ("category", path, *asked.key)
    return remembered(key, lambda: _category_listing(path, asked), fresh=fresh)


def _category_listing(path: str, asked: Asked) -> CategoryListing:
    page = category_page(path, asked.search_query(current_tenant().currency))
    category = page.category
    counts = counts_of(page.found, "category")
    filled = [child for child in category.children if counts.get(child.path)]
    images = (child.image_file_id for child in category.children)
    pictures = Pictures([*images, *_file_ids(page.found.cards)])
    listing = _listing(asked, page.found, pictures=pictures, without="category")
    crumbs = [Link(str(_("Home")), "/")]
    crumbs += [Link(crumb.name, category_url(crumb.path)) for crumb in category.crumbs]
    return CategoryListing(category, crumbs, category_tiles(filled, pictures, counts), listing)


def all_categories(*, fresh: bool = True) -> Sequence[CategoryTile]:
    """The first level of the tree, with how much each holds. Four queries."""

    def ask() -> Sequence[CategoryTile]:
        roots = category_tree()
        counts = counts_of(search(SearchQuery(limit=1)), "category")
        return category_tiles(roots, Pictures(each.image_file_id for each in roots), counts)

    return remembered(("categories",), ask, fresh=fresh)


def suggested(text: str) -> Suggested:
    """Completions and first hits. Three queries, five when nothing matches as typed."""
    found: Suggestions = suggest(text)
    return Suggested(found.texts, _tiles(found.cards[:4]), found.did_you_mean)


def _listing(
    asked: Asked, found: SearchPage, *, pictures: Pictures | None = None, without: str = ""
) -> Listing:
    groups = [group for group in found.facets if group.code != without]
    tiles = product_tiles(found.cards, pictures) if pictures else _tiles(found.cards)
    return Listing(
        asked=asked,
        tiles=tiles,
        facets=_facets(asked, groups, found.total),
        sorts=_sorts(asked),
        total=found.total,
        next_cursor=found.next_cursor,
        prev_cursor=found.prev_cursor,
        did_you_mean=found.did_you_mean,
        currency=current_tenant().currency,
    )


def _tiles(found: Sequence[Card]) -> Sequence[ProductTile]:
    return product_tiles(found, Pictures(_file_ids(found)))


def _file_ids(found: Sequence[Card]) -> list[Any]:
    return [card.image.get("file_id") for card in found]


def _facets(asked: Asked, groups: Sequence[FacetGroup], total: int) -> list[Facet]:
    """The groups worth showing: those that divide the list, and those chosen from (rule)."""
    shown = [(group, values) for group in groups if (values := _values(group, total))]
    toggling = asked.toggling()
    return [
        Facet(
            code=group.code,
            label=_GROUP_LABELS.get(group.code, group.label),
            options=[_option(toggling, group, value) for value in values],
            is_open=place < OPEN_GROUPS or any(value.is_chosen for value in values),
        )
        for place, (group, values) in enumerate(shown)
    ]


def _values(group: FacetGroup, total: int) -> Sequence[FacetValue]:
    """Of categories the first level and what is below a chosen one; of others the first few.

    Nothing of a group that would not narrow the list, or that only few pieces speak of.
    """
    if not any(value.is_chosen for value in group.values):
        counts = [value.count for value in group.values]
        divides = len(counts) > 1 or counts[0] < total
        is_ours = group.code in _GROUP_LABELS
        if not divides or not (is_ours or sum(counts) * SPOKEN_OF_BY >= total):
            return ()
    if group.code == "category":
        chosen = {value.value for value in group.values if value.is_chosen}
        return [
            value
            for value in group.values
            if value.is_chosen or value.value.rpartition("/")[0] in {"", *chosen}
        ]
    return [v for i, v in enumerate(group.values) if v.is_chosen or i < SHOWN_VALUES]


def _option(toggling: Callable[[str, str], str], group: FacetGroup, value: FacetValue) -> Option:
    label: str | Promise = value.label
    if group.code == "availability":
        label = _("In stock")
    url = toggling(group.code, value.value)
    return Option(label, url, value.count, value.is_chosen, value.low, value.high)


def _sorts(asked: Asked) -> list[Sort]:
    usual = "relevance" if asked.text else "newest"
    offered = [value for value in _SORT_LABELS if asked.text or value != "relevance"]
    return [
        Sort(
            value=value,
            label=_SORT_LABELS[value],
            url=replace(asked, sort=value, cursor="").url(),
            selected=value == (asked.sort or usual),
        )
        for value in offered
    ]
