"""Payments: a Checkout Session on Stripe's page, or a payment intent where the customer is away."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import stripe

from shared_apps.gateways.contract import (
    CapturePayment,
    PaymentSnapshot,
    PaymentState,
    Refunded,
    RefundPayment,
    StartedPayment,
    StartPayment,
)
from shared_apps.gateways.errors import GatewayRefused
from shared_apps.gateways.stripe.amounts import to_wire
from shared_apps.gateways.stripe.connection import StripeConnection
from shared_apps.gateways.stripe.errors import stripe_errors
from shared_apps.gateways.stripe.snapshots import (
    INTENT_EXPANSIONS,
    PAYMENT_EXPANSIONS,
    intent_snapshot,
    payment_snapshot,
    refunded,
)
from shared_apps.gateways.stripe.webhooks import REFERENCE
from shared_apps.kernel.money import Money

if TYPE_CHECKING:
    from stripe.params.checkout import (
        SessionCreateParams,
        SessionCreateParamsLineItem,
        SessionCreateParamsPaymentIntentData,
    )

# More lines than this Stripe does not show; the page then names the whole only.
LINES_MAX = 100
# A payment made without a page is known by its intent.
INTENT_PREFIX = "pi_"
TAKEN = {PaymentState.CAPTURED, PaymentState.REFUNDED}


class StripePayments(StripeConnection):
    def start_payment(self, start: StartPayment) -> StartedPayment:
        with stripe_errors():
            session = self._api.checkout.sessions.create(
                _session_params(start), {"idempotency_key": start.idempotency_key}
            )
        return StartedPayment(
            provider_id=session.id,
            redirect_url=session.url or "",
            expires_at=datetime.fromtimestamp(session.expires_at, UTC),
        )

    def fetch_payment(self, provider_id: str) -> PaymentSnapshot:
        with stripe_errors():
            return self._snapshot(provider_id)

    def _snapshot(self, provider_id: str) -> PaymentSnapshot:
        if provider_id.startswith(INTENT_PREFIX):
            intent = self._api.payment_intents.retrieve(provider_id, {"expand": INTENT_EXPANSIONS})
            return intent_snapshot(intent)
        return payment_snapshot(
            self._api.checkout.sessions.retrieve(provider_id, {"expand": PAYMENT_EXPANSIONS})
        )

    def expire_payment(self, provider_id: str) -> PaymentSnapshot:
        with stripe_errors():
            if not provider_id.startswith(INTENT_PREFIX):
                try:
                    self._api.checkout.sessions.expire(provider_id)
                except stripe.InvalidRequestError:
                    return self._settled_payment(provider_id)
            return self._snapshot(provider_id)

    def _settled_payment(self, provider_id: str) -> PaymentSnapshot:
        session = self._api.checkout.sessions.retrieve(provider_id, {"expand": PAYMENT_EXPANSIONS})
        if session.status == "open":
            raise GatewayRefused(
                "Stripe neither closed the payment page nor says that it is closed"
            )
        return payment_snapshot(session)

    def capture(self, capture: CapturePayment) -> PaymentSnapshot:
        with stripe_errors():
            intent = self._intent_id(capture.provider_id, "nothing was authorised")
            try:
                self._api.payment_intents.capture(
                    intent,
                    {"amount_to_capture": to_wire(capture.amount)},
                    {"idempotency_key": capture.idempotency_key},
                )
            except stripe.InvalidRequestError:
                # An earlier capture whose key Stripe has forgotten is as good as this one.
                snapshot = self._snapshot(capture.provider_id)
                if snapshot.state not in TAKEN:
                    raise
                return snapshot
            return self._snapshot(capture.provider_id)

    def cancel_authorisation(self, provider_id: str, *, idempotency_key: str) -> PaymentSnapshot:
        with stripe_errors():
            intent = self._intent_id(provider_id, "nothing was authorised")
            try:
                self._api.payment_intents.cancel(
                    intent,
                    {"cancellation_reason": "abandoned"},
                    {"idempotency_key": idempotency_key},
                )
            except stripe.InvalidRequestError:
                snapshot = self._snapshot(provider_id)
                if snapshot.state is not PaymentState.CANCELLED:
                    raise
                return snapshot
            return self._snapshot(provider_id)

    def refund(self, refund: RefundPayment) -> Refunded:
        with stripe_errors():
            made = self._api.refunds.create(
                {
                    "payment_intent": self._intent_id(refund.provider_id, "nothing was paid"),
                    "amount": to_wire(refund.amount),
                    "reason": "requested_by_customer",
                    "metadata": {REFERENCE: refund.reference},
                },
                {"idempotency_key": refund.idempotency_key},
            )
        return refunded(made)

    def fetch_refund(self, refund_id: str) -> Refunded:
        with stripe_errors():
            return refunded(self._api.refunds.retrieve(refund_id))

    def _intent_id(self, provider_id: str, lack: str) -> str:
        """The intent behind a payment; GatewayRefused while nobody has tried to pay."""
        if provider_id.startswith(INTENT_PREFIX):
            return provider_id
        intent = self._api.checkout.sessions.retrieve(provider_id).payment_intent
        if intent is None:
            raise GatewayRefused(f"{lack}, so there is nothing to take, let go or refund")
        return intent if isinstance(intent, str) else intent.id


def _session_params(start: StartPayment) -> SessionCreateParams:
    metadata = {**start.metadata, REFERENCE: start.reference}
    if start.customer_reference:
        metadata["customer"] = start.customer_reference
    intent: SessionCreateParamsPaymentIntentData = {
        "transfer_group": start.reference,
        "metadata": metadata,
    }
    params: SessionCreateParams = {
        "mode": "payment",
        "client_reference_id": start.reference,
        "line_items": _line_items(start),
        "success_url": start.success_url.replace("{PAYMENT_ID}", "{CHECKOUT_SESSION_ID}"),
        "cancel_url": start.cancel_url,
        "payment_intent_data": intent,
        "metadata": metadata,
    }
    if start.is_manual_capture:
        intent["capture_method"] = "manual"
    # Stripe takes a customer or an address, not both: the customer has one.
    if start.save_for:
        params["customer"] = start.save_for
        intent["setup_future_usage"] = "off_session"
    elif start.customer_email:
        params["customer_email"] = start.customer_email
    if start.expires_at is not None:
        params["expires_at"] = int(start.expires_at.timestamp())
    return params


def _line_items(start: StartPayment) -> list[SessionCreateParamsLineItem]:
    """The lines as given, or one line of the whole amount. GatewayRefused if they do not add up."""
    lines = [(line.name, line.amount, line.quantity) for line in start.lines]
    if not lines:
        lines = [(start.reference, start.amount, 1)]
    total = sum(
        (amount * quantity for _, amount, quantity in lines), Money.zero(start.amount.currency)
    )
    if total != start.amount:
        raise GatewayRefused("the lines do not add up to the amount")
    if len(lines) > LINES_MAX:
        lines = [(start.reference, start.amount, 1)]
    return [
        {
            "price_data": {
                "currency": amount.currency.lower(),
                "unit_amount": to_wire(amount),
                "product_data": {"name": name[:250] or start.reference},
            },
            "quantity": quantity,
        }
        for name, amount, quantity in lines
    ]
