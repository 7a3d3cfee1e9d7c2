"""Postal addresses, sets of places, and people's address books."""

from __future__ import annotations
