"""Finding things by API."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.kernel.memory import remembered
from shared_apps.kernel.shapes import expansions, limit_of, listing
from tenant_apps.discovery.queries import cards, search, suggest
from tenant_apps.discovery.serializers import card_json, facet_json, query_of


class ProductsView(APIView):
    authentication_classes: list[type[Any]] = []
    permission_classes = [AllowAny]

    @extend_schema(responses={200: dict}, tags=["catalogue"])
    def get(self, request: Request) -> Response:
        """Products on sale: searched by `q`, filtered by facets, with counts on `expand=facets`.

        Everybody sees the same, and may see it some seconds late.
        """
        asked = request.query_params
        key = ("products.json", *((name, *values) for name, values in sorted(asked.lists())))
        return Response(remembered(key, lambda: _products(asked), fresh=False))


class SuggestionsView(APIView):
    authentication_classes: list[type[Any]] = []
    permission_classes = [AllowAny]

    @extend_schema(responses={200: dict}, tags=["catalogue"])
    def get(self, request: Request) -> Response:
        """Completions of an unfinished text, and the first products that match."""
        asked = request.query_params
        found = suggest(asked.get("q", ""), limit=limit_of(asked.get("limit", ""), 6))
        return Response(
            {
                "texts": list(found.texts),
                "products": [card_json(card) for card in found.cards],
                "did_you_mean": found.did_you_mean or None,
            }
        )


def _products(asked: QueryDict) -> dict[str, Any]:
    query = query_of(asked)
    wanted = expansions(asked.get("expand", ""), ("facets",))
    if not (wanted or query.text or query.facets or query.price_min or query.price_max):
        page = cards(sort=query.sort, cursor=query.cursor, limit=query.limit)
        return _listing(page, asked.get("fields", ""))
    found = search(query)
    body = _listing(found, asked.get("fields", ""))
    body["meta"] |= {"count": found.total, "did_you_mean": found.did_you_mean or None}
    if wanted:
        body["facets"] = [facet_json(group) for group in found.facets]
    return body


def _listing(page: Any, fields: str) -> dict[str, Any]:
    return listing(
        map(card_json, page.cards),
        next_cursor=page.next_cursor,
        prev_cursor=page.prev_cursor,
        fields=fields,
    )
