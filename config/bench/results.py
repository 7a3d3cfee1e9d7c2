"""What a measurement says."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """One figure; `ratio` is value to reference, and `met` whether the target holds."""

    metric: str
    value: float
    unit: str
    n: int
    reference: float | None = None
    ratio: float | None = None
    target: str = ""
    met: bool | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
