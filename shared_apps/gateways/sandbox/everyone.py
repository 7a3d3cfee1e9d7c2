"""All the providers the sandbox can play."""

from __future__ import annotations

from shared_apps.gateways.flutterwave.fake import FlutterwaveFake
from shared_apps.gateways.paypal.fake import PayPalFake
from shared_apps.gateways.paystack.fake import PaystackFake
from shared_apps.gateways.sandbox.provider import Provider
from shared_apps.gateways.stripe.fake import StripeFake


def everyone() -> list[Provider]:
    return [StripeFake(), PayPalFake(), PaystackFake(), FlutterwaveFake()]
