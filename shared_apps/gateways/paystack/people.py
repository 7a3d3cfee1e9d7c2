"""Paystack's customers, their saved cards and objections, and transfers to partners."""

from __future__ import annotations

import json
from collections.abc import Sequence

from shared_apps.gateways.contract import (
    ChargeSaved,
    DestinationKind,
    DisputeSnapshot,
    PaymentSnapshot,
    PaymentState,
    PayoutSnapshot,
    SavedMethod,
    SendPayout,
)
from shared_apps.gateways.errors import IdempotencyKeyReused, NotOffered, PaymentDeclined
from shared_apps.gateways.paystack import snapshots
from shared_apps.gateways.paystack.amounts import to_wire
from shared_apps.gateways.paystack.errors import data_of, is_duplicate
from shared_apps.gateways.paystack.payments import PaystackPayments, reference_from
from shared_apps.gateways.web import short_key

# What Paystack calls a bank account of each currency.
RECIPIENT_TYPES = {"NGN": "nuban", "GHS": "ghipss", "ZAR": "basa", "KES": "kepss"}
DESTINATIONS = frozenset({DestinationKind.BANK_ACCOUNT, DestinationKind.MOBILE_MONEY})


class PaystackPeople(PaystackPayments):
    """Who pays again and who is paid."""

    def open_customer(self, *, reference: str, email: str, idempotency_key: str) -> str:
        """Paystack knows its customers by e-mail address: the same one is the same customer."""
        return str(self._post("/customer", {"email": email})["customer_code"])

    def saved_methods(self, customer: str) -> Sequence[SavedMethod]:
        known = self._get(f"/customer/{customer}")["authorizations"]
        return [found for each in known if (found := snapshots.saved_method(each))]

    def forget_method(self, token: str) -> None:
        self._post("/customer/deactivate_authorization", {"authorization_code": token})

    def charge_saved(self, charge: ChargeSaved) -> PaymentSnapshot:
        reference = reference_from(charge.idempotency_key)
        body = {
            "email": self._email_of(charge.customer),
            "amount": to_wire(charge.amount),
            "currency": charge.amount.currency,
            "authorization_code": charge.token,
            "reference": reference,
            "metadata": json.dumps(
                {snapshots.REFERENCE: charge.reference, snapshots.OFF_SESSION: "1"}
            ),
        }
        answer = self._call("POST", "/transaction/charge_authorization", json=body)
        if is_duplicate(answer):
            self.is_paid(reference, body)
        else:
            data_of(answer)
        snapshot = self.fetch_payment(reference)
        if snapshot.state is PaymentState.FAILED:
            raise PaymentDeclined(snapshot.failure_code, provider=self.kind)
        return snapshot

    def fetch_dispute(self, dispute_id: str) -> DisputeSnapshot:
        """How a dispute stands. Paystack wants documents for an answer: those go in on its own pages."""
        return snapshots.dispute_snapshot(self._get(f"/dispute/{dispute_id}"))

    def send_payout(self, payout: SendPayout) -> PayoutSnapshot:
        reference = f"po-{short_key(payout.idempotency_key)}"
        transfer = {
            "source": "balance",
            "amount": str(to_wire(payout.amount)),
            "currency": payout.amount.currency,
            "recipient": self._recipient(payout),
            "reason": payout.reference,
            "reference": reference,
        }
        answer = self._call("POST", "/transfer", json=transfer)
        if answer.status == 400:
            known = self._call("GET", f"/transfer/verify/{reference}")
            answer = known if known.is_success else answer
        made = snapshots.payout_snapshot(data_of(answer))
        if made.amount != payout.amount:
            raise IdempotencyKeyReused("this payout was asked for with another amount")
        return made

    def _recipient(self, payout: SendPayout) -> str:
        to, currency = payout.destination, payout.amount.currency
        if to.kind not in DESTINATIONS:
            raise NotOffered(f"Paystack does not pay to a {to.kind}", provider=self.kind)
        is_bank = to.kind is DestinationKind.BANK_ACCOUNT
        made = self._post(
            "/transferrecipient",
            {
                "type": RECIPIENT_TYPES.get(currency, "nuban") if is_bank else "mobile_money",
                "name": to.name,
                "account_number": to.account,
                "bank_code": to.bank_code,
                "currency": currency,
            },
        )
        return str(made["recipient_code"])

    def fetch_payout(self, payout_id: str) -> PayoutSnapshot:
        return snapshots.payout_snapshot(self._get(f"/transfer/verify/{payout_id}"))
