"""Reading the values people write into product files (rules)."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from shared_apps.kernel.money import Money, exponent
from tenant_apps.catalog.domain.drafts import PriceDraft

_YES = frozenset({"1", "true", "yes", "y", "on", "instock"})
# An optional currency or unit on either side, digits with separators between.
_NUMBER = re.compile(r"^[^\d.,-]*(-?[\d][\d.,' ]*|-?[.,]\d+)\D*$", re.ASCII)
_THOUSANDS = re.compile(r"^-?\d{1,3}(?:(?:,\d{3})+|(?:\.\d{3}){2,})$")
_GRAMS = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "lb": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
}


class BadValue(ValueError):
    """A value that cannot be what its column says; the message says why."""


def yes(text: str) -> bool:
    return text.strip().lower() in _YES


def number(text: str) -> Decimal:
    """12, 12.5, 1,234.50, 1.234,50, $12: whatever a spreadsheet made of a number."""
    found = _NUMBER.match(text)
    if found is None:
        raise BadValue(f"{text!r} is not a number")
    bare = found.group(1).replace(" ", "").replace("'", "")
    if _THOUSANDS.match(bare):
        bare = re.sub(r"[.,]", "", bare)
    elif "," in bare and "." in bare:
        thousands = "," if bare.rindex(".") > bare.rindex(",") else "."
        bare = bare.replace(thousands, "").replace(",", ".")
    else:
        bare = bare.replace(",", ".")
    try:
        return Decimal(bare)
    except InvalidOperation as error:
        raise BadValue(f"{text!r} is not a number") from error


def money(text: str, currency: str) -> Money:
    """An amount, rounded half up to the currency's decimals. Raises BadValue."""
    amount = number(text)
    if amount < 0 or amount > Decimal(10) ** 12:
        raise BadValue(f"{text!r} is not a price")
    unit = Decimal(1).scaleb(-exponent(currency))
    return Money.from_decimal(amount.quantize(unit, ROUND_HALF_UP), currency)


def price(amount: str, former: str, currency: str) -> PriceDraft:
    """A price with the former one when that is higher; a lower one means nothing."""
    present = money(amount, currency)
    before = money(former, currency) if former else None
    return PriceDraft(present, before if before is not None and before > present else None)


def grams(text: str, unit: str = "g") -> int | None:
    """A weight in whole grams; nothing and zero are unknown."""
    if not text:
        return None
    value = number(text) * _GRAMS.get(unit, Decimal(1))
    whole = int(value.to_integral_value(ROUND_HALF_UP))
    return whole if 0 < whole < 10_000_000 else None


def whole(text: str) -> int:
    value = number(text)
    if value != value.to_integral_value() or abs(value) > 1_000_000_000:
        raise BadValue(f"{text!r} is not a whole number")
    return int(value)


def split_list(text: str) -> tuple[str, ...]:
    """Parts between commas that are not escaped with a backslash, each once."""
    parts = (part.replace("\\,", ",").strip() for part in re.split(r"(?<!\\),", text))
    return tuple(dict.fromkeys(part[:120] for part in parts if part))
