"""What happened to earnings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared_apps.kernel.events import Event


@dataclass(frozen=True, slots=True)
class EarningReleased(Event):
    """A partner's share left escrow and is theirs; the operator's commission is earned."""

    name: ClassVar[str] = "settlement.earning_released.v1"

    earning_id: str
    subject: str
    partner_id: str
    amount_minor: int
    commission_minor: int
    take_minor: int
    currency: str
