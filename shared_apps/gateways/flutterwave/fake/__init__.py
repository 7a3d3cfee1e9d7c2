"""Flutterwave v3 as the sandbox plays it: the wire format of the calls we make, with the state behind it.

One secret key is one account, empty at first. A page leaves no trace before somebody tries to pay there.
Account numbers that misbehave are in `transfers`.
"""

from __future__ import annotations

from shared_apps.gateways.flutterwave.fake.provider import FlutterwaveFake

__all__ = ["FlutterwaveFake"]
