"""Stripe's objects read into ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import stripe

from shared_apps.gateways.contract import (
    AccountSnapshot,
    DisputeSnapshot,
    DisputeState,
    PaymentSnapshot,
    PaymentState,
    PayoutSnapshot,
    PayoutState,
    Refunded,
    RefundState,
    SavedMethod,
    SentTransfer,
)
from shared_apps.gateways.errors import GatewayRefused
from shared_apps.gateways.statement import BalanceMovement, MovementKind
from shared_apps.gateways.stripe.amounts import from_wire
from shared_apps.gateways.stripe.webhooks import BELONGING, REFERENCE
from shared_apps.kernel.money import Money, total

# All that a snapshot tells, in one call.
INTENT_EXPANSIONS = ["latest_charge.balance_transaction", "payment_method"]
PAYMENT_EXPANSIONS = [f"payment_intent.{one}" for one in INTENT_EXPANSIONS]
INTENT_STATES = {
    "requires_capture": PaymentState.AUTHORISED,
    "succeeded": PaymentState.CAPTURED,
    "canceled": PaymentState.CANCELLED,
}
REFUND_STATES: Mapping[str, RefundState] = {
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
BANK_PAYOUT_STATES: Mapping[str, PayoutState] = {
    "paid": PayoutState.PAID,
    "failed": PayoutState.FAILED,
    "canceled": PayoutState.FAILED,
}
DISPUTE_STATES: Mapping[str, DisputeState] = {
    "needs_response": DisputeState.NEEDS_RESPONSE,
    "under_review": DisputeState.UNDER_REVIEW,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
    "warning_needs_response": DisputeState.WARNING,
    "warning_under_review": DisputeState.WARNING,
    "warning_closed": DisputeState.WON,
    "prevented": DisputeState.WON,
}
MOVEMENT_KINDS: Mapping[str, MovementKind] = {
    "charge": MovementKind.CHARGE,
    "payment": MovementKind.CHARGE,
    "refund": MovementKind.REFUND,
    "payment_refund": MovementKind.REFUND,
    "refund_failure": MovementKind.REFUND,
    "payment_failure_refund": MovementKind.REFUND,
    "stripe_fee": MovementKind.FEE,
    "stripe_fx_fee": MovementKind.FEE,
    "tax_fee": MovementKind.FEE,
    "transfer": MovementKind.TRANSFER,
    "transfer_refund": MovementKind.TRANSFER,
    "transfer_cancel": MovementKind.TRANSFER,
    "transfer_failure": MovementKind.TRANSFER,
    "payout": MovementKind.PAYOUT,
    "payout_cancel": MovementKind.PAYOUT,
    "payout_failure": MovementKind.PAYOUT,
}
OF_DISPUTES = {"dispute", "dispute_reversal"}


def payment_snapshot(session: stripe.checkout.Session) -> PaymentSnapshot:
    """A payment as its session, with everything in PAYMENT_EXPANSIONS expanded, tells it."""
    currency = session.currency
    if not currency:
        raise GatewayRefused("this page of Stripe's is not for a payment")
    intent = (
        session.payment_intent if isinstance(session.payment_intent, stripe.PaymentIntent) else None
    )
    return _snapshot(
        intent,
        provider_id=session.id,
        reference=session.client_reference_id or "",
        state=_session_state(session, intent),
        amount=from_wire(session.amount_total or 0, currency),
        raw_status="/".join(
            [session.status or "", session.payment_status, intent.status if intent else "-"]
        ),
        customer=_id_of(session.customer),
    )


def intent_snapshot(intent: stripe.PaymentIntent) -> PaymentSnapshot:
    """A payment that was made without a page, as its intent tells it."""
    return _snapshot(
        intent,
        provider_id=intent.id,
        reference=_reference(intent),
        state=_intent_state(intent) or PaymentState.PENDING,
        amount=from_wire(intent.amount, intent.currency),
        raw_status=intent.status,
        customer=_id_of(intent.customer),
    )


def _snapshot(
    intent: stripe.PaymentIntent | None, *, amount: Money, **told: Any
) -> PaymentSnapshot:
    charge = _charge(intent)
    nothing = Money.zero(amount.currency)
    is_captured = charge is not None and charge.captured
    failure = intent.last_payment_error if intent else None
    return PaymentSnapshot(
        amount=amount,
        captured=from_wire(charge.amount_captured, charge.currency)
        if charge and is_captured
        else nothing,
        # A charge that is not captured counts what was let go as refunded; nothing ever arrived.
        refunded=_refunded_of(charge) if charge and is_captured else nothing,
        charge_id=charge.id if charge and charge.paid else "",
        fee=_fee(charge),
        failure_code=_told(failure, "decline_code") or _told(failure, "code"),
        saved_method=_kept(intent),
        **told,
    )


def _refunded_of(charge: stripe.Charge) -> Money:
    """What went back of what was taken: Stripe counts what a partial capture let go as refunded too."""
    let_go = charge.amount - charge.amount_captured
    gone = charge.amount_refunded
    return from_wire(gone - let_go if gone >= let_go else gone, charge.currency)


def _charge(intent: stripe.PaymentIntent | None) -> stripe.Charge | None:
    return (
        intent.latest_charge if intent and isinstance(intent.latest_charge, stripe.Charge) else None
    )


def _kept(intent: stripe.PaymentIntent | None) -> SavedMethod | None:
    """The means of payment that this payment put aside for later."""
    method = intent.payment_method if intent and intent.setup_future_usage else None
    if not isinstance(method, stripe.PaymentMethod) or method.customer is None:
        return None
    return saved_method(method)


def _intent_state(intent: stripe.PaymentIntent) -> PaymentState | None:
    charge = _charge(intent)
    if charge is not None and charge.captured and charge.amount_captured > 0:
        captured = from_wire(charge.amount_captured, charge.currency)
        if _refunded_of(charge) >= captured:
            return PaymentState.REFUNDED
    return INTENT_STATES.get(intent.status)


def _session_state(
    session: stripe.checkout.Session, intent: stripe.PaymentIntent | None
) -> PaymentState:
    """The intent decides once it got anywhere; an unpaid one may still be paid while its page is open."""
    if session.status == "expired":
        return PaymentState.EXPIRED
    reached = _intent_state(intent) if intent else None
    if reached is not None:
        return reached
    is_given_up = (
        intent is not None
        and session.status == "complete"
        and intent.status == "requires_payment_method"
    )
    return PaymentState.FAILED if is_given_up else PaymentState.PENDING


def _fee(charge: stripe.Charge | None) -> Money | None:
    entry = charge.balance_transaction if charge else None
    return (
        from_wire(entry.fee, entry.currency)
        if isinstance(entry, stripe.BalanceTransaction)
        else None
    )


def saved_method(method: stripe.PaymentMethod) -> SavedMethod:
    card = method.card if method.type == "card" else None
    return SavedMethod(
        token=method.id,
        brand=card.brand if card else method.type,
        last4=(card.last4 or "") if card else "",
        expires=f"{card.exp_year:04}-{card.exp_month:02}" if card else "",
        is_reusable=True,
    )


def refunded(refund: stripe.Refund) -> Refunded:
    return Refunded(
        refund_id=refund.id,
        state=REFUND_STATES.get(refund.status or "", RefundState.PENDING),
        amount=from_wire(refund.amount, refund.currency),
    )


def account_snapshot(account: stripe.Account) -> AccountSnapshot:
    # Of an account that looks after itself Stripe does not tell what it is asked for.
    asked: stripe.Account.Requirements | None = getattr(account, "requirements", None)
    return AccountSnapshot(
        account_id=account.id,
        is_payable=_told(account.capabilities, "transfers") == "active",
        has_submitted_details=bool(account.details_submitted),
        pending_requirements=tuple((asked.currently_due or []) if asked else []),
        is_paid_out=bool(account.payouts_enabled),
        disabled_reason=_told(asked, "disabled_reason"),
    )


def sent_transfer(transfer: stripe.Transfer) -> SentTransfer:
    return SentTransfer(
        transfer_id=transfer.id,
        amount=from_wire(transfer.amount, transfer.currency),
        reversed=from_wire(transfer.amount_reversed, transfer.currency),
    )


def payout_snapshot(transfer: stripe.Transfer) -> PayoutSnapshot:
    """A transfer is with the partner at once; taken back whole it is reversed."""
    return PayoutSnapshot(
        payout_id=transfer.id,
        state=PayoutState.REVERSED if transfer.reversed else PayoutState.PAID,
        amount=from_wire(transfer.amount, transfer.currency),
        returned=from_wire(transfer.amount_reversed, transfer.currency),
        reference=_reference(transfer),
    )


def bank_payout_snapshot(payout: stripe.Payout, *, account: str) -> PayoutSnapshot:
    """A payout from an account's balance to its bank, which may bounce after it was paid."""
    state = BANK_PAYOUT_STATES.get(payout.status, PayoutState.PENDING)
    amount = from_wire(payout.amount, payout.currency)
    return PayoutSnapshot(
        payout_id=f"{account}{BELONGING}{payout.id}" if account else payout.id,
        state=state,
        amount=amount,
        returned=amount if state is PayoutState.FAILED else Money.zero(amount.currency),
        failure_code=payout.failure_code or "",
        reference=_reference(payout),
    )


def dispute_snapshot(dispute: stripe.Dispute) -> DisputeSnapshot:
    currency = dispute.currency
    nothing = currency.upper()
    entries = dispute.balance_transactions
    due_by = dispute.evidence_details.due_by
    return DisputeSnapshot(
        dispute_id=dispute.id,
        state=DISPUTE_STATES.get(dispute.status, DisputeState.UNDER_REVIEW),
        charge_id=_id_of(dispute.charge),
        reference=_reference(dispute.charge),
        amount=from_wire(dispute.amount, currency),
        withdrawn=-total([from_wire(entry.amount, entry.currency) for entry in entries], nothing),
        fee=total([from_wire(entry.fee, entry.currency) for entry in entries], nothing),
        reason=dispute.reason,
        respond_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
    )


def balance_movement(entry: stripe.BalanceTransaction) -> BalanceMovement:
    is_dispute = entry.reporting_category in OF_DISPUTES
    kind = MOVEMENT_KINDS.get(entry.type, MovementKind.OTHER)
    return BalanceMovement(
        id=entry.id,
        kind=MovementKind.DISPUTE if is_dispute else kind,
        amount=from_wire(entry.amount, entry.currency),
        fee=from_wire(entry.fee, entry.currency),
        source_id=_id_of(entry.source),
        at=datetime.fromtimestamp(entry.created, UTC),
        reference=_reference(entry.source),
    )


def _told(thing: Any, name: str) -> str:
    """A text of an object that may lack it: Stripe leaves out what does not apply."""
    return str(getattr(thing, name, None) or "")


def _id_of(thing: Any) -> str:
    """The id of what may be there as an id, as a whole object, or not at all."""
    if thing is None or isinstance(thing, str):
        return thing or ""
    return str(thing.id)


def _reference(thing: Any) -> str:
    """Our own id of an object, if it is there as a whole and was given one."""
    metadata = getattr(thing, "metadata", None)
    return str(metadata.to_dict().get(REFERENCE, "")) if metadata else ""
