"""Flutterwave's customers, their cards' tokens, and transfers to partners."""

from __future__ import annotations

from collections.abc import Sequence

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
    GatewayRefused,
    IdempotencyKeyReused,
    NotOffered,
    PaymentDeclined,
)
from shared_apps.gateways.flutterwave import snapshots
from shared_apps.gateways.flutterwave.amounts import to_wire
from shared_apps.gateways.flutterwave.errors import data_of, is_yes
from shared_apps.gateways.flutterwave.payments import FlutterwavePayments
from shared_apps.gateways.flutterwave.references import transfer_reference, tx_ref

DESTINATIONS = frozenset({DestinationKind.BANK_ACCOUNT, DestinationKind.MOBILE_MONEY})
# Tokens are told payment by payment only; this many of the latest are looked at.
LOOKED_AT_MAX = 5


class FlutterwavePeople(FlutterwavePayments):
    """Who pays again and who is paid. Flutterwave cannot forget a token: whoever kept it must."""

    def open_customer(self, *, reference: str, email: str, idempotency_key: str) -> str:
        """Flutterwave knows customers by e-mail address only; nothing has to be opened."""
        if "@" not in email:
            raise GatewayRefused("Flutterwave knows customers by their e-mail address")
        return email.lower()

    def saved_methods(self, customer: str) -> Sequence[SavedMethod]:
        found = self._get("/transactions", customer_email=customer, status=snapshots.PAID)
        latest = [self._get(f"/transactions/{each['id']}/verify") for each in found[:LOOKED_AT_MAX]]
        methods = [method for each in latest if (method := snapshots.saved_method(each))]
        return list({method.token: method for method in methods}.values())

    def charge_saved(self, charge: ChargeSaved) -> PaymentSnapshot:
        name = tx_ref(charge.reference, charge.idempotency_key, None)
        if self._transaction(name) is None:
            answer = self._call(
                "POST",
                "/tokenized-charges",
                json={
                    "token": charge.token,
                    "email": charge.customer,
                    "amount": to_wire(charge.amount),
                    "currency": charge.amount.currency,
                    "tx_ref": name,
                    "narration": charge.reference,
                },
            )
            data_of(answer)
        snapshot = self.fetch_payment(name)
        if snapshot.amount != charge.amount:
            raise IdempotencyKeyReused("this charge was asked for with another amount")
        if snapshot.state is PaymentState.FAILED:
            raise PaymentDeclined(snapshot.failure_code, provider=self.kind)
        return snapshot

    def send_payout(self, payout: SendPayout) -> PayoutSnapshot:
        to, currency = payout.destination, payout.amount.currency
        if to.kind not in DESTINATIONS:
            raise NotOffered(f"Flutterwave does not pay to a {to.kind}", provider=self.kind)
        name = transfer_reference(payout.reference, payout.idempotency_key)
        answer = self._call(
            "POST",
            "/transfers",
            json={
                "account_bank": to.bank_code,
                "account_number": to.account,
                "beneficiary_name": to.name,
                "amount": to_wire(payout.amount),
                "currency": currency,
                "debit_currency": currency,
                "narration": payout.reference,
                "reference": name,
            },
        )
        known = [] if is_yes(answer) else self._get("/transfers", reference=name)
        made = snapshots.payout_snapshot(known[0] if known else data_of(answer))
        if made.amount != payout.amount:
            raise IdempotencyKeyReused("this payout was asked for with another amount")
        return made

    def fetch_payout(self, payout_id: str) -> PayoutSnapshot:
        return snapshots.payout_snapshot(self._get(f"/transfers/{payout_id}"))
