"""Stripe's objects read into ours."""

from __future__ import annotations

import stripe

from shared_apps.gateways.contract import (
    AccountSnapshot,
    PaymentSnapshot,
    PaymentState,
    SentTransfer,
)
from shared_apps.gateways.stripe.amounts import from_wire
from shared_apps.kernel.money import Money

INTENT_STATES = {
    "requires_capture": PaymentState.AUTHORISED,
    "succeeded": PaymentState.CAPTURED,
    "canceled": PaymentState.FAILED,
}
SESSION_STATES = {"expired": PaymentState.EXPIRED}


def payment_snapshot(session: stripe.checkout.Session) -> PaymentSnapshot:
    """A payment as its session, with intent, charge and balance transaction expanded, tells it."""
    currency = session.currency or ""
    nothing = Money.zero(currency.upper())
    intent = (
        session.payment_intent if isinstance(session.payment_intent, stripe.PaymentIntent) else None
    )
    charge = (
        intent.latest_charge if intent and isinstance(intent.latest_charge, stripe.Charge) else None
    )
    is_captured = charge is not None and charge.captured
    failure = intent.last_payment_error if intent else None
    return PaymentSnapshot(
        provider_id=session.id,
        reference=session.client_reference_id or "",
        state=_state(session, intent, charge),
        amount=from_wire(session.amount_total or 0, currency),
        captured=from_wire(charge.amount_captured, currency) if charge and is_captured else nothing,
        refunded=from_wire(charge.amount_refunded, currency) if charge and is_captured else nothing,
        charge_id=charge.id if charge and charge.paid else "",
        fee=_fee(charge),
        failure_code=(failure.decline_code or failure.code or "") if failure else "",
        raw_status="/".join(
            [session.status or "", session.payment_status, intent.status if intent else "-"]
        ),
    )


def _state(
    session: stripe.checkout.Session,
    intent: stripe.PaymentIntent | None,
    charge: stripe.Charge | None,
) -> PaymentState:
    """The intent decides once it got anywhere; an unpaid one may still be paid while its page is open."""
    if (
        charge is not None
        and charge.captured
        and charge.amount_refunded >= charge.amount_captured > 0
    ):
        return PaymentState.REFUNDED
    if intent is not None and intent.status in INTENT_STATES:
        return INTENT_STATES[intent.status]
    is_given_up = (
        intent is not None
        and session.status == "complete"
        and intent.status == "requires_payment_method"
    )
    return (
        PaymentState.FAILED
        if is_given_up
        else SESSION_STATES.get(session.status or "", PaymentState.PENDING)
    )


def _fee(charge: stripe.Charge | None) -> Money | None:
    entry = charge.balance_transaction if charge else None
    return (
        from_wire(entry.fee, entry.currency)
        if isinstance(entry, stripe.BalanceTransaction)
        else None
    )


def account_snapshot(account: stripe.Account) -> AccountSnapshot:
    transfers = account.capabilities.transfers if account.capabilities else None
    due = (account.requirements.currently_due or []) if account.requirements else []
    return AccountSnapshot(
        account_id=account.id,
        is_payable=transfers == "active",
        has_submitted_details=bool(account.details_submitted),
        pending_requirements=tuple(due),
    )


def sent_transfer(transfer: stripe.Transfer) -> SentTransfer:
    return SentTransfer(
        transfer_id=transfer.id,
        amount=from_wire(transfer.amount, transfer.currency),
        reversed=from_wire(transfer.amount_reversed, transfer.currency),
    )
