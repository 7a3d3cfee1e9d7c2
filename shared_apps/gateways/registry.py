"""Which adapter speaks to which provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared_apps.gateways.contract import Credentials, Gateway
from shared_apps.gateways.errors import GatewayUnknown
from shared_apps.gateways.stripe.client import StripeGateway

ADAPTERS: Mapping[str, Callable[[Credentials], Gateway]] = {StripeGateway.kind: StripeGateway}


def gateway_for(kind: str, credentials: Credentials) -> Gateway:
    """The adapter of this kind with these keys. Makes no call. GatewayUnknown if there is none."""
    adapter = ADAPTERS.get(kind)
    if adapter is None:
        raise GatewayUnknown(f"no adapter named {kind!r}")
    return adapter(credentials)
