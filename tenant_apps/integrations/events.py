"""What happened to imports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared_apps.kernel.events import Event


@dataclass(frozen=True, slots=True)
class ImportQueued(Event):
    name: ClassVar[str] = "integrations.import_queued.v1"

    run_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class ImportFinished(Event):
    name: ClassVar[str] = "integrations.import_finished.v1"

    run_id: str
    kind: str
    vendor_id: str
    created: int
    updated: int
    failed: int
