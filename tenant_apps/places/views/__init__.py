"""The address book's pages and API."""

from __future__ import annotations
