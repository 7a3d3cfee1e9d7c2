"""The Stripe adapter, put together from its parts.

Every call carries the operator's key and our own idempotency key, so a repetition after a crash meets
the first attempt instead of making a second one. The library may repeat a call once by itself, with the same key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext_lazy as _

from shared_apps.gateways.contract import (
    Capabilities,
    DestinationKind,
    WebhookEvent,
    WebhookRegistration,
)
from shared_apps.gateways.keys import KeyField, Keys
from shared_apps.gateways.stripe.connection import API_VERSION
from shared_apps.gateways.stripe.customers import StripeCustomers
from shared_apps.gateways.stripe.errors import stripe_errors
from shared_apps.gateways.stripe.partners import StripePartners
from shared_apps.gateways.stripe.payments import StripePayments
from shared_apps.gateways.stripe.statements import StripeStatements
from shared_apps.gateways.stripe.webhooks import OPERATOR_EVENTS, PARTNER_EVENTS, verified_event

if TYPE_CHECKING:
    from stripe.params import WebhookEndpointCreateParams


class StripeGateway(StripePayments, StripeCustomers, StripePartners, StripeStatements):
    """One operator's Stripe account."""

    kind: ClassVar[str] = "stripe"
    capabilities: ClassVar[Capabilities] = Capabilities(
        manual_capture=True,
        partial_capture=True,
        partial_refunds=True,
        connected_accounts=True,
        saved_methods=True,
        payouts=True,
        disputes=True,
        movements=True,
        payout_destinations=frozenset({DestinationKind.CONNECTED_ACCOUNT}),
    )
    keys: ClassVar[Keys] = Keys(
        fields=(
            KeyField(
                "secret_key",
                _("Secret key"),
                starts_with=("sk_test_", "rk_test_", "sk_live_", "rk_live_"),
            ),
        ),
        test_prefixes=("sk_test_", "rk_test_"),
    )

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

    def parse_webhook(
        self, body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]
    ) -> WebhookEvent:
        return verified_event(body, headers, secrets=secrets)
