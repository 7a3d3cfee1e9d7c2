"""Paystack's envelope, and what every object of it carries."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from shared_apps.gateways.sandbox.rest import Call, Refusal, Routes, shown
from shared_apps.gateways.sandbox.store import Body
from shared_apps.gateways.sandbox.world import World

ROUTES = Routes()
CURRENCIES = frozenset({"GHS", "KES", "NGN", "USD", "XOF", "ZAR"})


def yes(message: str, data: Any) -> Body:
    return {"status": True, "message": message, "data": _shown(data)}


def _shown(data: Any) -> Any:
    if isinstance(data, list):
        return [_shown(item) for item in data]
    return shown(data) if isinstance(data, dict) else data


def no(message: str, *, status: int = 400, code: str = "invalid_params") -> Refusal:
    return Refusal(
        status,
        {"status": False, "message": message, "type": "validation_error", "code": code},
    )


def units_of(call: Call, name: str = "amount") -> int:
    """A positive whole number of hundredths, as a number or as digits."""
    raw = call.text(name)
    if not re.fullmatch(r"\d{1,12}", raw) or int(raw) < 1:
        raise no("Invalid Amount Sent")
    return int(raw)


def currency_of(call: Call) -> str:
    currency = call.text("currency") or "NGN"
    if currency not in CURRENCIES:
        raise no("Currency not supported by merchant", code="unsupported_currency")
    return currency


def moment(world: World) -> str:
    return datetime.fromtimestamp(world.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def listed(call: Call, kind: str, show: Callable[[Body], Body], **wanted: str) -> Body:
    """One page of what was made from a moment on, newest first; `wanted` are fields and their values."""
    rows = [row.body for row in call.world.listed(call.scope, kind)]
    start = call.text("from")
    fitting = [
        show(body)
        for body in rows
        if (not start or _made_at(body) >= datetime.fromisoformat(start))
        and all(value in {"", str(body[name])} for name, value in wanted.items())
    ]
    size, number = int(call.text("perPage") or 50), int(call.text("page") or 1)
    part = fitting[(number - 1) * size : number * size]
    meta = {"total": len(fitting), "perPage": size, "page": number}
    return {**yes("Retrieved", part), "meta": meta}


def _made_at(body: Body) -> datetime:
    return datetime.fromisoformat(body.get("createdAt") or body["created_at"])
