"""Commission rules and earnings."""

from __future__ import annotations
