"""Carts, checkout, placing, fulfilment."""

from __future__ import annotations
