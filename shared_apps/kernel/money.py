"""Amounts of one currency in integer minor units, and the ways to divide them without loss."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import total_ordering

from shared_apps.kernel.errors import Unprocessable

BASIS_POINTS = 10_000

# ISO 4217 minor units that are not two.
_EXPONENTS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}
_CODE = re.compile(r"[A-Z]{3}\Z")


class BadAmount(Unprocessable):
    code, title = "bad_amount", "This is not an amount of that currency"


def exponent(currency: str) -> int:
    """Decimal places of a currency's minor unit: 0, 2 or 3 (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `minor` units (cents, yen, fils) of one ISO 4217 currency; may be negative."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError("Money counts whole minor units")
        if not _CODE.match(self.currency):
            raise BadAmount(f"{self.currency!r} is not a currency code such as EUR")

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read "12.34"; raises BadAmount for anything but an exact amount of the currency."""
        try:
            amount = Decimal(text.strip())
        except InvalidOperation as error:
            raise BadAmount(f"{text!r} is not a number such as 12.34") from error
        return cls.from_decimal(amount, currency)

    @classmethod
    def from_decimal(cls, amount: Decimal, currency: str) -> Money:
        if not amount.is_finite():
            raise BadAmount(f"{amount} is not an amount")
        scaled = amount.scaleb(exponent(currency))
        if scaled != scaled.to_integral_value():
            raise BadAmount(f"{currency} has {exponent(currency)} decimals; {amount} has more")
        return cls(int(scaled), currency)

    def decimal(self) -> Decimal:
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def as_json(self) -> dict[str, str]:
        return {"amount": str(self.decimal()), "currency": self.currency}

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise BadAmount(f"{self.currency} and {other.currency} do not mix")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, count: int) -> Money:
        return Money(self.minor * count, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.decimal()} {self.currency}"


def divide_half_up(numerator: int, denominator: int) -> int:
    """Numerator / denominator rounded half away from zero; the one rounding of the house."""
    if denominator <= 0:
        raise ValueError("the denominator counts parts and is positive")
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def percentage(amount: Money, bps: int) -> Money:
    """The share of an amount given in basis points (1/100 of a per cent), half-up."""
    return Money(divide_half_up(amount.minor * bps, BASIS_POINTS), amount.currency)


def total(amounts: Sequence[Money], currency: str) -> Money:
    return Money(sum((amount - Money.zero(currency)).minor for amount in amounts), currency)


def allocate(whole: Money, weights: Sequence[int]) -> list[Money]:
    """Spread an amount over weights by largest remainder (Hamilton); ties go to the earlier one.

    The parts sum to the whole, each is within one minor unit of its exact share, a zero weight
    gets nothing. Raises ValueError when no weight is positive and there is something to spread.
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("weights are not negative")
    weight_sum = sum(weights)
    if weight_sum == 0:
        if whole.minor:
            raise ValueError("nothing to spread the amount over")
        return [Money.zero(whole.currency) for _ in weights]
    sign = -1 if whole.minor < 0 else 1
    shares = [divmod(abs(whole.minor) * weight, weight_sum) for weight in weights]
    left = abs(whole.minor) - sum(floor for floor, _ in shares)
    by_remainder = sorted(range(len(weights)), key=lambda index: (-shares[index][1], index))
    extra = set(by_remainder[:left])
    return [
        Money(sign * (floor + (index in extra)), whole.currency)
        for index, (floor, _) in enumerate(shares)
    ]


def cumulative_share(whole: int, part: int, parts: int, done: int) -> int:
    """The next piece of `whole` when `part` of `parts` is undone in all and `done` was before.

    round(whole * part / parts) - done, so that undoing everything in any pieces undoes exactly
    `whole` (reference/marketplace.md iii, refunds).
    """
    return divide_half_up(whole * part, parts) - done
