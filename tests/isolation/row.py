"""One row of what the matrix must know; tests/isolation/rows.py says what its parts mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Row:
    surface: str
    pattern: str
    anonymous: int
    shown_to: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    also: frozenset[int] = frozenset()

    @property
    def key(self) -> tuple[str, str]:
        return self.surface, self.pattern


def row(
    surface: str,
    pattern: str,
    anonymous: int = 200,
    *,
    shown_to: str = "",
    fixed: Mapping[str, str] | None = None,
    also: tuple[int, ...] = (),
    **ids: str,
) -> Row:
    return Row(surface, pattern, anonymous, shown_to, ids, fixed or {}, frozenset(also))
