"""Money as Stripe counts it.

Stripe takes integers in "the smallest unit", which is not always ISO's: two currencies without minor
units are sent with two zeros, and in three-decimal currencies the last digit must be zero. Our `Money`
counts ISO minor units, so most amounts pass unchanged.
"""

from __future__ import annotations

from shared_apps.gateways.errors import GatewayRefused
from shared_apps.kernel.money import Money, exponent

# ISK and UGX have no minor units either and are not here: Stripe wants them with two zeros.
ZERO_DECIMAL = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()  # noqa: SIM905
)
THREE_DECIMAL = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


def wire_exponent(currency: str) -> int:
    """How many decimals Stripe's integer carries for this currency."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def _power(decimals: int) -> int:
    return int(10**decimals)


def to_wire(amount: Money) -> int:
    """The integer Stripe expects. GatewayRefused for an amount it cannot express."""
    scaled, remainder = divmod(
        amount.minor * _power(wire_exponent(amount.currency)), _power(exponent(amount.currency))
    )
    if remainder or (amount.currency in THREE_DECIMAL and scaled % 10):
        raise GatewayRefused(f"Stripe cannot charge {amount.decimal()} {amount.currency} exactly")
    return scaled


def from_wire(units: int, currency: str) -> Money:
    """Money from Stripe's integer; Stripe writes currencies in lower case."""
    code = currency.upper()
    minor, remainder = divmod(units * _power(exponent(code)), _power(wire_exponent(code)))
    if remainder:
        raise GatewayRefused(
            f"Stripe answered {units} {code}, which is no whole number of minor units"
        )
    return Money(minor, code)
