"""Facts about a tenant's look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared_apps.kernel.events import Event


@dataclass(frozen=True, slots=True)
class DesignPublished(Event):
    name: ClassVar[str] = "themes.design_published.v1"

    version_id: str
    number: int
    css_hash: str
