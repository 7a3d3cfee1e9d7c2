"""What the platform wants to hear from its tenants; published into the tenant's own outbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared_apps.kernel.events import Event


@dataclass(frozen=True, slots=True)
class TakeAccrued(Event):
    """The platform earned its take of something a tenant's partner fulfilled.

    `subject` is what was fulfilled, unique within the tenant; a reversal is a negative take.
    """

    name: ClassVar[str] = "billing.take_accrued.v1"

    subject: str
    module: str
    gross_minor: int
    take_minor: int
    currency: str
    take_bps: int
    tier_code: str
    tier_version: int
    accrued_at: str
