"""Which adapter speaks to which provider."""

from __future__ import annotations

from collections.abc import Mapping

from shared_apps.gateways.contract import Capabilities, Credentials, Gateway
from shared_apps.gateways.errors import GatewayUnknown
from shared_apps.gateways.flutterwave.client import FlutterwaveGateway
from shared_apps.gateways.keys import KeyField
from shared_apps.gateways.paypal.client import PayPalGateway
from shared_apps.gateways.paystack.client import PaystackGateway
from shared_apps.gateways.stripe.client import StripeGateway

Adapter = type[StripeGateway | PayPalGateway | PaystackGateway | FlutterwaveGateway]
ADAPTERS: Mapping[str, Adapter] = {
    adapter.kind: adapter
    for adapter in (StripeGateway, PayPalGateway, PaystackGateway, FlutterwaveGateway)
}


def gateway_for(kind: str, credentials: Credentials) -> Gateway:
    """The adapter of this kind with these keys. Makes no call. GatewayUnknown if there is none."""
    return _adapter(kind)(credentials)


def capabilities_of(kind: str) -> Capabilities:
    """What a provider can do, before anybody has keys. GatewayUnknown if there is no adapter."""
    return _adapter(kind).capabilities


def key_fields_of(kind: str) -> tuple[KeyField, ...]:
    """The keys an operator has to give for a provider. GatewayUnknown if there is no adapter."""
    return _adapter(kind).keys.fields


def api_base_of_test_mode(kind: str) -> str:
    """Where a provider's test mode lives, empty where its keys say it. GatewayUnknown if there is none."""
    return _adapter(kind).keys.test_api_base


def is_test(kind: str, credentials: Credentials) -> bool:
    """Whether no real money moves with these keys: test keys, the test mode's address, or a sandbox."""
    prefixes = _adapter(kind).keys.test_prefixes
    is_test_key = credentials.secret_key.startswith(prefixes)
    is_elsewhere = bool(credentials.api_base) and not prefixes
    return is_test_key or is_elsewhere


def _adapter(kind: str) -> Adapter:
    adapter = ADAPTERS.get(kind)
    if adapter is None:
        raise GatewayUnknown(f"no adapter named {kind!r}")
    return adapter
