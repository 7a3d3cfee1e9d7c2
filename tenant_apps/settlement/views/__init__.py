"""The operator's commission rules."""

from __future__ import annotations
