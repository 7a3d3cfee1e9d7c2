"""The demo: made-up operators, shops and goods."""

from __future__ import annotations
