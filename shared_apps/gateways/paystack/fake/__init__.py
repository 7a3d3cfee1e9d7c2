"""Paystack as the sandbox plays it: the wire format of the calls we make, with the state behind it.

One secret key is one integration, empty at first. References are taken once; there are no idempotency
keys. Account numbers that misbehave are in `transfers`.
"""

from __future__ import annotations

from shared_apps.gateways.paystack.fake.provider import PaystackFake

__all__ = ["PaystackFake"]
