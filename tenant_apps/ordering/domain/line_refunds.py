"""How much of a sale is undone when some of it goes back: pure rules, exact in any pieces.

Every amount follows round(whole * k / n) - already, so that undoing everything, in whatever steps,
undoes exactly what was sold. It is the sale's own tax, commission and take that come back, as they
were frozen on the line; today's rates do not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from shared_apps.kernel.money import BASIS_POINTS, divide_half_up


@dataclass(frozen=True, slots=True)
class Parts:
    """A sale, or a part of it that is undone, in minor units of its currency.

    `gross_minor` is what the customer paid, tax included; the vendor's earning is what is left of
    it and of the operator's subsidy after commission, its tax, and tax that the operator remits.
    """

    gross_minor: int = 0
    tax_minor: int = 0
    subsidy_minor: int = 0
    commission_minor: int = 0
    commission_tax_minor: int = 0
    retained_tax_minor: int = 0
    take_minor: int = 0

    @property
    def earning_minor(self) -> int:
        taken = self.commission_minor + self.commission_tax_minor + self.retained_tax_minor
        return self.gross_minor + self.subsidy_minor - taken

    def __add__(self, other: Parts) -> Parts:
        return Parts(*(_of(self, name) + _of(other, name) for name in NAMES))

    def __sub__(self, other: Parts) -> Parts:
        return Parts(*(_of(self, name) - _of(other, name) for name in NAMES))

    def __bool__(self) -> bool:
        return any(_of(self, name) for name in NAMES)


NAMES = tuple(field.name for field in fields(Parts))
# Which of them give way when roundings would take the vendor below nothing or above their own.
_YIELDING = ("commission_minor", "commission_tax_minor", "retained_tax_minor")


def sum_of(parts: Iterable[Parts]) -> Parts:
    """Add parts up (rule)."""
    return sum(parts, Parts())


def undo_quantity(*, whole: Parts, done: Parts, count: int, quantity: int) -> Parts:
    """The next piece when `count` of `quantity` units are undone in all (rule)."""
    return _step(whole, done, count, quantity)


def undo_amount(*, whole: Parts, done: Parts, amount_minor: int) -> Parts:
    """The next piece when the customer gets an amount back without a unit (rule).

    The rest follows in proportion. The caller has seen that so much is left.
    """
    return _step(whole, done, done.gross_minor + amount_minor, whole.gross_minor)


def restocking_fee(*, step: Parts, bps: int) -> int:
    """What the vendor keeps of a piece for the trouble (rule): never more than they earned by it."""
    fee = divide_half_up(step.gross_minor * bps, BASIS_POINTS)
    return max(0, min(fee, step.earning_minor, step.gross_minor))


def _step(whole: Parts, done: Parts, part: int, parts: int) -> Parts:
    reached = {
        name: max(_of(done, name), divide_half_up(_of(whole, name) * part, parts)) for name in NAMES
    }
    _even_out(reached, whole, done)
    return Parts(**reached) - done


def _even_out(reached: dict[str, int], whole: Parts, done: Parts) -> None:
    """Keep the vendor's part between what is undone already and the whole, whatever was rounded.

    Only lines of a few cents need it. There is always room: the bounds of all parts add up.
    """
    earning = Parts(**reached).earning_minor
    gap = min(max(earning, done.earning_minor), whole.earning_minor) - earning
    for name in _YIELDING:
        room = _of(done, name) if gap > 0 else _of(whole, name)
        moved = min(gap, reached[name] - room) if gap > 0 else max(gap, reached[name] - room)
        reached[name] -= moved
        gap -= moved


def _of(parts: Parts, name: str) -> int:
    return int(getattr(parts, name))
