"""Flutterwave's objects read into ours."""

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
from shared_apps.gateways.errors import GatewayRefused
from shared_apps.gateways.flutterwave.amounts import from_wire
from shared_apps.gateways.flutterwave.references import Named, reference_of_transfer
from shared_apps.kernel.money import Money

# Under this key of a payment's meta stands whether the customer wants the means kept.
IS_KEPT = "is_kept"
PAID = "successful"
PAYOUT_STATES = {"SUCCESSFUL": PayoutState.PAID, "FAILED": PayoutState.FAILED}


def unseen_payment(provider_id: str, name: Named) -> PaymentSnapshot:
    """A payment nobody has tried to make yet: all that is known is its name."""
    if name.asked is None:
        raise GatewayRefused("Flutterwave has no such payment", provider="flutterwave")
    nothing = Money.zero(name.asked.currency)
    return PaymentSnapshot(
        provider_id=provider_id,
        reference=name.reference,
        state=PaymentState.PENDING,
        amount=name.asked,
        captured=nothing,
        refunded=nothing,
        charge_id="",
        fee=None,
        failure_code="",
        raw_status="",
    )


def payment_snapshot(
    name: Named, transaction: Mapping[str, Any], refunds: Sequence[Mapping[str, Any]]
) -> PaymentSnapshot:
    """A payment as its transaction and the refunds of it tell it. What was asked is what our name says."""
    currency = transaction["currency"]
    paid = from_wire(transaction["amount"], currency)
    is_paid = transaction["status"] == PAID
    if is_paid and name.asked is not None and name.asked.currency != currency:
        raise GatewayRefused(f"paid in {currency} instead of {name.asked.currency}")
    captured = paid if is_paid else Money.zero(currency)
    back = sum(
        (
            made.amount
            for refund in refunds
            if (made := refunded(refund, currency)).state != "failed"
        ),
        Money.zero(currency),
    )
    return PaymentSnapshot(
        provider_id=transaction["tx_ref"],
        reference=name.reference,
        state=_state(transaction, is_over=name.asked is None, captured=captured, refunded=back),
        amount=name.asked or paid,
        captured=captured,
        refunded=back,
        charge_id=str(transaction["id"]) if is_paid else "",
        fee=from_wire(transaction.get("app_fee") or 0, currency) if is_paid else None,
        failure_code=str(transaction.get("processor_response") or "")
        if transaction["status"] == "failed"
        else "",
        raw_status=transaction["status"],
        customer=str((transaction.get("customer") or {}).get("email") or ""),
        saved_method=saved_method(transaction) if is_paid else None,
    )


def _state(
    transaction: Mapping[str, Any], *, is_over: bool, captured: Money, refunded: Money
) -> PaymentState:
    """A refusal at the page is not the end: the page stays open for another card."""
    if captured.minor:
        return PaymentState.REFUNDED if refunded >= captured else PaymentState.CAPTURED
    is_refused = transaction["status"] == "failed" and is_over
    return PaymentState.FAILED if is_refused else PaymentState.PENDING


def saved_method(transaction: Mapping[str, Any]) -> SavedMethod | None:
    """The card of a payment whose customer wanted it kept."""
    card = transaction.get("card") or {}
    if not card.get("token") or not (transaction.get("meta") or {}).get(IS_KEPT):
        return None
    month, _, year = str(card.get("expiry") or "").partition("/")
    return SavedMethod(
        token=card["token"],
        brand=str(card.get("type") or "").lower(),
        last4=str(card.get("last_4digits") or ""),
        expires=f"20{year}-{month}" if month and year else "",
        is_reusable=True,
    )


def refunded(refund: Mapping[str, Any], currency: str) -> Refunded:
    status = str(refund["status"]).lower()
    is_done = status.startswith("completed")
    return Refunded(
        refund_id=f"{refund['id']}-{currency}",
        state=RefundState.SUCCEEDED
        if is_done
        else RefundState.FAILED
        if "failed" in status
        else RefundState.PENDING,
        amount=from_wire(refund["amount_refunded"], currency),
    )


def payout_snapshot(transfer: Mapping[str, Any]) -> PayoutSnapshot:
    amount = from_wire(transfer["amount"], transfer["currency"])
    state = PAYOUT_STATES.get(str(transfer["status"]).upper(), PayoutState.PENDING)
    is_failed = state is PayoutState.FAILED
    return PayoutSnapshot(
        payout_id=str(transfer["id"]),
        state=state,
        amount=amount,
        returned=amount if is_failed else Money.zero(amount.currency),
        failure_code=str(transfer.get("complete_message") or "failed") if is_failed else "",
        reference=reference_of_transfer(transfer["reference"]),
    )
