"""What happened to wallets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared_apps.kernel.events import Event


@dataclass(frozen=True, slots=True)
class WalletToppedUp(Event):
    """A person's top-up was paid and can be spent."""

    name: ClassVar[str] = "wallet.topped_up.v1"

    top_up_id: str
    user_id: str
    amount_minor: int
    currency: str
