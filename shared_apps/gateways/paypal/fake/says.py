"""What PayPal's answers have in common: ids, times, money, links, errors."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from shared_apps.gateways.errors import GatewayRefused
from shared_apps.gateways.paypal.amounts import to_wire, value_of
from shared_apps.gateways.sandbox.rest import Refusal, Routes
from shared_apps.gateways.sandbox.store import Body
from shared_apps.gateways.sandbox.world import World
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.money import Money

ROUTES = Routes()
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class Said(Exception):
    """An answer with a status of its own whose effects stay."""

    def __init__(self, status: int, body: Body) -> None:
        super().__init__(str(status))
        self.status = status
        self.body = body


def new_id(length: int = 17) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def moment(world: World) -> str:
    return datetime.fromtimestamp(world.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def error(name: str, message: str, issue: str = "", links: list[Body] | None = None) -> Body:
    body: Body = {"name": name, "message": message, "debug_id": new_id(13).lower()}
    if issue:
        body["details"] = [{"issue": issue, "description": message}]
    return {**body, "links": links or []}


def unprocessable(
    issue: str, message: str = "The requested action could not be performed."
) -> Refusal:
    return Refusal(422, error("UNPROCESSABLE_ENTITY", message, issue))


def invalid(issue: str, field: str = "") -> Refusal:
    return Refusal(400, error("INVALID_REQUEST", f"Request is not well-formed: {field}", issue))


def missing() -> Refusal:
    text = "The specified resource does not exist."
    return Refusal(404, error("RESOURCE_NOT_FOUND", text, "INVALID_RESOURCE_ID"))


def money_in(told: Any) -> Money:
    """The positive amount of a request, in a currency and with the decimals PayPal takes."""
    if not isinstance(told, dict):
        raise invalid("MISSING_REQUIRED_PARAMETER", "amount")
    currency = str(told.get("currency_code") or told.get("currency") or "")
    try:
        amount = Money.from_decimal(Decimal(str(told.get("value"))), currency)
        is_exact = value_of(amount) == told.get("value")
    except (InvalidOperation, DomainError, GatewayRefused) as wrong:
        raise unprocessable("CURRENCY_NOT_SUPPORTED") from wrong
    if not is_exact:
        raise unprocessable("DECIMAL_PRECISION")
    if amount.minor < 0:
        raise unprocessable("CANNOT_BE_NEGATIVE")
    return amount


def money_out(minor: int, currency: str) -> Body:
    return dict(to_wire(Money(minor, currency)))


def links_of(world: World, path: str, **more: str) -> list[Body]:
    place = f"{world.public_url}/paypal{path}"
    return [
        {"href": place, "rel": "self", "method": "GET"},
        *(
            {"href": href, "rel": rel.replace("_", "-"), "method": "GET"}
            for rel, href in more.items()
        ),
    ]
