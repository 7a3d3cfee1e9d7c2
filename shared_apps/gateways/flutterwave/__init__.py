"""Flutterwave, version 3: a payment is known by the `tx_ref` we give it, money is in major units.

Nobody at Flutterwave knows a page before somebody has tried to pay there. So the `tx_ref` itself says
what was asked: `<reference>-<digest of the key>-<amount in minor units><currency>`.
"""

from __future__ import annotations
