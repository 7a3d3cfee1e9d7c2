"""The operator's statement at a provider, line by line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import Page


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


# Reads one page of one list: what it says, and whether there is more of it.
Reader = Callable[[int], tuple[list[BalanceMovement], bool]]


def page_of_lists(readers: Mapping[str, Reader], cursor: str) -> Page[BalanceMovement]:
    """A statement for providers that keep one list for each kind of movement: list after list.

    Within a list the newest come first. The cursor is `<list>:<page>`.
    """
    names = [*readers]
    name, _, number = (cursor or f"{names[0]}:1").partition(":")
    items, has_more = readers[name](int(number))
    following = names[names.index(name) + 1 :]
    onward = f"{name}:{int(number) + 1}" if has_more else f"{following[0]}:1" if following else ""
    return Page(items=items, next_cursor=onward, prev_cursor="")
