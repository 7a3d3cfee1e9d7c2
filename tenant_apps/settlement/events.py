"""What happened to earnings and payouts."""

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


@dataclass(frozen=True, slots=True)
class EarningReduced(Event):
    """A cancellation, refund or lost dispute took part of a share back.

    The amounts are what was taken off; before release it was never the partner's.
    """

    name: ClassVar[str] = "settlement.earning_reduced.v1"

    earning_id: str
    subject: str
    partner_id: str
    amount_minor: int
    commission_minor: int
    take_minor: int
    currency: str
    is_after_release: bool


@dataclass(frozen=True, slots=True)
class PayoutCreated(Event):
    """Money of a partner is set aside and waits to be sent."""

    name: ClassVar[str] = "settlement.payout_created.v1"

    payout_id: str
    partner_id: str
    amount_minor: int
    currency: str
    method: str


@dataclass(frozen=True, slots=True)
class PayoutPaid(Event):
    name: ClassVar[str] = "settlement.payout_paid.v1"

    payout_id: str
    partner_id: str
    amount_minor: int
    currency: str
    method: str


@dataclass(frozen=True, slots=True)
class PayoutFailed(Event):
    """The money is the partner's again; `was_paid` when it had been reported as arrived."""

    name: ClassVar[str] = "settlement.payout_failed.v1"

    payout_id: str
    partner_id: str
    amount_minor: int
    currency: str
    method: str
    failure_code: str
    was_paid: bool
