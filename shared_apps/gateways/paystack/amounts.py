"""Money as Paystack counts it: hundredths of the currency's unit, even where it has no such part (XOF)."""

from __future__ import annotations

from shared_apps.gateways.errors import GatewayRefused
from shared_apps.kernel.money import Money, exponent

CURRENCIES = frozenset({"GHS", "KES", "NGN", "USD", "XOF", "ZAR"})
_WIRE_EXPONENT = 2


def to_wire(amount: Money) -> int:
    """Hundredths. GatewayRefused for a currency that Paystack does not take."""
    if amount.currency not in CURRENCIES:
        raise GatewayRefused(f"Paystack does not take {amount.currency}")
    return amount.minor * _hundredths_in_minor(amount.currency)


def from_wire(units: int, currency: str) -> Money:
    minor, remainder = divmod(int(units), _hundredths_in_minor(currency))
    if remainder:
        raise GatewayRefused(
            f"Paystack answered {units} {currency}, which is no whole number of minor units"
        )
    return Money(minor, currency)


def _hundredths_in_minor(currency: str) -> int:
    return int(10 ** (_WIRE_EXPONENT - exponent(currency)))
