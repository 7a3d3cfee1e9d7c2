"""Moving stored value: credit, debit, set aside, top up."""

from __future__ import annotations
