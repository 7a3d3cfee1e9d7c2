"""Accounts at gateways, charges, webhooks and refunds."""

from __future__ import annotations
