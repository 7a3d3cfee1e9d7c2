"""PayPal as the sandbox plays it: the wire format of the calls we make, with the state behind it.

One client id is one account, empty at first. Receivers of payouts that misbehave are in `payouts`.
"""

from __future__ import annotations

from shared_apps.gateways.paypal.fake.provider import PayPalFake

__all__ = ["PayPalFake"]
