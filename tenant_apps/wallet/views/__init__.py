"""A person's wallet on the storefront, and for programs."""

from __future__ import annotations
