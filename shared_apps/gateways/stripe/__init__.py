"""Stripe: the operator's own account is a Connect platform, partners are its connected accounts.

Payments are Checkout Sessions on Stripe's page, shares are separate transfers drawn on the charge.
"""

from __future__ import annotations
