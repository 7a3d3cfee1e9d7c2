"""Search and filtered lists: two queries, four when nothing was found and a word looks mistyped.

Every filter is asked of one variant at a time: "red" and "size M" find what is both, not what
comes in red and, elsewhere, in size M. Facets are disjunctive: the counts of a group ignore what
is chosen in that group, so that they say what choosing another value would bring.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib.postgres.search import SearchRank
from django.db import connection
from django.db.models import Exists, F, FloatField, OuterRef, QuerySet
from django.db.models.functions import Cast, Ln

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import page_of
from shared_apps.kernel.slugs import fold
from tenant_apps.discovery.models import ListingCard, ListingVariant
from tenant_apps.discovery.queries.cards import Card, card_of, in_category, listed, ordered
from tenant_apps.discovery.queries.suggestions import corrected
from tenant_apps.discovery.queries.texts import (
    price_range,
    readable,
    search_config,
    text_query,
    unfinished,
)

TEXT_LENGTH_MAX = 200
_FACET_VALUES_MAX = 60
_RELEVANCE = ("-rank", "-id")
# Category and price first, then what varies, the seller last.
_GROUP_ORDER = {"category": 0, "price": 1, "availability": 2, "brand": 4, "vendor": 5}


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a shopper asks for. `facets` maps a group to the chosen values ("color": {"red"}).

    Category paths and vendor slugs are facets too ("category", "vendor"); `category` is the
    page's own: nothing outside of it is looked at.
    """

    text: str = ""
    facets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    price_min: Money | None = None
    price_max: Money | None = None
    module: str = ""
    category: str = ""
    sort: str = ""
    cursor: str = ""
    limit: int = 24


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value with how many listings choosing it would show. `low`/`high` are of prices."""

    value: str
    label: str
    count: int
    is_chosen: bool
    position: int = 0
    low: Money | None = None
    high: Money | None = None


@dataclass(frozen=True, slots=True)
class FacetGroup:
    code: str
    label: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """`did_you_mean` is the corrected text when the page shows what that found instead."""

    cards: tuple[Card, ...]
    facets: tuple[FacetGroup, ...]
    total: int
    next_cursor: str = ""
    prev_cursor: str = ""
    did_you_mean: str = ""


def search(query: SearchQuery) -> SearchPage:
    """The cards that match, with counts. Raises BadCursor.

    When the text finds nothing, the nearest words that do occur are searched instead.
    """
    query = replace(query, text=readable(query.text, TEXT_LENGTH_MAX))
    page = _search(query)
    if page.total or not query.text or query.cursor:
        return page
    better = corrected(query.text)
    if not better or better == fold(query.text):
        return page
    instead = _search(replace(query, text=better))
    return replace(instead, did_you_mean=better) if instead.total else page


def _search(query: SearchQuery) -> SearchPage:
    groups, total = _counts(query)
    rows = listed()
    if query.module:
        rows = rows.filter(module=query.module)
    if query.category:
        rows = rows.filter(in_category(query.category))
    if query.facets or query.price_min or query.price_max:
        rows = rows.filter(Exists(_variants(query)))
    order: Sequence[str] = _RELEVANCE
    if query.text:
        asked = text_query(query.text)
        rows = rows.filter(search=asked)
        if query.sort in {"", "relevance"}:
            rows = _ranked(rows, asked)
        else:
            rows, order = ordered(rows, query.sort)
    else:
        rows, order = ordered(rows, query.sort)
    page = page_of(rows, cursor=query.cursor, limit=query.limit, order=order)
    cards = tuple(map(card_of, page.items))
    return SearchPage(cards, groups, total, page.next_cursor, page.prev_cursor)


def _ranked(rows: QuerySet[ListingCard], asked: Any) -> QuerySet[ListingCard]:
    """Relevance, nudged by how often a thing is bought. float8, so that a cursor compares."""
    rank = Cast(SearchRank(F("search"), asked, normalization=1), FloatField())
    liked = 1.0 + 0.1 * Ln(Cast(F("popularity") + 1, FloatField()))
    return rows.annotate(rank=rank * liked)


def _variants(query: SearchQuery) -> QuerySet[ListingVariant]:
    """The variants of a card that fit all filters at once."""
    rows = ListingVariant.objects.filter(card=OuterRef("pk"))
    for tokens in _tokens(query).values():
        rows = rows.filter(tokens__overlap=tokens)
    if query.price_min is not None:
        rows = rows.filter(price_minor__gte=query.price_min.minor)
    if query.price_max is not None:
        rows = rows.filter(price_minor__lte=query.price_max.minor)
    return rows


def _tokens(query: SearchQuery) -> dict[str, list[str]]:
    return {
        group: sorted(f"{group}={value}" for value in values)
        for group, values in sorted(query.facets.items())
        if values
    }


# A variant that fails one group still counts for the values of that group: that is what makes
# the counts disjunctive with one pass over the hits.
_FILTERED_HITS = """
WITH filters AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(filters)s::jsonb)
        AS f(grp text, tokens varchar[], low bigint, high bigint)
), hits AS MATERIALIZED (
    SELECT v.card_id, v.tokens, ARRAY(
        SELECT DISTINCT f.grp FROM filters f
        WHERE NOT coalesce(v.tokens && f.tokens, true)
           OR v.price_minor IS NULL AND (f.low IS NOT NULL OR f.high IS NOT NULL)
           OR v.price_minor < f.low OR v.price_minor > f.high
    ) AS failed
    {from}
), held AS (
    SELECT DISTINCT h.card_id, t.token
    FROM hits h CROSS JOIN LATERAL unnest(h.tokens) AS t(token)
    WHERE cardinality(h.failed) = 0
       OR cardinality(h.failed) = 1 AND h.failed[1] = split_part(t.token, '=', 1)
), fitting AS (SELECT card_id FROM hits WHERE cardinality(failed) = 0)
"""
_ALL_HITS = """
WITH hits AS MATERIALIZED (SELECT v.card_id, v.tokens {from}),
held AS (SELECT DISTINCT h.card_id, t.token FROM hits h CROSS JOIN unnest(h.tokens) AS t(token)),
fitting AS (SELECT card_id FROM hits)
"""
_COUNTS = """
SELECT counted.token, counted.n, l.group_label, l.label, l.position FROM (
    SELECT token, count(*) AS n FROM held GROUP BY token
    UNION ALL
    SELECT '', count(DISTINCT card_id) FROM fitting
) AS counted LEFT JOIN discovery_facetlabel l ON l.token = counted.token
"""
_FROM = """FROM discovery_listingvariant v JOIN discovery_listingcard c ON c.id = v.card_id
    WHERE c.is_listed"""
_OF_MODULE = " AND c.module = %(module)s"
_WITHIN = " AND (c.category_path = %(within)s OR c.category_path LIKE %(below)s)"
_MATCHING = """ AND c.search @@ (websearch_to_tsquery('simple', %(text)s)
    || websearch_to_tsquery(%(config)s::text::regconfig, %(text)s)
    || to_tsquery('simple', %(prefix)s))"""


def _counts(query: SearchQuery) -> tuple[tuple[FacetGroup, ...], int]:
    """All facets and the total. One query."""
    filters: list[dict[str, Any]] = [
        {"grp": group, "tokens": tokens} for group, tokens in _tokens(query).items()
    ]
    if query.price_min is not None or query.price_max is not None:
        low = query.price_min.minor if query.price_min is not None else None
        high = query.price_max.minor if query.price_max is not None else None
        filters.append({"grp": "price", "low": low, "high": high})
    folded = fold(query.text)
    values = {
        "filters": json.dumps(filters),
        "module": query.module,
        "within": query.category,
        "below": f"{query.category.replace('_', chr(92) + '_')}/%",
        "text": folded,
        "config": search_config(current_tenant().language),
        "prefix": unfinished(folded),
    }
    chosen = ((query.module, _OF_MODULE), (query.category, _WITHIN), (query.text, _MATCHING))
    source = _FROM + "".join(condition for asked, condition in chosen if asked)
    hits = _FILTERED_HITS if filters else _ALL_HITS
    with connection.cursor() as cursor:
        cursor.execute(hits.replace("{from}", source) + _COUNTS, values)
        rows = cursor.fetchall()
    total = next(count for token, count, *_ in rows if token == "")
    return _groups(query, [row for row in rows if row[0]]), total


def _groups(query: SearchQuery, rows: Sequence[Sequence[Any]]) -> tuple[FacetGroup, ...]:
    currency = current_tenant().currency
    labels: dict[str, str] = {}
    found: dict[str, list[FacetValue]] = {}
    for token, count, group_label, label, position in rows:
        group, _, value = token.partition("=")
        labels[group] = group_label or group
        low, high = (
            (price_range(value, currency) or (None, None)) if group == "price" else (None, None)
        )
        found.setdefault(group, []).append(
            FacetValue(
                value=value,
                label=label or value,
                count=count,
                is_chosen=value in query.facets.get(group, ()),
                position=position or 0,
                low=low,
                high=high,
            )
        )
    ordered_groups = sorted(found, key=lambda group: (_GROUP_ORDER.get(group, 3), labels[group]))
    return tuple(
        FacetGroup(group, labels[group], _values(group, found[group])) for group in ordered_groups
    )


def _values(group: str, values: list[FacetValue]) -> tuple[FacetValue, ...]:
    """Chosen values always; then by place where places mean something, else the most frequent."""
    if group == "category":
        return tuple(sorted(values, key=lambda value: value.value)[:400])
    frequent = sorted(values, key=lambda value: (not value.is_chosen, -value.count, value.label))
    kept = frequent[:_FACET_VALUES_MAX]
    if group in {"vendor", "brand"}:
        return tuple(kept)
    return tuple(sorted(kept, key=lambda value: (value.position, value.label)))
