"""The PayPal adapter, put together from its parts.

Every call that changes something carries our own key as PayPal-Request-Id, which PayPal remembers for
hours (orders) or weeks (payouts); a payout has a batch id of its own besides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from shared_apps.gateways.contract import Capabilities, WebhookEvent, WebhookRegistration
from shared_apps.gateways.keys import KeyField, Keys
from shared_apps.gateways.paypal.connection import TEST_API
from shared_apps.gateways.paypal.errors import body_of, issues_of
from shared_apps.gateways.paypal.people import DESTINATIONS
from shared_apps.gateways.paypal.statement import PayPalStatement
from shared_apps.gateways.paypal.webhooks import EVENTS, verified_event
from shared_apps.gateways.web import short_key

WEBHOOKS = "/v1/notifications/webhooks"
URL_TAKEN = "WEBHOOK_URL_ALREADY_EXISTS"


class PayPalGateway(PayPalStatement):
    """One operator's PayPal app."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        manual_capture=True,
        partial_capture=True,
        partial_refunds=True,
        saved_methods=True,
        payouts=True,
        disputes=True,
        movements=True,
        payout_destinations=DESTINATIONS,
    )
    keys: ClassVar[Keys] = Keys(
        fields=(
            KeyField("client_id", _("Client ID"), is_secret=False),
            KeyField("secret_key", _("Secret")),
        ),
        test_api_base=TEST_API,
    )

    def verify_credentials(self) -> str:
        told = self._signed_in()
        return str(told.get("app_id") or f"paypal_{short_key(self._credentials.client_id, 12)}")

    def register_webhook(
        self, *, url: str, of_partners: bool, idempotency_key: str
    ) -> WebhookRegistration:
        """PayPal signs with its own key; what the signature has to name is the id of the endpoint."""
        wanted = {"url": url, "event_types": [{"name": name} for name in EVENTS]}
        answer = self._call("POST", WEBHOOKS, json=wanted)
        if URL_TAKEN in issues_of(answer):
            known = self._get(WEBHOOKS)["webhooks"]
            made = next(endpoint for endpoint in known if endpoint["url"] == url)
        else:
            made = body_of(answer)
        return WebhookRegistration(endpoint_id=made["id"], secret=made["id"])

    def parse_webhook(
        self, body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]
    ) -> WebhookEvent:
        return verified_event(body, headers, secrets=secrets, api_base=self._credentials.api_base)
