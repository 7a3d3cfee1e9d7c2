"""Stripe as the sandbox plays it: the wire format of the calls we make, with the state behind it.

One secret key is one account, empty at first, and sees nothing of the others.
"""

from __future__ import annotations

from shared_apps.gateways.stripe.fake.provider import StripeFake

__all__ = ["StripeFake"]
