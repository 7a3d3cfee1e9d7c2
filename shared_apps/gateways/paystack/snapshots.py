"""Paystack's objects read into ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shared_apps.gateways.contract import (
    DisputeSnapshot,
    DisputeState,
    PaymentSnapshot,
    PaymentState,
    PayoutSnapshot,
    PayoutState,
    Refunded,
    RefundState,
    SavedMethod,
)
from shared_apps.gateways.paystack.amounts import from_wire
from shared_apps.kernel.money import Money

# Under these keys of a transaction's metadata travel our own id, whether nobody was at a page, and
# whether the customer wants the means kept.
REFERENCE = "reference"
OFF_SESSION = "off_session"
IS_KEPT = "is_kept"

REFUND_STATES = {"processed": RefundState.SUCCEEDED, "failed": RefundState.FAILED}
PAYOUT_STATES = {
    "success": PayoutState.PAID,
    "reversed": PayoutState.REVERSED,
    "failed": PayoutState.FAILED,
    "abandoned": PayoutState.FAILED,
    "blocked": PayoutState.FAILED,
    "rejected": PayoutState.FAILED,
}
RESOLVED, IN_OUR_FAVOUR = "resolved", "declined"
UNDONE = frozenset({PayoutState.FAILED, PayoutState.REVERSED})


def metadata_of(transaction: Mapping[str, Any]) -> Mapping[str, Any]:
    """Paystack gives metadata back as an object, or as an empty text or zero when there is none."""
    metadata = transaction.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def payment_snapshot(
    provider_id: str, transaction: Mapping[str, Any], refunds: Sequence[Mapping[str, Any]]
) -> PaymentSnapshot:
    """A payment as its transaction and the refunds of it tell it."""
    currency = transaction["currency"]
    amount = from_wire(transaction["amount"], currency)
    is_paid = transaction["status"] in {"success", "reversed"}
    captured = amount if is_paid else Money.zero(currency)
    refunded = _refunded(transaction, refunds, captured)
    fees = transaction.get("fees")
    return PaymentSnapshot(
        provider_id=provider_id,
        reference=str(metadata_of(transaction).get(REFERENCE, "")),
        state=_state(transaction, captured=captured, refunded=refunded),
        amount=amount,
        captured=captured,
        refunded=refunded,
        charge_id=str(transaction["id"]) if is_paid else "",
        fee=from_wire(fees, currency) if is_paid and fees is not None else None,
        failure_code=str(transaction.get("gateway_response") or "")
        if transaction["status"] == "failed"
        else "",
        raw_status=transaction["status"],
        customer=str((transaction.get("customer") or {}).get("customer_code") or ""),
        saved_method=_kept_method(transaction) if is_paid else None,
    )


def _refunded(
    transaction: Mapping[str, Any], refunds: Sequence[Mapping[str, Any]], captured: Money
) -> Money:
    if transaction["status"] == "reversed":
        return captured
    kept = [refund for refund in refunds if refund["status"] != "failed"]
    return sum(
        (from_wire(refund["amount"], refund["currency"]) for refund in kept),
        Money.zero(captured.currency),
    )


def _state(transaction: Mapping[str, Any], *, captured: Money, refunded: Money) -> PaymentState:
    """A refusal at the page is not the end: the page stays open for another card."""
    if captured.minor:
        return PaymentState.REFUNDED if refunded >= captured else PaymentState.CAPTURED
    is_over = transaction["status"] == "failed" and metadata_of(transaction).get(OFF_SESSION)
    return PaymentState.FAILED if is_over else PaymentState.PENDING


def _kept_method(transaction: Mapping[str, Any]) -> SavedMethod | None:
    is_wanted = metadata_of(transaction).get(IS_KEPT)
    return saved_method(transaction.get("authorization") or {}) if is_wanted else None


def saved_method(authorization: Mapping[str, Any]) -> SavedMethod | None:
    if not authorization.get("authorization_code") or not authorization.get("reusable"):
        return None
    year, month = authorization.get("exp_year"), authorization.get("exp_month")
    return SavedMethod(
        token=authorization["authorization_code"],
        brand=str(authorization.get("brand") or authorization.get("card_type") or "").strip(),
        last4=str(authorization.get("last4") or ""),
        expires=f"{year}-{month}" if year and month else "",
        is_reusable=True,
    )


def refunded(refund: Mapping[str, Any]) -> Refunded:
    return Refunded(
        refund_id=str(refund["id"]),
        state=REFUND_STATES.get(refund["status"], RefundState.PENDING),
        amount=from_wire(refund["amount"], refund["currency"]),
    )


def payout_snapshot(transfer: Mapping[str, Any]) -> PayoutSnapshot:
    amount = from_wire(transfer["amount"], transfer["currency"])
    state = PAYOUT_STATES.get(transfer["status"], PayoutState.PENDING)
    is_undone = state in UNDONE
    return PayoutSnapshot(
        payout_id=transfer["reference"],
        state=state,
        amount=amount,
        returned=amount if is_undone else Money.zero(amount.currency),
        failure_code=transfer["status"] if is_undone or transfer["status"] == "otp" else "",
        reference=str(transfer.get("reason") or ""),
    )


def dispute_snapshot(dispute: Mapping[str, Any]) -> DisputeSnapshot:
    """Paystack takes the money when a dispute is lost, not when it is opened."""
    transaction = dispute["transaction"]
    amount = from_wire(transaction["amount"], transaction["currency"])
    state = _dispute_state(dispute)
    nothing = Money.zero(amount.currency)
    taken = dispute.get("refund_amount")
    lost = from_wire(taken, amount.currency) if taken is not None else amount
    ends = dispute.get("dueAt")
    return DisputeSnapshot(
        dispute_id=str(dispute["id"]),
        state=state,
        charge_id=str(transaction["id"]),
        reference=str(metadata_of(transaction).get(REFERENCE, "")),
        amount=amount,
        withdrawn=lost if state is DisputeState.LOST else nothing,
        fee=nothing,
        reason=str(dispute.get("category") or ""),
        respond_by=datetime.fromisoformat(ends) if ends else None,
    )


def _dispute_state(dispute: Mapping[str, Any]) -> DisputeState:
    if dispute["status"] == RESOLVED:
        is_won = dispute.get("resolution") == IN_OUR_FAVOUR
        return DisputeState.WON if is_won else DisputeState.LOST
    is_ours = dispute["status"] == "awaiting-merchant-feedback"
    return DisputeState.NEEDS_RESPONSE if is_ours else DisputeState.UNDER_REVIEW
