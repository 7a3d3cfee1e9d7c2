"""Promotions and gift cards as the API reads and writes them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.ids import InvalidId, parse_public_id, public_id
from shared_apps.kernel.money import Money
from tenant_apps.promotions.domain.gift_card_sales import Purchase
from tenant_apps.promotions.domain.gift_cards import GiftCardDraft
from tenant_apps.promotions.domain.promotions import VOUCHERS_MAX, PromotionDraft
from tenant_apps.promotions.queries import CodeView, GiftCardRow, PromotionView

_PREFIXES = {"vendor": "part", "product": "prod"}


class MoneyField(serializers.Serializer[Any]):
    amount = serializers.CharField(max_length=20)
    currency = serializers.CharField(max_length=3, required=False)


class PromotionInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=120)
    code = serializers.CharField(max_length=60, default="", allow_blank=True)
    kind = serializers.ChoiceField(["percentage", "fixed", "free_delivery"])
    bps = serializers.IntegerField(default=0, min_value=0)
    amount = MoneyField(required=False)
    maximum = MoneyField(required=False)
    minimum = MoneyField(required=False)
    scope = serializers.ChoiceField(["all", "vendor", "category", "product"], default="all")
    targets = serializers.ListField(
        child=serializers.CharField(max_length=700), default=list, max_length=500
    )
    bearer = serializers.ChoiceField(["operator", "vendor", "shared"], required=False)
    share_bps = serializers.IntegerField(default=0, min_value=0)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(default=None, allow_null=True)
    uses_max = serializers.IntegerField(default=None, allow_null=True, min_value=1)
    uses_per_customer = serializers.IntegerField(default=None, allow_null=True, min_value=1)
    is_stackable = serializers.BooleanField(default=False)
    is_first_order_only = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        prefix = _PREFIXES.get(attrs["scope"])
        try:
            if prefix:
                attrs["targets"] = [str(parse_public_id(prefix, each)) for each in attrs["targets"]]
        except InvalidId as error:
            raise serializers.ValidationError(
                {"targets": [f"Ids begin with {prefix}_."]}
            ) from error
        currency = current_tenant().currency
        for name in ("amount", "maximum", "minimum"):
            said = attrs.get(name)
            if said and said.get("currency", currency) != currency:
                raise serializers.ValidationError({name: [f"In {currency}, please."]})
            attrs[name] = _money(said) if said else Money.zero(currency)
        return attrs

    def draft(self, *, is_vendors: bool) -> PromotionDraft:
        """What was sent, as the domain takes it; a vendor bears their own unless they say else."""
        said = self.validated_data
        kept = {
            name: said[name]
            for name in (
                "title",
                "code",
                "kind",
                "bps",
                "scope",
                "share_bps",
                "starts_at",
                "ends_at",
                "uses_max",
                "uses_per_customer",
                "is_stackable",
                "is_first_order_only",
            )
        }
        return PromotionDraft(
            **kept,
            currency=current_tenant().currency,
            amount_minor=said["amount"].minor,
            maximum_minor=said["maximum"].minor,
            minimum_minor=said["minimum"].minor,
            targets=tuple(said["targets"]),
            bearer=said.get("bearer") or ("vendor" if is_vendors else "operator"),
        )


class PromotionOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    title = serializers.CharField()
    code = serializers.CharField()
    kind = serializers.CharField()
    status = serializers.CharField()


class VouchersInput(serializers.Serializer[Any]):
    count = serializers.IntegerField(min_value=1, max_value=VOUCHERS_MAX)


class CodeOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    batch = serializers.IntegerField()
    used_count = serializers.IntegerField()
    uses_max = serializers.IntegerField(allow_null=True)


class CodeInput(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=60)


class GiftCardInput(serializers.Serializer[Any]):
    amount = MoneyField()
    recipient_email = serializers.EmailField(default="", allow_blank=True)
    recipient_name = serializers.CharField(max_length=120, default="", allow_blank=True)
    message = serializers.CharField(max_length=500, default="", allow_blank=True)
    note = serializers.CharField(max_length=200, default="", allow_blank=True)
    expires_at = serializers.DateTimeField(default=None, allow_null=True)

    def draft(self) -> GiftCardDraft:
        said = self.validated_data
        return GiftCardDraft(**{**said, "amount": _money(said["amount"])})


class GiftCardOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    code_end = serializers.CharField()
    amount = MoneyField()
    balance = MoneyField()
    status = serializers.CharField()


class PurchaseInput(serializers.Serializer[Any]):
    amount = MoneyField()
    buyer_email = serializers.EmailField()
    buyer_name = serializers.CharField(max_length=120, default="", allow_blank=True)
    recipient_email = serializers.EmailField()
    recipient_name = serializers.CharField(max_length=120, default="", allow_blank=True)
    message = serializers.CharField(max_length=500, default="", allow_blank=True)

    def purchase(self, buyer_id: UUID | None) -> Purchase:
        said = self.validated_data
        return Purchase(**{**said, "amount": _money(said["amount"])}, buyer_id=buyer_id)


def promotion_json(view: PromotionView) -> dict[str, Any]:
    prefix = _PREFIXES.get(view.scope)
    targets = [public_id(prefix, UUID(each)) if prefix else each for each in view.targets]
    return {
        "id": view.public_id,
        "title": view.title,
        "code": view.code,
        "vendor": view.vendor.public_id if view.vendor else None,
        "kind": view.kind,
        "bps": view.bps,
        "amount": view.amount.as_json(),
        "maximum": view.maximum.as_json(),
        "minimum": view.minimum.as_json(),
        "scope": view.scope,
        "targets": targets,
        "bearer": view.bearer,
        "share_bps": view.share_bps,
        "starts_at": view.starts_at.isoformat(),
        "ends_at": view.ends_at.isoformat() if view.ends_at else None,
        "uses_max": view.uses_max,
        "uses_per_customer": view.uses_per_customer,
        "used_count": view.used_count,
        "is_stackable": view.is_stackable,
        "is_first_order_only": view.is_first_order_only,
        "status": view.state,
        "saved": view.usage.off.as_json(),
        "subsidy": view.usage.subsidy.as_json(),
    }


def code_json(view: CodeView) -> dict[str, Any]:
    return {
        "code": view.text,
        "batch": view.batch,
        "used_count": view.used_count,
        "uses_max": view.uses_max,
    }


def card_json(row: GiftCardRow) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "code_end": row.code_end,
        "origin": row.origin,
        "amount": row.amount.as_json(),
        "balance": row.balance.as_json(),
        "recipient_email": row.recipient_email,
        "note": row.note,
        "status": row.state,
        "created_at": row.created_at.isoformat(),
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
    }


def _money(said: dict[str, str]) -> Money:
    return Money.parse(said["amount"], said.get("currency") or current_tenant().currency)
