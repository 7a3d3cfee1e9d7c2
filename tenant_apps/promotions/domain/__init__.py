"""Dividing discounts, counting codes, gift cards and loyalty credit."""

from __future__ import annotations
