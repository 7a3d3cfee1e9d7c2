"""PayPal's objects read into ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared_apps.gateways.contract import (
    PaymentSnapshot,
    PaymentState,
    PayoutSnapshot,
    PayoutState,
    Refunded,
    RefundState,
    SavedMethod,
)
from shared_apps.gateways.paypal.amounts import from_wire
from shared_apps.kernel.money import Money

# Appended to an order's custom id once we no longer want it: it will then not be completed.
CLOSED = " closed"
KEPT_CAPTURES = frozenset({"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"})
LOST_CAPTURES = frozenset({"DECLINED", "FAILED"})
LOST_REFUNDS = frozenset({"CANCELLED", "FAILED"})
AUTHORISATION_STATES = {
    "CREATED": PaymentState.AUTHORISED,
    "DENIED": PaymentState.FAILED,
    "VOIDED": PaymentState.CANCELLED,
}
REFUND_STATES = {
    "COMPLETED": RefundState.SUCCEEDED,
    "CANCELLED": RefundState.FAILED,
    "FAILED": RefundState.FAILED,
}
PAYOUT_STATES = {
    "SUCCESS": PayoutState.PAID,
    "FAILED": PayoutState.FAILED,
    "BLOCKED": PayoutState.FAILED,
    "RETURNED": PayoutState.FAILED,
    "DENIED": PayoutState.FAILED,
    "CANCELED": PayoutState.FAILED,
    "REFUNDED": PayoutState.REVERSED,
    "REVERSED": PayoutState.REVERSED,
}
_UNDONE = frozenset({PayoutState.FAILED, PayoutState.REVERSED})


def unit_of(order: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one purchase unit our orders have."""
    return dict(order["purchase_units"][0])


def payments_of(order: Mapping[str, Any], kind: str) -> Sequence[Mapping[str, Any]]:
    return list((unit_of(order).get("payments") or {}).get(kind) or [])


def is_closed(order: Mapping[str, Any]) -> bool:
    return str(unit_of(order).get("custom_id", "")).endswith(CLOSED)


def payment_snapshot(order: Mapping[str, Any], failure_code: str = "") -> PaymentSnapshot:
    """A payment as its order tells it; `failure_code` is what PayPal said when it was to be completed."""
    amount = from_wire(unit_of(order)["amount"])
    captures = payments_of(order, "captures")
    kept = [capture for capture in captures if capture["status"] in KEPT_CAPTURES]
    captured = _sum(amount, [capture["amount"] for capture in kept])
    refunds = payments_of(order, "refunds")
    refunded = _sum(
        amount, [each["amount"] for each in refunds if each.get("status") not in LOST_REFUNDS]
    )
    state = _state(order, captured=captured, refunded=refunded)
    lost = next((each for each in captures if each["status"] in LOST_CAPTURES), None)
    return PaymentSnapshot(
        provider_id=order["id"],
        reference=str(unit_of(order).get("custom_id", "")).removesuffix(CLOSED),
        state=state,
        amount=amount,
        captured=captured,
        refunded=refunded,
        charge_id=kept[0]["id"] if kept else "",
        fee=_fee(amount, kept),
        failure_code=failure_code or (str(lost["status"]).lower() if lost else ""),
        raw_status=_raw_status(order),
        customer=_customer(order),
        saved_method=_kept_method(order) if kept or state is PaymentState.AUTHORISED else None,
    )


def _sum(like: Money, amounts: Sequence[Mapping[str, Any]]) -> Money:
    return sum((from_wire(each) for each in amounts), Money.zero(like.currency))


def _state(order: Mapping[str, Any], *, captured: Money, refunded: Money) -> PaymentState:
    """Captures decide, then the authorisation, then the order."""
    if captured.minor:
        return PaymentState.REFUNDED if refunded >= captured else PaymentState.CAPTURED
    if any(each["status"] in LOST_CAPTURES for each in payments_of(order, "captures")):
        return PaymentState.FAILED
    for authorisation in payments_of(order, "authorizations"):
        return AUTHORISATION_STATES.get(authorisation["status"], PaymentState.PENDING)
    is_over = is_closed(order) or order["status"] == "VOIDED"
    return PaymentState.EXPIRED if is_over else PaymentState.PENDING


def _fee(like: Money, captures: Sequence[Mapping[str, Any]]) -> Money | None:
    told = [
        breakdown["paypal_fee"]
        for capture in captures
        if "paypal_fee" in (breakdown := capture.get("seller_receivable_breakdown") or {})
    ]
    return _sum(like, told) if told else None


def _raw_status(order: Mapping[str, Any]) -> str:
    inner = [
        each["status"]
        for kind in ("authorizations", "captures")
        for each in payments_of(order, kind)
    ]
    return "/".join([order["status"], *inner])


def _vault(order: Mapping[str, Any]) -> Mapping[str, Any]:
    source = (order.get("payment_source") or {}).get("paypal") or {}
    return dict((source.get("attributes") or {}).get("vault") or {})


def _customer(order: Mapping[str, Any]) -> str:
    return str((_vault(order).get("customer") or {}).get("id") or "")


def _kept_method(order: Mapping[str, Any]) -> SavedMethod | None:
    vault = _vault(order)
    if vault.get("status") != "VAULTED" or not vault.get("id"):
        return None
    return _method(vault["id"])


def _method(token: str) -> SavedMethod:
    """A PayPal account has no number to show and does not run out."""
    return SavedMethod(token=token, brand="paypal", last4="", expires="", is_reusable=True)


def saved_methods(told: Mapping[str, Any]) -> list[SavedMethod]:
    tokens = told.get("payment_tokens") or []
    return [_method(each["id"]) for each in tokens if "paypal" in each["payment_source"]]


def refunded(refund: Mapping[str, Any]) -> Refunded:
    return Refunded(
        refund_id=refund["id"],
        state=REFUND_STATES.get(refund["status"], RefundState.PENDING),
        amount=from_wire(refund["amount"]),
    )


def payout_snapshot(batch: Mapping[str, Any]) -> PayoutSnapshot:
    """A batch of one item. Before PayPal has looked at it, only the batch has a status."""
    header, item = batch["batch_header"], batch["items"][0]
    status = item.get("transaction_status") or header["batch_status"]
    state = PAYOUT_STATES.get(status, PayoutState.PENDING)
    amount = from_wire(item["payout_item"]["amount"])
    error = (item.get("errors") or {}).get("name")
    return PayoutSnapshot(
        payout_id=header["payout_batch_id"],
        state=state,
        amount=amount,
        returned=amount if state in _UNDONE else Money.zero(amount.currency),
        failure_code=str(error or status) if state in _UNDONE else "",
        reference=str(item["payout_item"].get("sender_item_id") or ""),
    )
