"""The Stripe adapter.

Every call carries the operator's key and our own idempotency key, so a repetition after a crash meets
the first attempt instead of making a second one. The library may repeat a call once by itself, with the same key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

import stripe

from shared_apps.gateways.contract import (
    AccountSnapshot,
    Capabilities,
    CreateAccount,
    Credentials,
    OnboardingLink,
    PaymentSnapshot,
    Refunded,
    RefundPayment,
    RefundState,
    ReverseTransfer,
    SendTransfer,
    SentTransfer,
    StartedPayment,
    StartPayment,
    WebhookEvent,
    WebhookRegistration,
)
from shared_apps.gateways.errors import GatewayRefused
from shared_apps.gateways.stripe.amounts import from_wire, to_wire
from shared_apps.gateways.stripe.errors import stripe_errors
from shared_apps.gateways.stripe.snapshots import account_snapshot, payment_snapshot, sent_transfer
from shared_apps.gateways.stripe.transport import current_transport
from shared_apps.gateways.stripe.webhooks import (
    OPERATOR_EVENTS,
    PARTNER_EVENTS,
    REFERENCE,
    verified_event,
)
from shared_apps.kernel.money import Money

if TYPE_CHECKING:
    from stripe._base_address import BaseAddresses
    from stripe.params import (
        AccountCreateParams,
        TransferCreateParams,
        WebhookEndpointCreateParams,
    )
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItem

API_VERSION = "2026-10-28.endive"
NETWORK_RETRIES = 1
# More lines than this Stripe does not show; the page then names the whole only.
LINES_MAX = 100
# All that a snapshot tells, in one call.
PAYMENT_EXPANSIONS = ["payment_intent.latest_charge.balance_transaction"]
REFUND_STATES: Mapping[str, RefundState] = {
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}


class StripeGateway:
    """One operator's Stripe account."""

    kind: ClassVar[str] = "stripe"
    capabilities: ClassVar[Capabilities] = Capabilities(
        manual_capture=True, partial_refunds=True, connected_accounts=True
    )

    def __init__(
        self, credentials: Credentials, *, transport: stripe.HTTPClient | None = None
    ) -> None:
        self._credentials = credentials
        self._transport = transport

    @property
    def _api(self) -> stripe.V1Services:
        base: BaseAddresses = (
            {"api": self._credentials.api_base} if self._credentials.api_base else {}
        )
        return stripe.StripeClient(
            self._credentials.secret_key,
            stripe_version=API_VERSION,
            base_addresses=base,
            max_network_retries=NETWORK_RETRIES,
            http_client=self._transport or current_transport(),
        ).v1

    def verify_credentials(self) -> str:
        with stripe_errors():
            return self._api.accounts.retrieve_current().id

    def register_webhook(
        self, *, url: str, of_partners: bool, idempotency_key: str
    ) -> WebhookRegistration:
        params: WebhookEndpointCreateParams = {
            "url": url,
            "enabled_events": [*(PARTNER_EVENTS if of_partners else OPERATOR_EVENTS)],
            "connect": of_partners,
            "api_version": API_VERSION,  # type: ignore[typeddict-item]
        }
        with stripe_errors():
            endpoint = self._api.webhook_endpoints.create(
                params, {"idempotency_key": idempotency_key}
            )
        return WebhookRegistration(endpoint_id=endpoint.id, secret=endpoint.secret or "")

    def start_payment(self, start: StartPayment) -> StartedPayment:
        metadata = {**start.metadata, REFERENCE: start.reference}
        params: SessionCreateParams = {
            "mode": "payment",
            "client_reference_id": start.reference,
            "line_items": _line_items(start),
            "success_url": start.success_url.replace("{PAYMENT_ID}", "{CHECKOUT_SESSION_ID}"),
            "cancel_url": start.cancel_url,
            "payment_intent_data": {"transfer_group": start.reference, "metadata": metadata},
            "metadata": metadata,
        }
        if start.customer_email:
            params["customer_email"] = start.customer_email
        if start.expires_at is not None:
            params["expires_at"] = int(start.expires_at.timestamp())
        with stripe_errors():
            session = self._api.checkout.sessions.create(
                params, {"idempotency_key": start.idempotency_key}
            )
        return StartedPayment(
            provider_id=session.id,
            redirect_url=session.url or "",
            expires_at=datetime.fromtimestamp(session.expires_at, UTC),
        )

    def fetch_payment(self, provider_id: str) -> PaymentSnapshot:
        with stripe_errors():
            session = self._api.checkout.sessions.retrieve(
                provider_id, {"expand": PAYMENT_EXPANSIONS}
            )
        return payment_snapshot(session)

    def expire_payment(self, provider_id: str) -> PaymentSnapshot:
        with stripe_errors():
            try:
                self._api.checkout.sessions.expire(provider_id)
            except stripe.InvalidRequestError:
                return self._settled_payment(provider_id)
        return self.fetch_payment(provider_id)

    def _settled_payment(self, provider_id: str) -> PaymentSnapshot:
        session = self._api.checkout.sessions.retrieve(provider_id, {"expand": PAYMENT_EXPANSIONS})
        if session.status == "open":
            raise GatewayRefused(
                "Stripe neither closed the payment page nor says that it is closed"
            )
        return payment_snapshot(session)

    def refund(self, refund: RefundPayment) -> Refunded:
        with stripe_errors():
            session = self._api.checkout.sessions.retrieve(refund.provider_id)
            intent = session.payment_intent
            if intent is None:
                raise GatewayRefused("nothing was paid, so nothing can be refunded")
            made = self._api.refunds.create(
                {
                    "payment_intent": intent if isinstance(intent, str) else intent.id,
                    "amount": to_wire(refund.amount),
                    "reason": "requested_by_customer",
                    "metadata": {REFERENCE: refund.reference},
                },
                {"idempotency_key": refund.idempotency_key},
            )
        return Refunded(
            refund_id=made.id,
            state=REFUND_STATES.get(made.status or "", RefundState.PENDING),
            amount=from_wire(made.amount, made.currency),
        )

    def create_account(self, account: CreateAccount) -> AccountSnapshot:
        params: AccountCreateParams = {
            "country": account.country,
            "email": account.email,
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "requirement_collection": "stripe",
                "stripe_dashboard": {"type": "express"},
            },
            "capabilities": {"transfers": {"requested": True}},
            "metadata": {REFERENCE: account.reference},
        }
        with stripe_errors():
            made = self._api.accounts.create(params, {"idempotency_key": account.idempotency_key})
        return account_snapshot(made)

    def fetch_account(self, account_id: str) -> AccountSnapshot:
        with stripe_errors():
            return account_snapshot(self._api.accounts.retrieve(account_id))

    def onboarding_link(
        self, account_id: str, *, return_url: str, refresh_url: str
    ) -> OnboardingLink:
        with stripe_errors():
            link = self._api.account_links.create(
                {
                    "account": account_id,
                    "type": "account_onboarding",
                    "return_url": return_url,
                    "refresh_url": refresh_url,
                    "collection_options": {"fields": "eventually_due"},
                }
            )
        return OnboardingLink(url=link.url, expires_at=datetime.fromtimestamp(link.expires_at, UTC))

    def transfer(self, transfer: SendTransfer) -> SentTransfer:
        params: TransferCreateParams = {
            "amount": to_wire(transfer.amount),
            "currency": transfer.amount.currency.lower(),
            "destination": transfer.account_id,
            "transfer_group": transfer.group,
            "metadata": {REFERENCE: transfer.reference},
        }
        if transfer.charge_id:
            params["source_transaction"] = transfer.charge_id
        with stripe_errors():
            made = self._api.transfers.create(params, {"idempotency_key": transfer.idempotency_key})
        return sent_transfer(made)

    def reverse_transfer(self, reversal: ReverseTransfer) -> SentTransfer:
        with stripe_errors():
            self._api.transfers.reversals.create(
                reversal.transfer_id,
                {"amount": to_wire(reversal.amount), "metadata": {REFERENCE: reversal.reference}},
                {"idempotency_key": reversal.idempotency_key},
            )
            return sent_transfer(self._api.transfers.retrieve(reversal.transfer_id))

    def parse_webhook(
        self, body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]
    ) -> WebhookEvent:
        return verified_event(body, headers, secrets=secrets)


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
