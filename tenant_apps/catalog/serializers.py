"""Products, categories and stock in the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from shared_apps.kernel.ids import parse_public_id, public_id
from shared_apps.kernel.money import Money
from tenant_apps.catalog.domain.drafts import (
    ImageDraft,
    OptionDraft,
    PriceDraft,
    ProductDraft,
    VariantDraft,
)
from tenant_apps.catalog.domain.inventory import HOLD_MINUTES_MAX, StockLevel
from tenant_apps.catalog.domain.stock import StockLine
from tenant_apps.catalog.queries import (
    CategoryNode,
    MovementRow,
    ProductDetail,
    ProductRow,
    StockRow,
    VariantDetail,
)

_TEXT: dict[str, Any] = {"required": False, "allow_blank": True, "default": ""}


class MoneyField(serializers.Serializer[Any]):
    amount = serializers.CharField(max_length=30)
    currency = serializers.CharField(min_length=3, max_length=3)


class VariantInput(serializers.Serializer[Any]):
    prices = MoneyField(many=True)
    compare_at = MoneyField(many=True, required=False, default=list)
    option_values = serializers.ListField(
        child=serializers.CharField(max_length=255), required=False, default=list
    )
    sku = serializers.CharField(max_length=120, **_TEXT)
    barcode = serializers.CharField(max_length=60, **_TEXT)
    weight_g = serializers.IntegerField(min_value=0, required=False, allow_null=True, default=None)
    quantity = serializers.IntegerField(min_value=0, required=False, allow_null=True, default=None)
    image = serializers.IntegerField(min_value=0, required=False, allow_null=True, default=None)


class OptionInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    values = serializers.ListField(child=serializers.CharField(max_length=255))


class ImageInput(serializers.Serializer[Any]):
    file_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    source_url = serializers.URLField(max_length=2000, **_TEXT)
    alt = serializers.CharField(max_length=300, **_TEXT)


class ProductInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=300)
    slug = serializers.CharField(max_length=255, **_TEXT)
    summary = serializers.CharField(max_length=300, **_TEXT)
    description_html = serializers.CharField(max_length=50_000, **_TEXT)
    category_id = serializers.CharField(
        max_length=40, required=False, allow_null=True, default=None
    )
    brand = serializers.CharField(max_length=120, **_TEXT)
    product_type = serializers.CharField(max_length=120, **_TEXT)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=120), required=False, default=list
    )
    attributes = serializers.DictField(required=False, default=dict)
    is_digital = serializers.BooleanField(required=False, default=False)
    options = OptionInput(many=True, required=False, default=list)
    variants = VariantInput(many=True)
    images = ImageInput(many=True, required=False, default=list)

    def draft(self) -> ProductDraft:
        """The validated input as the domain takes it. Raises BadAmount, InvalidId."""
        values = dict(self.validated_data)
        category = values.pop("category_id")
        values["category_id"] = parse_public_id("cat", category) if category else None
        values["tags"] = tuple(values["tags"])
        values["options"] = tuple(
            OptionDraft(option["name"], tuple(option["values"])) for option in values["options"]
        )
        values["images"] = tuple(ImageDraft(**image) for image in values["images"])
        values["variants"] = tuple(map(_variant_draft, values["variants"]))
        return ProductDraft(**values)


class NoteInput(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=1000, **_TEXT)


class StockInput(serializers.Serializer[Any]):
    """Either what was counted (`on_hand`) or a movement (`kind` and `change`)."""

    on_hand = serializers.IntegerField(min_value=0, required=False)
    kind = serializers.ChoiceField(
        choices=["receive", "adjust", "return", "write_off"], required=False
    )
    change = serializers.IntegerField(required=False)
    note = serializers.CharField(max_length=200, **_TEXT)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("on_hand" in attrs) == ("kind" in attrs and "change" in attrs):
            raise serializers.ValidationError("Send on_hand, or kind and change")
        return attrs


def _variant_draft(values: dict[str, Any]) -> VariantDraft:
    former = {each["currency"]: each for each in values.pop("compare_at")}
    prices = tuple(
        PriceDraft(_money(price), _money(former.get(price["currency"])))
        for price in values.pop("prices")
    )
    option_values = tuple(values.pop("option_values"))
    return VariantDraft(prices=prices, option_values=option_values, **values)


def _money(value: dict[str, str] | None) -> Any:
    return Money.parse(value["amount"], value["currency"].upper()) if value else None


def category_json(node: CategoryNode) -> dict[str, Any]:
    return {
        "id": node.public_id,
        "name": node.name,
        "slug": node.slug,
        "path": node.path,
        "depth": node.depth,
        "description": node.description,
        "parent_id": public_id("cat", node.parent_id) if node.parent_id else None,
    }


def variant_json(variant: VariantDetail) -> dict[str, Any]:
    return {
        "id": variant.public_id,
        "sku": variant.sku,
        "option_values": list(variant.option_values),
        "price": variant.price.as_json() if variant.price else None,
        "compare_at": variant.compare_at.as_json() if variant.compare_at else None,
        "in_stock": variant.in_stock,
        "available": variant.available,
        "weight_g": variant.weight_g,
    }


def product_json(product: ProductDetail, expand: frozenset[str]) -> dict[str, Any]:
    """A product; `vendor` and `category` are ids unless expanded."""
    vendor: Any = product.vendor.public_id
    if "vendor" in expand:
        face = product.vendor
        vendor = {"id": face.public_id, "name": face.name, "slug": face.slug}
    category: Any = product.category_path or None
    if "category" in expand:
        category = [{"name": crumb.name, "path": crumb.path} for crumb in product.crumbs]
    return {
        "id": product.public_id,
        "slug": product.slug,
        "title": product.title,
        "summary": product.summary,
        "description_html": product.description_html,
        "brand": product.brand,
        "product_type": product.product_type,
        "tags": list(product.tags),
        "state": product.state,
        "version": product.version,
        "vendor": vendor,
        "category": category,
        "attributes": [
            {"code": each.code, "label": each.label, "values": list(each.texts)}
            for each in product.attributes
        ],
        "options": [{"name": axis.name, "values": list(axis.values)} for axis in product.options],
        "images": [image.as_json() for image in product.images],
        "variants": [variant_json(variant) for variant in product.variants],
        "in_stock": product.in_stock,
        "created_at": product.created_at,
        "updated_at": product.updated_at,
        "published_at": product.published_at,
    }


def row_json(row: ProductRow) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "title": row.title,
        "slug": row.slug,
        "state": row.state,
        "vendor": public_id("part", row.vendor_id),
        "category": row.category_path or None,
        "price_from": row.price_from.as_json() if row.price_from else None,
        "variant_count": row.variant_count,
        "on_hand": row.on_hand,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def stock_json(level: StockLevel | StockRow) -> dict[str, Any]:
    variant_id: UUID = level.variant_id
    return {
        "id": public_id("var", variant_id),
        "on_hand": level.on_hand,
        "allocated": level.allocated,
        "reserved": level.reserved,
        "available": level.available,
        "is_tracked": level.is_tracked,
        "allows_backorder": level.allows_backorder,
        "low_at": level.low_at,
    }


def stock_row_json(row: StockRow) -> dict[str, Any]:
    return {**stock_json(row), "sku": row.sku, "title": row.title, "label": row.label}


LINES_MAX = 100


class LineInput(serializers.Serializer[Any]):
    variant = serializers.CharField(max_length=40)
    quantity = serializers.IntegerField(min_value=1, max_value=100_000)


class LinesInput(serializers.Serializer[Any]):
    lines = LineInput(many=True, allow_empty=False)

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(lines) > LINES_MAX:
            raise serializers.ValidationError(f"At most {LINES_MAX} lines")
        return lines

    def stock_lines(self) -> list[StockLine]:
        """Raises InvalidId for an id that is none."""
        return [
            StockLine(parse_public_id("var", line["variant"]), line["quantity"])
            for line in self.validated_data["lines"]
        ]


class HoldInput(LinesInput):
    minutes = serializers.IntegerField(min_value=1, max_value=HOLD_MINUTES_MAX, default=15)


def movement_json(row: MovementRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "kind": row.kind,
        "on_hand": row.on_hand,
        "allocated": row.allocated,
        "reserved": row.reserved,
        "subject": row.subject,
        "note": row.note,
        "at": row.at,
    }
