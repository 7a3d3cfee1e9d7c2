"""Stock for programs: whether it is there, holding it, letting it go, and what happened to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.identity.domain.actors import acting_as
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import parse_public_id, public_id
from shared_apps.kernel.shapes import limit_of, listing
from shared_apps.outbox.domain.repeats import idempotent
from tenant_apps.catalog import queries
from tenant_apps.catalog.domain import inventory
from tenant_apps.catalog.domain.stock import StockLine
from tenant_apps.catalog.queries import ProductUnknown, product_with
from tenant_apps.catalog.queries.products import PRODUCT_PREFIX, VARIANT_PREFIX
from tenant_apps.catalog.serializers import (
    HoldInput,
    LinesInput,
    StockInput,
    movement_json,
    stock_json,
)
from tenant_apps.partners import permissions
from tenant_apps.partners.permissions import Verb

HOLD_PREFIX = "hold"


class CheckView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(request=LinesInput, responses={200: dict}, tags=["inventory"])
    def post(self, request: Request) -> Response:
        """Whether each quantity could be bought now."""
        form = LinesInput(data=request.data)
        form.is_valid(raise_exception=True)
        found = queries.availability_of(
            (line.variant_id, line.quantity) for line in form.stock_lines()
        )
        lines = [
            {
                "variant": public_id(VARIANT_PREFIX, each.variant_id),
                "quantity": each.requested,
                "available": each.is_available,
            }
            for each in found
        ]
        return Response({"available": all(each.is_available for each in found), "lines": lines})


class ProductStockView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(responses={200: dict}, tags=["inventory"])
    def get(self, request: Request, product_id: str) -> Response:
        """Which variants of a product on sale are in stock."""
        product = product_with(parse_public_id(PRODUCT_PREFIX, product_id), on_sale=True)
        rows = [
            {"id": each.public_id, "sku": each.sku, "in_stock": each.is_buyable}
            for each in product.variants
        ]
        return Response(listing(rows))


class VariantView(APIView):
    @extend_schema(responses={200: dict}, tags=["inventory"])
    def get(self, request: Request, variant_id: str) -> Response:
        """A variant's counters, for those who keep it."""
        found = _own(request, variant_id, Verb.READ_PRODUCTS)
        return Response(stock_json(queries.stock_of_variant(found)))

    @extend_schema(request=StockInput, responses={200: dict}, tags=["inventory"])
    def put(self, request: Request, variant_id: str) -> Response:
        """The shelf was counted (`on_hand`), or units came or went (`kind`, `change`)."""
        found = _own(request, variant_id, Verb.MANAGE_STOCK)
        form = StockInput(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        run = inventory.count_stock if "on_hand" in said else inventory.move_stock
        level = run(variant_id=found, acting=acting_as(request), at=now(), **said)
        return Response(stock_json(level))


class MovementsView(APIView):
    @extend_schema(responses={200: dict}, tags=["inventory"])
    def get(self, request: Request, variant_id: str) -> Response:
        """What happened to a variant's stock, latest first."""
        found = _own(request, variant_id, Verb.READ_PRODUCTS)
        asked = request.query_params
        page = queries.movements_of(
            found, cursor=asked.get("cursor", ""), limit=limit_of(asked.get("limit", ""))
        )
        return Response(
            listing(
                map(movement_json, page.items),
                next_cursor=page.next_cursor,
                prev_cursor=page.prev_cursor,
                fields=asked.get("fields", ""),
            )
        )


class ReservationsView(APIView):
    @extend_schema(request=HoldInput, responses={201: dict}, tags=["inventory"])
    @idempotent
    def post(self, request: Request) -> Response:
        """Hold units of one's own variants for some minutes. Needs an Idempotency-Key."""
        form = HoldInput(data=request.data)
        form.is_valid(raise_exception=True)
        lines, at = form.stock_lines(), now()
        for line in lines:
            _require(request, line.variant_id, Verb.MANAGE_STOCK)
        minutes = form.validated_data["minutes"]
        hold_id = inventory.hold_stock(
            lines=lines, minutes=minutes, acting=acting_as(request), at=at
        )
        body = {
            "id": public_id(HOLD_PREFIX, hold_id),
            "expires_at": at + timedelta(minutes=minutes),
            "lines": [_line_json(line) for line in lines],
        }
        return Response(body, status=201)


class ReservationView(APIView):
    @extend_schema(responses={204: None}, tags=["inventory"])
    def delete(self, request: Request, hold_id: str) -> Response:
        """Let what was held go."""
        found = parse_public_id(HOLD_PREFIX, hold_id)
        inventory.release_hold(hold_id=found, acting=acting_as(request), at=now())
        return Response(status=204)


def _own(request: Request, text: str, verb: Verb) -> UUID:
    """The id of a variant the caller keeps; all others do not exist for them."""
    variant_id = parse_public_id(VARIANT_PREFIX, text)
    _require(request, variant_id, verb)
    return variant_id


def _require(request: Request, variant_id: UUID, verb: Verb) -> None:
    vendor_id = queries.vendor_of_variant(variant_id)
    if not permissions.may(acting_as(request), verb, vendor_id):
        raise ProductUnknown


def _line_json(line: StockLine) -> dict[str, Any]:
    return {"variant": public_id(VARIANT_PREFIX, line.variant_id), "quantity": line.quantity}
