"""Paystack: a payment is a transaction known by the reference we give it, money is always in hundredths.

The payment page cannot be asked for twice and cannot be closed; there is no second look for the same key
except by reference. What follows from that is in `client`.
"""

from __future__ import annotations
