"""Orders, their captures and authorisations, and refunds of these."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from shared_apps.gateways.contract import (
    CapturePayment,
    PaymentSnapshot,
    PaymentState,
    Refunded,
    RefundPayment,
    StartedPayment,
    StartPayment,
)
from shared_apps.gateways.errors import GatewayRefused, IdempotencyKeyReused, PaymentDeclined
from shared_apps.gateways.paypal import snapshots
from shared_apps.gateways.paypal.amounts import from_wire, to_wire
from shared_apps.gateways.paypal.connection import PayPalConnection
from shared_apps.gateways.start import added_up, expired

ORDERS = "/v2/checkout/orders"
# How long an order waits for its payer, unless PayPal has been asked for more.
WAITS = timedelta(hours=3)
ITEMS_MAX = 100
NAME_MAX = 127
PAGE_LINKS = ("payer-action", "approve")
CUSTOM_ID = "/purchase_units/@reference_id=='default'/custom_id"


class PayPalPayments(PayPalConnection):
    """What happens to an order between its page and its money."""

    def start_payment(self, start: StartPayment) -> StartedPayment:
        added_up(start)
        order = self._post(ORDERS, _order_request(start), key=start.idempotency_key)
        unit = snapshots.unit_of(order)
        told = (from_wire(unit["amount"]), unit.get("custom_id", "").removesuffix(snapshots.CLOSED))
        if told != (start.amount, start.reference):
            raise IdempotencyKeyReused("this key has started another payment")
        ends = datetime.fromisoformat(order["create_time"]) + WAITS
        return StartedPayment(
            provider_id=order["id"],
            redirect_url=self._page_of(order, start),
            expires_at=min(ends, start.expires_at) if start.expires_at else ends,
        )

    def _page_of(self, order: Mapping[str, Any], start: StartPayment) -> str:
        """PayPal's page for an order. How it leads back is said in a second step: now its id is known."""
        back = start.success_url.replace("{PAYMENT_ID}", order["id"])
        if order["status"] == "CREATED":
            source = {"payment_source": {"paypal": _wallet(start, back)}}
            order = self._post(f"{ORDERS}/{order['id']}/confirm-payment-source", source, key="")
        pages = {link["rel"]: link["href"] for link in order["links"]}
        # Without a page it has been approved meanwhile.
        return next((pages[rel] for rel in PAGE_LINKS if rel in pages), back)

    def fetch_payment(self, provider_id: str) -> PaymentSnapshot:
        """How the payment stands; an order that its payer has approved is completed first."""
        order = self._get(f"{ORDERS}/{provider_id}")
        if order["status"] != "APPROVED" or snapshots.is_closed(order):
            return snapshots.payment_snapshot(order)
        return self._completed(order)

    def _completed(self, order: Mapping[str, Any]) -> PaymentSnapshot:
        verb = "capture" if order["intent"] == "CAPTURE" else "authorize"
        try:
            done = self._post(f"{ORDERS}/{order['id']}/{verb}", key=f"{verb}:{order['id']}")
        except PaymentDeclined as declined:
            # The payer may choose another means on the same page.
            again = self._get(f"{ORDERS}/{order['id']}")
            return snapshots.payment_snapshot(again, str(declined.members["provider_code"]))
        except GatewayRefused:
            # Somebody else was faster, or it is no longer to be completed: see for ourselves.
            return snapshots.payment_snapshot(self._get(f"{ORDERS}/{order['id']}"))
        return snapshots.payment_snapshot(done)

    def expire_payment(self, provider_id: str) -> PaymentSnapshot:
        """Mark an order that nobody has approved so that it is never completed."""
        snapshot = self.fetch_payment(provider_id)
        if snapshot.state is not PaymentState.PENDING:
            return snapshot
        closed = f"{snapshot.reference}{snapshots.CLOSED}"
        patch = [{"op": "replace", "path": CUSTOM_ID, "value": closed}]
        answer = self._call("PATCH", f"{ORDERS}/{provider_id}", json=patch)
        if answer.is_success:
            return expired(snapshot)
        # It moved on meanwhile, or PayPal does not let it be marked: then only we stop waiting.
        return expired(self.fetch_payment(provider_id))

    def capture(self, capture: CapturePayment) -> PaymentSnapshot:
        order = self._get(f"{ORDERS}/{capture.provider_id}")
        snapshot = snapshots.payment_snapshot(order)
        if snapshot.state is PaymentState.AUTHORISED:
            self._post(
                f"/v2/payments/authorizations/{_authorisation(order)}/capture",
                {"amount": to_wire(capture.amount), "final_capture": True},
                key=capture.idempotency_key,
            )
            return self.fetch_payment(capture.provider_id)
        if not snapshot.captured.minor:
            raise GatewayRefused("nothing is authorised, so nothing can be captured")
        return snapshot

    def cancel_authorisation(self, provider_id: str, *, idempotency_key: str) -> PaymentSnapshot:
        order = self._get(f"{ORDERS}/{provider_id}")
        snapshot = snapshots.payment_snapshot(order)
        if snapshot.state is PaymentState.CANCELLED:
            return snapshot
        if snapshot.state is not PaymentState.AUTHORISED:
            raise GatewayRefused("nothing is authorised, so nothing can be let go")
        self._post(f"/v2/payments/authorizations/{_authorisation(order)}/void", key="")
        return self.fetch_payment(provider_id)

    def refund(self, refund: RefundPayment) -> Refunded:
        captured = self.fetch_payment(refund.provider_id)
        if not captured.charge_id:
            raise GatewayRefused("nothing was paid, so nothing can be refunded")
        made = self._post(
            f"/v2/payments/captures/{captured.charge_id}/refund",
            {"amount": to_wire(refund.amount), "custom_id": refund.reference},
            key=refund.idempotency_key,
        )
        return snapshots.refunded(made)

    def fetch_refund(self, refund_id: str) -> Refunded:
        return snapshots.refunded(self._get(f"/v2/payments/refunds/{refund_id}"))


def _authorisation(order: Mapping[str, Any]) -> str:
    return str(snapshots.payments_of(order, "authorizations")[0]["id"])


def _order_request(start: StartPayment) -> dict[str, Any]:
    return {
        "intent": "AUTHORIZE" if start.is_manual_capture else "CAPTURE",
        "purchase_units": [_purchase_unit(start)],
    }


def _wallet(start: StartPayment, return_url: str) -> dict[str, Any]:
    """The page, and what of its visitor is to be kept."""
    context = {
        "return_url": return_url,
        "cancel_url": start.cancel_url,
        "shipping_preference": "NO_SHIPPING",
        "user_action": "PAY_NOW",
        **({"brand_name": brand[:NAME_MAX]} if (brand := start.metadata.get("merchant")) else {}),
    }
    wallet: dict[str, Any] = {"experience_context": context}
    if start.customer_email:
        wallet["email_address"] = start.customer_email
    if start.save_for:
        wallet["attributes"] = {
            "customer": {"id": start.save_for},
            "vault": {"store_in_vault": "ON_SUCCESS", "usage_type": "MERCHANT"},
        }
    return wallet


def _purchase_unit(start: StartPayment) -> dict[str, Any]:
    """What is paid, line by line where there are lines and not too many."""
    amount: dict[str, Any] = to_wire(start.amount)
    unit = {"reference_id": "default", "custom_id": start.reference, "amount": amount}
    if not 0 < len(start.lines) <= ITEMS_MAX:
        return unit
    amount["breakdown"] = {"item_total": to_wire(start.amount)}
    items = [
        {
            "name": line.name[:NAME_MAX] or start.reference,
            "quantity": str(line.quantity),
            "unit_amount": to_wire(line.amount),
        }
        for line in start.lines
    ]
    return {**unit, "items": items}
