"""The Flutterwave adapter (v3), put together from its parts.

Flutterwave has no idempotency keys. A page asked for twice under one name is one payment; a charge of a
token, a transfer and a refund are looked for by our name before or after they are refused as doubles.
Another amount under the same key is another payment, since the amount is part of the name.
Not verified against the real provider: that refunds are listed with the comment they were made with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from shared_apps.gateways.contract import Capabilities, WebhookEvent, WebhookRegistration
from shared_apps.gateways.flutterwave.people import DESTINATIONS
from shared_apps.gateways.flutterwave.statement import FlutterwaveStatement
from shared_apps.gateways.flutterwave.webhooks import verified_event
from shared_apps.gateways.keys import KeyField, Keys
from shared_apps.gateways.web import short_key


class FlutterwaveGateway(FlutterwaveStatement):
    """One operator's Flutterwave account."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        partial_refunds=True,
        saved_methods=True,
        payouts=True,
        movements=True,
        registers_webhooks=False,
        payout_destinations=DESTINATIONS,
    )
    keys: ClassVar[Keys] = Keys(
        fields=(
            KeyField("secret_key", _("Secret key"), starts_with=("FLWSECK_TEST-", "FLWSECK-")),
            KeyField(
                "webhook_secret",
                _("Secret hash (leave empty to be given one)"),
                is_required=False,
            ),
        ),
        test_prefixes=("FLWSECK_TEST-",),
    )

    def verify_credentials(self) -> str:
        """Flutterwave does not say whose a key is; the id is a fingerprint of the key, once it opens."""
        self._get("/balances")
        return f"flutterwave_{short_key(self._credentials.secret_key, 12)}"

    def register_webhook(
        self, *, url: str, of_partners: bool, idempotency_key: str
    ) -> WebhookRegistration:
        """Address and secret hash are entered on Flutterwave's own pages: the operator's hash, or ours."""
        made_up = short_key(f"{self._credentials.secret_key}/{idempotency_key}")
        return WebhookRegistration(
            endpoint_id="", secret=self._credentials.webhook_secret or made_up
        )

    def parse_webhook(
        self, body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]
    ) -> WebhookEvent:
        return verified_event(body, headers, secrets=[self._credentials.webhook_secret, *secrets])
