"""Promotions for the operator and for vendors, gift cards for everybody, and the API."""

from __future__ import annotations
