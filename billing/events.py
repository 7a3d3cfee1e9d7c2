"""What the platform wants to hear from its tenants; published into the tenant's own outbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared_apps.kernel.events import Event


@dataclass(frozen=True, slots=True)
class TakeAccrued(Event):
    """The platform earned its take of something a tenant's partner fulfilled.

    `subject` is what was fulfilled; with `key` it is unique within the tenant. The key is
    `release`, or that of the reversal: then gross and take are negative, and it may come long
    after the period of the sale was billed.
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
    key: str = "release"
