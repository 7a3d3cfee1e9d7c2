"""PayPal accounts kept in its vault, and payouts to others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared_apps.gateways.contract import (
    ChargeSaved,
    DestinationKind,
    PaymentSnapshot,
    PaymentState,
    PayoutSnapshot,
    SavedMethod,
    SendPayout,
)
from shared_apps.gateways.errors import (
    AuthenticationNeeded,
    IdempotencyKeyReused,
    NotOffered,
    PaymentDeclined,
)
from shared_apps.gateways.paypal import snapshots
from shared_apps.gateways.paypal.amounts import to_wire, value_of
from shared_apps.gateways.paypal.errors import body_of
from shared_apps.gateways.paypal.payments import ORDERS, PayPalPayments
from shared_apps.gateways.web import Answer, short_key

DESTINATIONS = frozenset({DestinationKind.EMAIL})
PAYOUTS = "/v1/payments/payouts"
TOKENS = "/v3/vault/payment-tokens"
ITEM_ID_MAX = 63
CUSTOMER_ID_LENGTH = 22


class PayPalPeople(PayPalPayments):
    """Who pays again and who is paid."""

    def open_customer(self, *, reference: str, email: str, idempotency_key: str) -> str:
        """PayPal takes our own id of a customer, if it is short; nothing has to be opened."""
        return short_key(f"customer:{reference}", CUSTOMER_ID_LENGTH)

    def saved_methods(self, customer: str) -> Sequence[SavedMethod]:
        return snapshots.saved_methods(self._get(TOKENS, customer_id=customer))

    def forget_method(self, token: str) -> None:
        body_of(self._call("DELETE", f"{TOKENS}/{token}"))

    def charge_saved(self, charge: ChargeSaved) -> PaymentSnapshot:
        order = self._post(
            ORDERS,
            {
                "intent": "CAPTURE",
                "purchase_units": [
                    {
                        "reference_id": "default",
                        "custom_id": charge.reference,
                        "amount": to_wire(charge.amount),
                    }
                ],
                "payment_source": {"paypal": {"vault_id": charge.token}},
            },
            key=charge.idempotency_key,
        )
        snapshot = snapshots.payment_snapshot(order)
        if snapshot.amount != charge.amount:
            raise IdempotencyKeyReused("this charge was asked for with another amount")
        if snapshot.state is PaymentState.FAILED:
            raise PaymentDeclined(snapshot.failure_code, provider=self.kind)
        if order["status"] == "PAYER_ACTION_REQUIRED":
            raise AuthenticationNeeded(provider=self.kind)
        return snapshot

    def send_payout(self, payout: SendPayout) -> PayoutSnapshot:
        to = payout.destination
        if to.kind not in DESTINATIONS:
            raise NotOffered(f"PayPal does not pay to a {to.kind}", provider=self.kind)
        batch = {
            "sender_batch_header": {
                "sender_batch_id": short_key(payout.idempotency_key),
                "email_subject": "You have been paid",
            },
            "items": [
                {
                    "recipient_type": "EMAIL",
                    "receiver": to.account,
                    "amount": {
                        "currency": payout.amount.currency,
                        "value": value_of(payout.amount),
                    },
                    "sender_item_id": payout.reference[:ITEM_ID_MAX],
                }
            ],
        }
        answer = self._call("POST", PAYOUTS, key=payout.idempotency_key, json=batch)
        known = _batch_already_there(answer) if not answer.is_success else ""
        made = self.fetch_payout(known or _batch_id(body_of(answer)))
        if made.amount != payout.amount:
            raise IdempotencyKeyReused("this payout was asked for with another amount")
        return made

    def fetch_payout(self, payout_id: str) -> PayoutSnapshot:
        return snapshots.payout_snapshot(self._get(f"{PAYOUTS}/{payout_id}"))


def _batch_id(payout: Mapping[str, Any]) -> str:
    return str(payout["batch_header"]["payout_batch_id"])


def _batch_already_there(answer: Answer) -> str:
    """A second batch under one id is refused with a link to the first; empty if that is not it."""
    links = answer.body.get("links") or []
    places = [str(link.get("href", "")) for link in links if isinstance(link, dict)]
    return next((place.rpartition("/")[2] for place in places if f"{PAYOUTS}/" in place), "")
