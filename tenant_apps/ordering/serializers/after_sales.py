"""Shapes of the API for what follows a sale."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from rest_framework import serializers

from shared_apps.kernel.ids import InvalidId, parse_public_id, public_id
from tenant_apps.ordering.forms.after_sales import CLAIM_KINDS, RETURN_REASONS
from tenant_apps.ordering.models.carts import QUANTITY_MAX
from tenant_apps.ordering.queries import LINE_PREFIX, VENDOR_ORDER_PREFIX, EventView
from tenant_apps.ordering.queries.after_sales import (
    ClaimView,
    DocumentView,
    DownloadView,
    ReturnView,
)


class PublicIdField(serializers.CharField):
    """`line_...` and the like as the UUID within."""

    def __init__(self, prefix: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.prefix = prefix

    def to_internal_value(self, data: Any) -> UUID:  # type: ignore[override]
        try:
            return parse_public_id(self.prefix, super().to_internal_value(data))
        except InvalidId as error:
            raise serializers.ValidationError(f"This is not an id of {self.prefix}_.") from error


class ItemSerializer(serializers.Serializer[Any]):
    line = PublicIdField(LINE_PREFIX)
    quantity = serializers.IntegerField(min_value=1, max_value=QUANTITY_MAX)


class WhichSerializer(serializers.Serializer[Any]):
    """Lines by quantity; none means everything that it can be about."""

    lines = ItemSerializer(many=True, required=False, default=list)

    @property
    def quantities(self) -> dict[UUID, int] | None:
        lines = self.validated_data["lines"]
        return {each["line"]: each["quantity"] for each in lines} or None


class CancellationSerializer(WhichSerializer):
    """Of a whole order when no `vendor_order` is named."""

    vendor_order = PublicIdField(VENDOR_ORDER_PREFIX, required=False, default=None)
    reason = serializers.CharField(max_length=200, default="", allow_blank=True)


class PartSerializer(serializers.Serializer[Any]):
    vendor_order = PublicIdField(VENDOR_ORDER_PREFIX)


class ReturnItemSerializer(ItemSerializer):
    replacement = PublicIdField("var", required=False, default=None)


class ReturnSerializer(serializers.Serializer[Any]):
    vendor_order = PublicIdField(VENDOR_ORDER_PREFIX)
    lines = ReturnItemSerializer(many=True)
    reason = serializers.ChoiceField(choices=[value for value, _label in RETURN_REASONS])
    wanted = serializers.ChoiceField(choices=["refund", "exchange"], default="refund")
    note = serializers.CharField(max_length=2000, default="", allow_blank=True)


class ClaimSerializer(serializers.Serializer[Any]):
    vendor_order = PublicIdField(VENDOR_ORDER_PREFIX)
    lines = ItemSerializer(many=True)
    kind = serializers.ChoiceField(choices=[value for value, _label in CLAIM_KINDS])
    note = serializers.CharField(max_length=2000, default="", allow_blank=True)


class ParcelSerializer(WhichSerializer):
    carrier = serializers.CharField(max_length=80, default="", allow_blank=True)
    tracking_number = serializers.CharField(max_length=120, default="", allow_blank=True)
    tracking_url = serializers.URLField(max_length=500, default="", allow_blank=True)


class StatusSerializer(ParcelSerializer):
    """The seeds' PUT status: what the vendor does next."""

    status = serializers.ChoiceField(choices=["processing", "shipped", "delivered", "cancelled"])
    reason = serializers.CharField(max_length=200, default="", allow_blank=True)


class AmountSerializer(serializers.Serializer[Any]):
    line = PublicIdField(LINE_PREFIX)
    amount = serializers.DecimalField(max_digits=14, decimal_places=3, min_value=0)


class RefundSerializer(serializers.Serializer[Any]):
    """Amounts in the order's currency, by line and of the delivery."""

    lines = AmountSerializer(many=True, required=False, default=list)
    delivery = serializers.DecimalField(
        max_digits=14, decimal_places=3, min_value=0, required=False, default=Decimal(0)
    )
    reason = serializers.CharField(max_length=200)


class AnswerSerializer(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(choices=["approve", "refuse"])
    answer = serializers.CharField(max_length=2000, default="", allow_blank=True)


class FindingSerializer(serializers.Serializer[Any]):
    line = PublicIdField(LINE_PREFIX)
    restocked = serializers.IntegerField(min_value=0, default=0)
    written_off = serializers.IntegerField(min_value=0, default=0)
    refused = serializers.IntegerField(min_value=0, default=0)


class InspectionSerializer(serializers.Serializer[Any]):
    lines = FindingSerializer(many=True)
    answer = serializers.CharField(max_length=2000, default="", allow_blank=True)


class DecisionSerializer(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(choices=["refund", "reship", "refuse"])
    note = serializers.CharField(max_length=2000)
    amount = serializers.DecimalField(
        max_digits=14, decimal_places=3, min_value=0, required=False, default=None, allow_null=True
    )
    carrier = serializers.CharField(max_length=80, default="", allow_blank=True)
    tracking_number = serializers.CharField(max_length=120, default="", allow_blank=True)


def return_json(found: ReturnView) -> dict[str, Any]:
    return {
        "id": found.public_id,
        "number": found.number,
        "vendor_order": public_id(VENDOR_ORDER_PREFIX, found.part_id),
        "status": found.state,
        "reason": found.reason,
        "wanted": found.wanted,
        "note": found.note,
        "answer": found.answer,
        "refund": found.refund.as_json(),
        "restocking_fee": found.fee.as_json(),
        "created_at": found.created_at.isoformat(),
        "lines": [
            {
                "line": public_id(LINE_PREFIX, line.line_id),
                "title": line.title,
                "quantity": line.quantity,
                "restocked": line.restocked,
                "written_off": line.written_off,
                "refused": line.refused,
            }
            for line in found.lines
        ],
    }


def claim_json(found: ClaimView) -> dict[str, Any]:
    return {
        "id": found.public_id,
        "number": found.number,
        "vendor_order": public_id(VENDOR_ORDER_PREFIX, found.part_id),
        "status": found.state,
        "kind": found.kind,
        "note": found.note,
        "decision": found.decision_note,
        "refund": found.refund.as_json(),
        "created_at": found.created_at.isoformat(),
        "decided_at": found.decided_at.isoformat() if found.decided_at else None,
        "items": [{"title": title, "quantity": count} for title, count in found.items],
    }


def document_json(found: DocumentView, url_of: Callable[[DocumentView], str]) -> dict[str, Any]:
    return {
        "id": found.public_id,
        "kind": found.kind,
        "number": found.number,
        "total": found.total.as_json(),
        "sha256": found.sha256,
        "issued_at": found.issued_at.isoformat(),
        "url": url_of(found),
    }


def download_json(found: DownloadView, key: str) -> dict[str, Any]:
    return {
        "id": found.public_id,
        "order": found.order_public_id,
        "title": found.title,
        "file": found.file_name,
        "key": key,
        "used": found.used,
        "limit": found.limit or None,
        "expires_at": found.expires_at.isoformat() if found.expires_at else None,
        "status": found.state,
    }


def event_json(event: EventView) -> dict[str, Any]:
    part = event.vendor_order_id
    return {
        "kind": event.kind,
        "at": event.at.isoformat(),
        "vendor_order": public_id(VENDOR_ORDER_PREFIX, part) if part else None,
        "data": dict(event.data),
    }
