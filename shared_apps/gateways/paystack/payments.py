"""Payments and refunds at Paystack, and what their missing idempotency keys ask of us."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shared_apps.gateways.contract import (
    PaymentSnapshot,
    Refunded,
    RefundPayment,
    StartedPayment,
    StartPayment,
)
from shared_apps.gateways.errors import GatewayRefused, IdempotencyKeyReused, NotOffered
from shared_apps.gateways.paystack import snapshots
from shared_apps.gateways.paystack.amounts import to_wire
from shared_apps.gateways.paystack.connection import PaystackConnection
from shared_apps.gateways.paystack.errors import data_of, is_duplicate
from shared_apps.gateways.start import added_up, expired, page_term
from shared_apps.gateways.web import short_key

PAGES_MAX = 5
_NOT_FOUND = frozenset({400, 404})


class PaystackPayments(PaystackConnection):
    """Pages, their transactions, and refunds of these."""

    def start_payment(self, start: StartPayment) -> StartedPayment:
        root = reference_from(start.idempotency_key)
        body = self._opening(start, root)
        for page in range(1, PAGES_MAX + 1):
            answer = self._call(
                "POST", "/transaction/initialize", json={**body, "reference": _page_of(root, page)}
            )
            if not is_duplicate(answer):
                url = data_of(answer)["authorization_url"]
                return StartedPayment(root, url, page_term(start))
            if self.is_paid(_page_of(root, page), body):
                return StartedPayment(root, body["callback_url"], page_term(start))
        raise GatewayRefused("this payment has had too many pages", provider=self.kind)

    def _opening(self, start: StartPayment, root: str) -> dict[str, Any]:
        added_up(start)
        if start.is_manual_capture:
            raise NotOffered("Paystack takes money at once", provider=self.kind)
        email = self._email_of(start.save_for) if start.save_for else start.customer_email
        if not email:
            raise GatewayRefused("Paystack needs the customer's e-mail address", provider=self.kind)
        metadata = {
            **start.metadata,
            snapshots.REFERENCE: start.reference,
            "cancel_action": start.cancel_url,
            **({snapshots.IS_KEPT: "1"} if start.save_for else {}),
        }
        return {
            "email": email,
            "amount": to_wire(start.amount),
            "currency": start.amount.currency,
            "callback_url": start.success_url.replace("{PAYMENT_ID}", root),
            "metadata": json.dumps(metadata),
        }

    def _email_of(self, customer: str) -> str:
        return str(self._get(f"/customer/{customer}")["email"])

    def is_paid(self, reference: str, body: Mapping[str, Any]) -> bool:
        """Whether the page of this reference was paid. IdempotencyKeyReused if it is for something else."""
        known = self._get(f"/transaction/verify/{reference}")
        ours = json.loads(body["metadata"])[snapshots.REFERENCE]
        told = snapshots.metadata_of(known).get(snapshots.REFERENCE)
        wanted = (body["amount"], body["currency"], ours)
        if (known["amount"], known["currency"], told) != wanted:
            raise IdempotencyKeyReused("the reference is taken by another payment")
        return bool(known["status"] == "success")

    def _transaction(self, root: str) -> Mapping[str, Any]:
        """The paid page of a payment, else its first one."""
        first = known = self._get(f"/transaction/verify/{root}")
        for page in range(2, PAGES_MAX + 1):
            if known["status"] in {"success", "reversed"}:
                return dict(known)
            answer = self._call("GET", f"/transaction/verify/{_page_of(root, page)}")
            if answer.status in _NOT_FOUND:
                break
            known = data_of(answer)
        return dict(known if known["status"] in {"success", "reversed"} else first)

    def _refunds_of(self, transaction: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        return list(self._get("/refund", transaction=transaction["id"], perPage=100))

    def fetch_payment(self, provider_id: str) -> PaymentSnapshot:
        transaction = self._transaction(provider_id)
        refunds = self._refunds_of(transaction) if transaction["status"] == "success" else []
        return snapshots.payment_snapshot(provider_id, transaction, refunds)

    def expire_payment(self, provider_id: str) -> PaymentSnapshot:
        """Paystack's page stays open; from now on a payment there is late news."""
        return expired(self.fetch_payment(provider_id))

    def refund(self, refund: RefundPayment) -> Refunded:
        transaction = self._transaction(refund.provider_id)
        if transaction["status"] not in {"success", "reversed"}:
            raise GatewayRefused("nothing was paid, so nothing can be refunded")
        note = f"{refund.reference} [{short_key(refund.idempotency_key, 16)}]"
        made = next(
            (known for known in self._refunds_of(transaction) if known["merchant_note"] == note),
            None,
        ) or self._post(
            "/refund",
            {
                "transaction": str(transaction["id"]),
                "amount": to_wire(refund.amount),
                "currency": refund.amount.currency,
                "merchant_note": note,
            },
        )
        if snapshots.refunded(made).amount != refund.amount:
            raise IdempotencyKeyReused("this refund was asked for with another amount")
        return snapshots.refunded(made)

    def fetch_refund(self, refund_id: str) -> Refunded:
        return snapshots.refunded(self._get(f"/refund/{refund_id}"))


def reference_from(idempotency_key: str) -> str:
    """Taken once for each key; our own id travels in the metadata."""
    return f"pay-{short_key(idempotency_key)}"


def _page_of(root: str, page: int) -> str:
    return root if page == 1 else f"{root}.{page}"
