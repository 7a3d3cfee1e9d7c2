"""Payments and refunds at Flutterwave."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

from shared_apps.gateways.contract import (
    PaymentSnapshot,
    Refunded,
    RefundPayment,
    StartedPayment,
    StartPayment,
)
from shared_apps.gateways.errors import GatewayRefused, IdempotencyKeyReused, NotOffered
from shared_apps.gateways.flutterwave import snapshots
from shared_apps.gateways.flutterwave.amounts import to_wire
from shared_apps.gateways.flutterwave.connection import FlutterwaveConnection
from shared_apps.gateways.flutterwave.errors import data_of, is_unknown
from shared_apps.gateways.flutterwave.references import named, tx_ref
from shared_apps.gateways.start import added_up, expired, page_term
from shared_apps.gateways.web import short_key
from shared_apps.kernel.clock import now

SESSION_MINUTES_MAX = 24 * 60


class FlutterwavePayments(FlutterwaveConnection):
    """Pages, their transactions, and refunds of these."""

    def start_payment(self, start: StartPayment) -> StartedPayment:
        added_up(start)
        if start.is_manual_capture:
            raise NotOffered("Flutterwave takes money at once", provider=self.kind)
        email = start.save_for or start.customer_email
        if not email:
            raise GatewayRefused("Flutterwave needs the customer's e-mail address")
        name = tx_ref(start.reference, start.idempotency_key, start.amount)
        link = self._post(
            "/payments",
            {
                "tx_ref": name,
                "amount": to_wire(start.amount),
                "currency": start.amount.currency,
                "redirect_url": start.success_url.replace("{PAYMENT_ID}", name),
                "customer": {"email": email},
                "customizations": {"title": start.metadata.get("merchant", start.reference)},
                "session_duration": _minutes_left(start),
                "meta": {**start.metadata, **({snapshots.IS_KEPT: "1"} if start.save_for else {})},
            },
        )["link"]
        return StartedPayment(name, link, page_term(start))

    def _transaction(self, name: str) -> Mapping[str, Any] | None:
        """What became of a payment; None while nobody has tried to make it."""
        answer = self._call("GET", "/transactions/verify_by_reference", params={"tx_ref": name})
        return None if is_unknown(answer) else dict(data_of(answer))

    def _refunds_of(self, transaction: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        if transaction["status"] != snapshots.PAID:
            return []
        known = self._get("/refunds", id=transaction["id"])
        return [refund for refund in known if refund["tx_id"] == transaction["id"]]

    def fetch_payment(self, provider_id: str) -> PaymentSnapshot:
        name = named(provider_id)
        transaction = self._transaction(provider_id)
        if transaction is None:
            return snapshots.unseen_payment(provider_id, name)
        return snapshots.payment_snapshot(name, transaction, self._refunds_of(transaction))

    def expire_payment(self, provider_id: str) -> PaymentSnapshot:
        """The page lapses by itself when its session is over; a payment there meanwhile is late news."""
        return expired(self.fetch_payment(provider_id))

    def refund(self, refund: RefundPayment) -> Refunded:
        transaction = self._transaction(refund.provider_id)
        if transaction is None or transaction["status"] != snapshots.PAID:
            raise GatewayRefused("nothing was paid, so nothing can be refunded")
        currency = transaction["currency"]
        note = f"{refund.reference} [{short_key(refund.idempotency_key)}]"
        known = [each for each in self._refunds_of(transaction) if each.get("comment") == note]
        made = snapshots.refunded(
            known[0]
            if known
            else self._post(
                f"/transactions/{transaction['id']}/refund",
                {"amount": to_wire(refund.amount), "comments": note},
            ),
            currency,
        )
        if made.amount != refund.amount:
            raise IdempotencyKeyReused("this refund was asked for with another amount")
        return made

    def fetch_refund(self, refund_id: str) -> Refunded:
        """Our id of a refund carries its currency, which Flutterwave does not tell."""
        number, _, currency = refund_id.partition("-")
        return snapshots.refunded(self._get(f"/refunds/{number}"), currency)


def _minutes_left(start: StartPayment) -> int:
    """How long the page may be used, in the minutes Flutterwave counts."""
    seconds = (page_term(start) - now()).total_seconds()
    return min(max(ceil(seconds / 60), 1), SESSION_MINUTES_MAX)
