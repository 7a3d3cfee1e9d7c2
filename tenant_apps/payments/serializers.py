"""Shapes of the API: money as text, ids prefixed, moments in ISO 8601."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from shared_apps.kernel.ids import public_id
from tenant_apps.payments.queries import (
    DayView,
    DifferenceView,
    DisputeView,
    PaymentDetail,
    PaymentView,
    RefundView,
    SavedMethodView,
)

ORDER_KIND, ORDER_PREFIX = "ordering.order", "ord"


class OpenSerializer(serializers.Serializer[Any]):
    """Which order is to be paid: its outstanding payment is opened, again if need be."""

    order = serializers.CharField(max_length=60)


class MoneyInput(serializers.Serializer[Any]):
    amount = serializers.CharField(max_length=30)
    currency = serializers.CharField(max_length=3)


class EvidenceSerializer(serializers.Serializer[Any]):
    """`is_final` sends it to the bank for good; until then it is a draft."""

    evidence = serializers.CharField(max_length=20_000)
    is_final = serializers.BooleanField(default=False)


class PaymentSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    reference = serializers.CharField()
    status = serializers.CharField()
    method = serializers.CharField()
    amount = MoneyInput()
    captured = MoneyInput()
    refunded = MoneyInput()
    redirect_url = serializers.CharField()
    verified_at = serializers.DateTimeField(allow_null=True)


def payment_json(view: PaymentView) -> dict[str, Any]:
    return {
        "id": view.public_id,
        "reference": view.reference,
        "subject": _subject(view),
        "status": view.state,
        "method": view.method,
        "is_test": view.is_test,
        "amount": view.amount.as_json(),
        "captured": view.captured.as_json(),
        "refunded": view.refunded.as_json(),
        "redirect_url": view.redirect_url if view.is_open else "",
        "pay_to": view.pay_to,
        "failure_code": view.failure_code,
        "created_at": view.created_at,
        "expires_at": view.expires_at,
        "verified_at": view.verified_at,
    }


def _subject(view: PaymentView) -> str:
    """An order by its public id, anything else by its kind."""
    if view.subject.kind != ORDER_KIND:
        return view.subject.kind
    return public_id(ORDER_PREFIX, UUID(view.subject.id))


def detail_json(detail: PaymentDetail) -> dict[str, Any]:
    return {
        **payment_json(detail.view),
        "splits": [
            {
                "partner": split.partner,
                "amount": split.amount.as_json(),
                "captured": split.captured.as_json(),
                "refunded": split.refunded.as_json(),
                "disputed": split.disputed.as_json(),
            }
            for split in detail.splits
        ],
        "refunds": [refund_json(each) for each in detail.refunds],
        "disputes": [dispute_json(each) for each in detail.disputes],
    }


def refund_json(view: RefundView) -> dict[str, Any]:
    return {
        "id": view.public_id,
        "payment": view.payment_public_id,
        "method": view.method,
        "amount": view.amount.as_json(),
        "reason": view.reason,
        "status": view.state,
        "is_by_hand": view.is_by_hand,
        "failure_code": view.failure_code,
        "created_at": view.created_at,
        "settled_at": view.settled_at,
    }


def dispute_json(view: DisputeView) -> dict[str, Any]:
    return {
        "id": view.public_id,
        "payment": view.payment_public_id,
        "provider_id": view.provider_id,
        "amount": view.amount.as_json(),
        "withdrawn": view.withdrawn.as_json(),
        "fee": view.fee.as_json(),
        "reason": view.reason,
        "status": view.state,
        "evidence_due_at": view.evidence_due_at,
        "evidence_sent_at": view.evidence_sent_at,
        "opened_at": view.opened_at,
        "closed_at": view.closed_at,
    }


def card_json(view: SavedMethodView) -> dict[str, Any]:
    return {
        "id": view.public_id,
        "method": view.method,
        "brand": view.brand,
        "last4": view.last4,
        "expires": view.expires,
        "is_default": view.is_default,
        "is_usable": view.is_usable,
    }


def day_json(view: DayView) -> dict[str, Any]:
    return {
        "gateway": view.kind,
        "date": view.date,
        "booked": view.booked.as_json(),
        "reported": view.reported.as_json(),
        "difference": view.difference.as_json(),
        "checked_at": view.checked_at,
    }


def difference_json(view: DifferenceView, advice: str) -> dict[str, Any]:
    return {
        "kind": view.kind,
        "gateway": view.gateway,
        "date": view.date,
        "source_id": view.source_id,
        "payment": view.payment_public_id,
        "booked": view.booked.as_json(),
        "reported": view.reported.as_json(),
        "advice": advice,
    }
