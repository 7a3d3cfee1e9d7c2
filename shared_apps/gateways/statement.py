"""The operator's statement at a provider, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared_apps.kernel.money import Money


class MovementKind(StrEnum):
    CHARGE = "charge"
    REFUND = "refund"
    FEE = "fee"
    TRANSFER = "transfer"
    PAYOUT = "payout"
    DISPUTE = "dispute"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class BalanceMovement:
    """One line of the operator's statement at the provider.

    `amount` is signed as the balance sees it and before `fee`, which is what the provider kept of it
    (negative when it gave a fee back). `source_id` names the charge, refund, transfer, payout or dispute,
    `reference` our own id of it where the provider still tells.
    """

    id: str
    kind: MovementKind
    amount: Money
    fee: Money
    source_id: str
    at: datetime
    reference: str = ""

    @property
    def net(self) -> Money:
        return self.amount - self.fee
