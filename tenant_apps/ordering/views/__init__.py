"""Cart, checkout and orders on every surface."""

from __future__ import annotations
