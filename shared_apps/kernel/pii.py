"""Which columns hold personal data, and what becomes of them; filled by the rooms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PiiRule = Literal["erase", "pseudonymise", "keep_for_law"]


@dataclass(frozen=True, slots=True)
class PiiField:
    """`model` is app_label.Model; `rule` is what erasure does with the column."""

    model: str
    field: str
    rule: PiiRule


_registry: dict[tuple[str, str], PiiField] = {}


def register_pii(model: str, field: str, rule: PiiRule) -> None:
    _registry[model.lower(), field] = PiiField(model, field, rule)


def pii_fields() -> tuple[PiiField, ...]:
    return tuple(_registry.values())
