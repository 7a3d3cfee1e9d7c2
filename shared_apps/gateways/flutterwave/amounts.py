"""Money as Flutterwave counts it: a JSON number of major units."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from shared_apps.gateways.errors import GatewayRefused
from shared_apps.kernel.money import Money, exponent

CURRENCIES = frozenset(
    "EGP EUR GBP GHS KES MWK NGN RWF SLE TZS UGX USD XAF XOF ZAR ZMW".split()  # noqa: SIM905
)


def to_wire(amount: Money) -> int | float:
    """A number of major units. GatewayRefused for a currency that Flutterwave does not take."""
    if amount.currency not in CURRENCIES:
        raise GatewayRefused(f"Flutterwave does not take {amount.currency}")
    decimal = amount.decimal()
    return int(decimal) if decimal == int(decimal) else float(decimal)


def from_wire(number: Decimal | int, currency: str) -> Money:
    """Money from Flutterwave's number; what it carries beyond the minor unit (fees) is rounded half up."""
    scaled = Decimal(number).scaleb(exponent(currency))
    return Money(int(scaled.to_integral_value(ROUND_HALF_UP)), currency)
