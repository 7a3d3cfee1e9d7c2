"""Figures as CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from shared_apps.kernel.money import Money

Value = str | int | Money | datetime | None
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """A header and rows; money as a plain decimal, moments in ISO 8601, text never a formula (rule)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_written(value) for value in row])
    return out.getvalue()


def _written(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, Money):
        return str(value.decimal())
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return str(value)
