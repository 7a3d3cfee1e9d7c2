"""Customers whose means of payment Stripe keeps, and charges made while they are away."""

from __future__ import annotations

from collections.abc import Sequence

from shared_apps.gateways.contract import ChargeSaved, PaymentSnapshot, SavedMethod
from shared_apps.gateways.stripe.amounts import to_wire
from shared_apps.gateways.stripe.connection import StripeConnection
from shared_apps.gateways.stripe.errors import stripe_errors
from shared_apps.gateways.stripe.snapshots import INTENT_EXPANSIONS, intent_snapshot, saved_method
from shared_apps.gateways.stripe.webhooks import REFERENCE

METHODS_MAX = 100


class StripeCustomers(StripeConnection):
    def open_customer(self, *, reference: str, email: str, idempotency_key: str) -> str:
        with stripe_errors():
            made = self._api.customers.create(
                {"email": email, "metadata": {REFERENCE: reference}},
                {"idempotency_key": idempotency_key},
            )
        return made.id

    def saved_methods(self, customer: str) -> Sequence[SavedMethod]:
        with stripe_errors():
            kept = self._api.customers.payment_methods.list(customer, {"limit": METHODS_MAX})
        return [saved_method(method) for method in kept.data]

    def forget_method(self, token: str) -> None:
        with stripe_errors():
            self._api.payment_methods.detach(token)

    def charge_saved(self, charge: ChargeSaved) -> PaymentSnapshot:
        with stripe_errors():
            intent = self._api.payment_intents.create(
                {
                    "amount": to_wire(charge.amount),
                    "currency": charge.amount.currency.lower(),
                    "customer": charge.customer,
                    "payment_method": charge.token,
                    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                    "off_session": True,
                    "confirm": True,
                    "transfer_group": charge.reference,
                    "metadata": {REFERENCE: charge.reference},
                    "expand": INTENT_EXPANSIONS,
                },
                {"idempotency_key": charge.idempotency_key},
            )
        return intent_snapshot(intent)
