"""The keys and the way to Stripe, which every part of the adapter shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import stripe

from shared_apps.gateways.contract import Credentials
from shared_apps.gateways.stripe.transport import current_transport

if TYPE_CHECKING:
    from stripe._base_address import BaseAddresses

API_VERSION = "2026-10-28.endive"
NETWORK_RETRIES = 1


class StripeConnection:
    """Cheap to make: the client is put together per call, the connections below it are kept."""

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
