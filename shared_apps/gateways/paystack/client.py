"""The Paystack adapter.

Paystack has no idempotency keys, only references that are taken once. Ours are made from the key, so a
repetition meets the first attempt and is answered with that. Two things have no reference: a page's
address, told once, so whoever asks again gets another page of the same payment (`<reference>.2`, looked
at together); and a refund, which carries our key in its note and is looked for before it is made.
A page cannot be closed either: a payment made after `expire_payment` is late news, not an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from shared_apps.gateways.contract import Capabilities, WebhookEvent, WebhookRegistration
from shared_apps.gateways.keys import KeyField, Keys
from shared_apps.gateways.paystack.people import DESTINATIONS
from shared_apps.gateways.paystack.statement import PaystackStatement
from shared_apps.gateways.paystack.webhooks import verified_event
from shared_apps.gateways.web import short_key


class PaystackGateway(PaystackStatement):
    """One operator's Paystack integration."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        partial_refunds=True,
        saved_methods=True,
        payouts=True,
        disputes=True,
        movements=True,
        registers_webhooks=False,
        payout_destinations=DESTINATIONS,
    )
    keys: ClassVar[Keys] = Keys(
        fields=(KeyField("secret_key", _("Secret key"), starts_with=("sk_test_", "sk_live_")),),
        test_prefixes=("sk_test_",),
    )

    def verify_credentials(self) -> str:
        """Paystack does not say whose a key is; the id is a fingerprint of the key, once it opens."""
        self._get("/balance")
        return f"paystack_{short_key(self._credentials.secret_key, 12)}"

    def register_webhook(
        self, *, url: str, of_partners: bool, idempotency_key: str
    ) -> WebhookRegistration:
        """Paystack takes the address on its own settings page only, and signs with the secret key."""
        return WebhookRegistration(endpoint_id="", secret=self._credentials.secret_key)

    def parse_webhook(
        self, body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]
    ) -> WebhookEvent:
        return verified_event(body, headers, secrets=[self._credentials.secret_key, *secrets])
