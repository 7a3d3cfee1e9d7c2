"""Money as PayPal writes it: a decimal text of major units, whole in three currencies that elsewhere are not."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shared_apps.gateways.errors import GatewayRefused
from shared_apps.kernel.money import Money

CURRENCIES = frozenset(
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD".split()  # noqa: SIM905
)
WHOLE = frozenset({"HUF", "JPY", "TWD"})


def value_of(amount: Money) -> str:
    """The text PayPal expects. GatewayRefused for an amount or currency it cannot express."""
    if amount.currency not in CURRENCIES:
        raise GatewayRefused(f"PayPal does not take {amount.currency}")
    decimal = amount.decimal()
    if amount.currency not in WHOLE:
        return str(decimal)
    if decimal != int(decimal):
        raise GatewayRefused(f"PayPal cannot charge {decimal} {amount.currency} exactly")
    return str(int(decimal))


def to_wire(amount: Money) -> dict[str, str]:
    return {"currency_code": amount.currency, "value": value_of(amount)}


def from_wire(money: Mapping[str, Any]) -> Money:
    """Money from PayPal's pair; payouts call the currency `currency`."""
    currency = money.get("currency_code") or money["currency"]
    return Money.from_decimal(Decimal(money["value"]), currency)
