"""Flutterwave's envelope, and what every object of it carries."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from shared_apps.gateways.flutterwave.amounts import CURRENCIES
from shared_apps.gateways.sandbox.rest import Call, Refusal, Routes
from shared_apps.gateways.sandbox.store import Body
from shared_apps.gateways.sandbox.world import World
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.money import Money

ROUTES = Routes()


def yes(message: str, data: Any) -> Body:
    return {"status": "success", "message": message, "data": data}


def no(message: str, *, status: int = 400) -> Refusal:
    return Refusal(status, {"status": "error", "message": message, "data": None})


def required(call: Call, name: str) -> str:
    value = call.text(name)
    if not value:
        raise no(f"{name} is required")
    return value


def amount_of(call: Call) -> Money:
    """The positive amount of a call: a number of major units and a currency, naira unless named."""
    currency = call.text("currency") or "NGN"
    if currency not in CURRENCIES:
        raise no("currency is not supported")
    try:
        amount = Money.from_decimal(Decimal(required(call, "amount")), currency)
    except (InvalidOperation, DomainError) as error:
        raise no("amount is not a valid number") from error
    if amount.minor < 1:
        raise no("amount must be greater than 0")
    return amount


def number_of(amount: Money) -> int | float:
    decimal = amount.decimal()
    return int(decimal) if decimal == int(decimal) else float(decimal)


def moment(world: World) -> str:
    return datetime.fromtimestamp(world.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


PER_PAGE = 20


def listed(call: Call, message: str, rows: list[Body]) -> Body:
    """One page of what was made on a day or later, newest first."""
    start = call.text("from")
    fitting = [row for row in rows if row["created_at"][:10] >= start]
    number = int(call.text("page") or 1)
    info = {
        "total": len(fitting),
        "current_page": number,
        "total_pages": -(-len(fitting) // PER_PAGE),
    }
    part = fitting[(number - 1) * PER_PAGE : number * PER_PAGE]
    return {**yes(message, part), "meta": {"page_info": info}}
