"""Cards and facets in the API, and the query a request asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.datastructures import MultiValueDict

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from shared_apps.kernel.shapes import limit_of
from tenant_apps.discovery.queries import Card, FacetGroup, SearchQuery

# Names of the query string that are not facets.
NOT_FACETS = frozenset(
    {
        "q",
        "sort",
        "cursor",
        "limit",
        "fields",
        "expand",
        "module",
        "price_gte",
        "price_lte",
        "currency",
    }
)
_FACETS_MAX = 12
_VALUES_MAX = 50


def query_of(asked: MultiValueDict[str, str], *, limit: int = 24) -> SearchQuery:
    """The search a query string asks for: every unknown name is a facet ("color=red&color=blue").

    Raises BadAmount for prices that are none, Unprocessable for the limit.
    """
    currency = current_tenant().currency
    facets: Mapping[str, frozenset[str]] = {
        name: frozenset(value for value in asked.getlist(name)[:_VALUES_MAX] if value)
        for name in list(asked)[: len(NOT_FACETS) + _FACETS_MAX]
        if name not in NOT_FACETS
    }
    return SearchQuery(
        text=asked.get("q", "") or "",
        facets={name: values for name, values in facets.items() if values},
        price_min=_amount(asked.get("price_gte"), currency),
        price_max=_amount(asked.get("price_lte"), currency),
        module=asked.get("module", "") or "",
        sort=asked.get("sort", "") or "",
        cursor=asked.get("cursor", "") or "",
        limit=limit_of(asked.get("limit", "") or "", limit),
    )


def _amount(text: object, currency: str) -> Money | None:
    return Money.parse(str(text), currency) if text else None


def card_json(card: Card) -> dict[str, Any]:
    return {
        "id": card.public_id,
        "title": card.title,
        "summary": card.summary,
        "url": card.url,
        "vendor": {
            "id": public_id("part", card.owner_id) if card.owner_id else None,
            "name": card.owner_name,
            "slug": card.owner_slug,
        },
        "category": card.category_path or None,
        "price": card.price.as_json() if card.price else None,
        "price_max": card.price_max.as_json() if card.price_max else None,
        "compare_at": card.compare_at.as_json() if card.compare_at else None,
        "rating": {"average": card.rating, "count": card.rating_count},
        "image": dict(card.image) or None,
        "variant_count": card.variant_count,
        "in_stock": card.in_stock,
        "published_at": card.published_at,
    }


def facet_json(group: FacetGroup) -> dict[str, Any]:
    return {
        "code": group.code,
        "label": group.label,
        "values": [
            {
                "value": value.value,
                "label": value.label,
                "count": value.count,
                "chosen": value.is_chosen,
            }
            for value in group.values
        ],
    }
