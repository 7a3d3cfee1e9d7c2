"""Categories and products for everybody; products and stock for those who keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shared_apps.identity.domain.actors import acting_as
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import NotFound, Unprocessable
from shared_apps.kernel.ids import parse_public_id, public_id
from shared_apps.kernel.shapes import expansions, limit_of, listing, only
from tenant_apps.catalog.domain import inventory, moderation, products
from tenant_apps.catalog.queries import (
    ProductDetail,
    ProductUnknown,
    categories_flat,
    product_with,
    stock_page,
    vendor_products,
)
from tenant_apps.catalog.serializers import (
    NoteInput,
    ProductInput,
    StockInput,
    category_json,
    product_json,
    row_json,
    stock_json,
    stock_row_json,
)
from tenant_apps.partners import permissions
from tenant_apps.partners.permissions import Verb
from tenant_apps.partners.queries import PartnerNotFound, partner_with

_EXPAND = ("vendor", "category")


class CategoriesView(APIView):
    authentication_classes: list[type[Any]] = []
    permission_classes = [AllowAny]

    @extend_schema(responses={200: dict}, tags=["catalogue"])
    def get(self, request: Request) -> Response:
        """Every category, parents before children."""
        fields = request.query_params.get("fields", "")
        return Response(listing(map(category_json, categories_flat()), fields=fields))


class ProductView(APIView):
    authentication_classes: list[type[Any]] = []
    permission_classes = [AllowAny]

    @extend_schema(responses={200: dict}, tags=["catalogue"])
    def get(self, request: Request, product_id: str) -> Response:
        """A product on sale."""
        product = product_with(
            parse_public_id("prod", product_id),
            currency=request.query_params.get("currency", "").upper()[:3],
            on_sale=True,
        )
        return _product_response(request, product)


class VendorProductsView(APIView):
    @extend_schema(responses={200: dict}, tags=["vendor catalogue"])
    def get(self, request: Request, partner_id: str) -> Response:
        """A vendor's own products in whatever state."""
        asked = request.query_params
        page = vendor_products(
            _vendor_id(request, partner_id, Verb.READ_PRODUCTS),
            state=asked.get("state", ""),
            query=asked.get("q", ""),
            cursor=asked.get("cursor", ""),
            limit=limit_of(asked.get("limit", "")),
        )
        body = listing(
            map(row_json, page.items),
            next_cursor=page.next_cursor,
            prev_cursor=page.prev_cursor,
            fields=asked.get("fields", ""),
        )
        return Response(body)

    @extend_schema(request=ProductInput, responses={201: dict}, tags=["vendor catalogue"])
    def post(self, request: Request, partner_id: str) -> Response:
        """Add a product as a draft."""
        vendor_id = _vendor_id(request, partner_id, Verb.EDIT_PRODUCTS)
        form = ProductInput(data=request.data)
        form.is_valid(raise_exception=True)
        product_id = products.create_product(
            vendor_id=vendor_id,
            draft=form.draft(),
            acting=acting_as(request),
            at=now(),
        )
        return _product_response(request, product_with(product_id), status=201)


class VendorProductView(APIView):
    @extend_schema(responses={200: dict}, tags=["vendor catalogue"])
    def get(self, request: Request, partner_id: str, product_id: str) -> Response:
        """One of the vendor's products, in whatever state."""
        product = _own_product(request, partner_id, product_id, Verb.READ_PRODUCTS)
        return _product_response(request, product)

    @extend_schema(request=ProductInput, responses={200: dict}, tags=["vendor catalogue"])
    def put(self, request: Request, partner_id: str, product_id: str) -> Response:
        """Replace what a product says; If-Match refuses when somebody was faster."""
        product = _own_product(request, partner_id, product_id, Verb.EDIT_PRODUCTS)
        form = ProductInput(data=request.data)
        form.is_valid(raise_exception=True)
        products.edit_product(
            product_id=product.id,
            draft=form.draft(),
            version=_if_match(request),
            acting=acting_as(request),
            at=now(),
        )
        return _product_response(request, product_with(product.id))

    @extend_schema(responses={204: None}, tags=["vendor catalogue"])
    def delete(self, request: Request, partner_id: str, product_id: str) -> Response:
        """Archive a product."""
        product = _own_product(request, partner_id, product_id, Verb.EDIT_PRODUCTS)
        moderation.archive(product_id=product.id, acting=acting_as(request), at=now())
        return Response(status=204)


_MOVES: Mapping[str, tuple[str, Callable[..., None]]] = {
    "submission": ("note", moderation.submit),
    "withdrawal": ("", moderation.withdraw),
    "publication": ("note", moderation.publish_product),
    "rejection": ("reason", moderation.reject),
    "unpublication": ("", moderation.unpublish),
    "restoration": ("", moderation.restore),
}


class ProductMoveView(APIView):
    @extend_schema(request=NoteInput, responses={201: dict}, tags=["vendor catalogue"])
    def post(self, request: Request, partner_id: str, product_id: str, move: str) -> Response:
        """Submit, withdraw, publish, reject, unpublish or restore a product."""
        if move not in _MOVES:
            raise NotFound
        product = _own_product(request, partner_id, product_id, Verb.EDIT_PRODUCTS)
        form = NoteInput(data=request.data)
        form.is_valid(raise_exception=True)
        note_name, run = _MOVES[move]
        words = {note_name: form.validated_data["note"]} if note_name else {}
        run(product_id=product.id, acting=acting_as(request), at=now(), **words)
        return _product_response(request, product_with(product.id), status=201)


class VendorStockView(APIView):
    @extend_schema(responses={200: dict}, tags=["vendor catalogue"])
    def get(self, request: Request, partner_id: str) -> Response:
        """The stock of all variants of a vendor."""
        asked = request.query_params
        page = stock_page(
            _vendor_id(request, partner_id, Verb.READ_PRODUCTS),
            only_low=asked.get("low") == "true",
            query=asked.get("q", ""),
            cursor=asked.get("cursor", ""),
            limit=limit_of(asked.get("limit", ""), 50),
        )
        body = listing(
            map(stock_row_json, page.items),
            next_cursor=page.next_cursor,
            prev_cursor=page.prev_cursor,
            fields=asked.get("fields", ""),
        )
        return Response(body)


class VariantStockView(APIView):
    @extend_schema(request=StockInput, responses={201: dict}, tags=["vendor catalogue"])
    def post(self, request: Request, partner_id: str, variant_id: str) -> Response:
        """Count the shelf, or move units by hand."""
        _vendor_id(request, partner_id, Verb.MANAGE_STOCK)
        form = StockInput(data=request.data)
        form.is_valid(raise_exception=True)
        run: Callable[..., inventory.StockLevel] = inventory.move_stock
        if "on_hand" in form.validated_data:
            run = inventory.count_stock
        level = run(
            variant_id=parse_public_id("var", variant_id),
            acting=acting_as(request),
            at=now(),
            **form.validated_data,
        )
        return Response(stock_json(level), status=201)


def _product_response(request: Request, product: ProductDetail, status: int = 200) -> Response:
    asked = request.query_params
    body = product_json(product, expansions(asked.get("expand", ""), _EXPAND))
    headers = {"ETag": f'"{product.version}"'}
    return Response(only(body, asked.get("fields", "")), status=status, headers=headers)


def _if_match(request: Request) -> int | None:
    text = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if text in {"", "*"}:
        return None
    if not text.isdigit():
        raise Unprocessable(errors={"If-Match": ["Send the ETag of the product"]})
    return int(text)


def _vendor_id(request: Request, text: str, verb: Verb) -> UUID:
    """The id of a vendor the caller may do this for; all others do not exist for them."""
    vendor_id = parse_public_id("part", text)
    if not permissions.may(acting_as(request), verb, vendor_id):
        raise PartnerNotFound
    return partner_with(vendor_id).id


def _own_product(request: Request, partner_id: str, product_id: str, verb: Verb) -> ProductDetail:
    vendor_id = _vendor_id(request, partner_id, verb)
    product = product_with(parse_public_id("prod", product_id))
    if product.vendor.public_id != public_id("part", vendor_id):
        raise ProductUnknown
    return product
