"""Shapes of the API: money as text, ids prefixed, moments in ISO 8601."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from shared_apps.kernel.ids import InvalidId, parse_public_id, public_id
from shared_apps.kernel.money import Money
from tenant_apps.ordering.domain.cart_reading import CartGroup, CartLineView, CartView
from tenant_apps.ordering.domain.delivery import DeliveryOption
from tenant_apps.ordering.models.carts import QUANTITY_MAX
from tenant_apps.ordering.queries import (
    LINE_PREFIX,
    FulfilmentView,
    LineView,
    OrderRow,
    OrderView,
    VendorOrderView,
)


class VariantIdField(serializers.CharField):
    """`var_...` as the UUID within."""

    def to_internal_value(self, data: Any) -> UUID:  # type: ignore[override]
        try:
            return parse_public_id("var", super().to_internal_value(data))
        except InvalidId as error:
            raise serializers.ValidationError("This is not the id of a variant.") from error


class LineSerializer(serializers.Serializer[Any]):
    variant = VariantIdField()
    quantity = serializers.IntegerField(min_value=1, max_value=QUANTITY_MAX, default=1)


class QuantitySerializer(serializers.Serializer[Any]):
    quantity = serializers.IntegerField(min_value=0, max_value=QUANTITY_MAX)


class AddressSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    line1 = serializers.CharField(max_length=120)
    line2 = serializers.CharField(max_length=120, default="", allow_blank=True)
    city = serializers.CharField(max_length=120)
    region = serializers.CharField(max_length=120, default="", allow_blank=True)
    postcode = serializers.CharField(max_length=20, default="", allow_blank=True)
    country = serializers.CharField(max_length=2)


class MoneySerializer(serializers.Serializer[Any]):
    amount = serializers.CharField()
    currency = serializers.CharField()


class VendorChoicesField(serializers.DictField):
    """`{part_...: code}` with the vendors' UUIDs within."""

    child = serializers.CharField(max_length=40)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        said = super().to_internal_value(data)
        try:
            return {str(parse_public_id("part", key)): str(code) for key, code in said.items()}
        except InvalidId as error:
            raise serializers.ValidationError("Name vendors by their ids.") from error


class QuoteSerializer(serializers.Serializer[Any]):
    """What is known so far; all of it may be missing."""

    address = AddressSerializer(required=False)
    delivery = VendorChoicesField(default=dict)
    email = serializers.EmailField(max_length=254, default="", allow_blank=True)
    use_wallet = serializers.BooleanField(default=False)


class CheckoutSerializer(serializers.Serializer[Any]):
    """`delivery` maps vendors to codes of their options, `payment_method` is for what gift cards
    and the wallet do not pay, `expected_total` what the customer was shown: another one is refused.
    """

    email = serializers.EmailField(max_length=254)
    phone = serializers.CharField(max_length=40, default="", allow_blank=True)
    address = AddressSerializer()
    billing_address = AddressSerializer(required=False, allow_null=True, default=None)
    delivery = VendorChoicesField(default=dict)
    payment_method = serializers.CharField(max_length=20, default="", allow_blank=True)
    use_wallet = serializers.BooleanField(default=False)
    expected_total = MoneySerializer(required=False, allow_null=True, default=None)


class CodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=60)


class WaySerializer(serializers.Serializer[Any]):
    method = serializers.CharField()
    kind = serializers.CharField()
    instructions = serializers.CharField()


class FulfilmentSerializer(serializers.Serializer[Any]):
    carrier = serializers.CharField(max_length=80, default="", allow_blank=True)
    tracking_number = serializers.CharField(max_length=120, default="", allow_blank=True)
    tracking_url = serializers.URLField(max_length=500, default="", allow_blank=True)


class CartSerializer(serializers.Serializer[Any]):
    """Of a cart: `token` is what a guest's program sends back as X-Cart-Token."""

    id = serializers.CharField()
    token = serializers.CharField()
    version = serializers.IntegerField()
    count = serializers.IntegerField()
    subtotal = MoneySerializer()
    discount = MoneySerializer()
    delivery = MoneySerializer()
    tax = MoneySerializer()
    prices_include_tax = serializers.BooleanField()
    total = MoneySerializer()
    due = MoneySerializer()
    is_estimate = serializers.BooleanField()
    held_until = serializers.DateTimeField(allow_null=True)
    groups = serializers.ListField(child=serializers.DictField())
    discounts = serializers.ListField(child=serializers.DictField())
    tenders = serializers.ListField(child=serializers.DictField())
    problems = serializers.ListField(child=serializers.DictField())


class CheckoutStartedSerializer(serializers.Serializer[Any]):
    order = serializers.CharField()
    number = serializers.CharField()
    redirect_url = serializers.CharField()
    status = serializers.CharField()


class OrderSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    number = serializers.CharField()
    status = serializers.CharField()
    payment_status = serializers.CharField()
    fulfilment_status = serializers.CharField()
    total = MoneySerializer()
    vendor_orders = serializers.ListField(child=serializers.DictField())


def cart_json(view: CartView, token: str) -> dict[str, Any]:
    return {
        "id": public_id("cart", view.cart_id) if view.cart_id else "",
        "token": token,
        "version": view.version,
        "currency": view.currency,
        "count": view.count,
        "subtotal": view.sums.subtotal.as_json(),
        "discount": view.sums.discount.as_json(),
        "delivery": view.sums.delivery.as_json(),
        "tax": view.sums.tax.as_json(),
        "prices_include_tax": view.prices_include_tax,
        "total": view.total.as_json(),
        "due": view.due.as_json(),
        "is_estimate": view.is_estimate,
        "held_until": view.held_until.isoformat() if view.held_until else None,
        "groups": [_group_json(group) for group in view.groups],
        "discounts": [
            {"code": each.code, "title": each.title, "off": each.off.as_json()}
            for each in view.applied
        ],
        "tenders": [
            {"method": each.method, "label": each.label, "amount": each.amount.as_json()}
            for each in view.tenders
        ],
        "problems": [problem.as_json() for problem in view.problems],
    }


def _group_json(group: CartGroup) -> dict[str, Any]:
    return {
        "vendor": group.public_id,
        "vendor_name": group.vendor_name,
        "subtotal": group.subtotal.as_json(),
        "delivery": group.delivery.as_json() if group.delivery is not None else None,
        "delivery_method": group.chosen.code if group.chosen else None,
        "delivery_methods": [option_json(option) for option in group.options],
        "lines": [_cart_line_json(line) for line in group.lines],
    }


def option_json(option: DeliveryOption) -> dict[str, Any]:
    """A way of delivery with its price."""
    return {
        "code": option.code,
        "name": option.name,
        "kind": option.kind,
        "price": option.price.as_json(),
        "days": option.days,
        "note": option.note,
    }


def _cart_line_json(line: CartLineView) -> dict[str, Any]:
    return {
        "variant": line.public_id,
        "title": line.title,
        "variant_title": line.variant_title,
        "quantity": line.quantity,
        "unit": line.unit.as_json() if line.unit else None,
        "total": line.total.as_json(),
    }


def order_row_json(row: OrderRow) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "number": row.number,
        "status": row.status,
        "total": row.total.as_json(),
        "created_at": row.created_at.isoformat(),
        "vendors": list(row.vendor_names),
    }


def order_json(view: OrderView) -> dict[str, Any]:
    """The whole, for its customer."""
    return {
        "id": view.public_id,
        "number": view.number,
        "status": view.status,
        "payment_status": view.payment_status,
        "fulfilment_status": view.fulfilment_status,
        "email": view.email,
        "address": dict(view.address),
        "subtotal": view.subtotal.as_json(),
        "delivery": view.delivery.as_json(),
        "discount": view.discount.as_json(),
        "tax": view.tax.as_json(),
        "total": view.total.as_json(),
        "created_at": view.created_at.isoformat(),
        "placed_at": view.placed_at.isoformat() if view.placed_at else None,
        "vendor_orders": [_part_json(part) for part in view.parts],
    }


def vendor_order_json(part: VendorOrderView) -> dict[str, Any]:
    """One part, for its vendor: with what they earn, without anything of the whole."""
    return {
        **_part_json(part),
        "address": dict(part.address),
        "phone": part.phone,
        "commission": part.commission.as_json(),
        "earning": part.earning.as_json(),
    }


def _part_json(part: VendorOrderView) -> dict[str, Any]:
    sent = part.fulfilment
    return {
        "id": part.public_id,
        "number": part.number,
        "vendor": public_id("part", part.vendor_id),
        "vendor_name": part.vendor_name,
        "status": part.state,
        "delivery_method": part.delivery_name,
        "subtotal": part.subtotal.as_json(),
        "delivery": part.delivery.as_json(),
        "tax": part.tax.as_json(),
        "total": part.total.as_json(),
        "refunded": part.refunded.as_json(),
        "lines": [_line_json(line) for line in part.lines],
        "parcels": [_parcel_json(parcel) for parcel in part.fulfilments],
        "tracking": {
            "carrier": sent.carrier,
            "number": sent.tracking_number,
            "url": sent.tracking_url,
        }
        if sent
        else None,
    }


def _parcel_json(parcel: FulfilmentView) -> dict[str, Any]:
    return {
        "id": parcel.public_id,
        "kind": parcel.kind,
        "status": parcel.state,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "tracking_url": parcel.tracking_url,
        "shipped_at": parcel.shipped_at.isoformat(),
        "delivered_at": parcel.delivered_at.isoformat() if parcel.delivered_at else None,
        "lines": [
            {"line": public_id(LINE_PREFIX, line_id), "quantity": count}
            for line_id, count in parcel.quantities.items()
        ],
    }


def _line_json(line: LineView) -> dict[str, Any]:
    return {
        "id": public_id(LINE_PREFIX, line.id),
        "product": public_id("prod", line.product_id),
        "variant": public_id("var", line.variant_id),
        "title": line.title,
        "variant_title": line.variant_title,
        "sku": line.sku,
        "quantity": line.quantity,
        "cancelled": line.cancelled,
        "shipped": line.shipped,
        "returned": line.returned,
        "refunded": money_json(line.refunded),
        "unit": money_json(line.unit),
        "total": money_json(line.total),
    }


def money_json(amount: Money) -> dict[str, str]:
    return amount.as_json()
