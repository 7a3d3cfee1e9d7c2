"""The transaction search: one line for everything that moved a balance."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from shared_apps.gateways.paypal.fake.says import ROUTES, moment, money_out, new_id
from shared_apps.gateways.sandbox.rest import Call
from shared_apps.gateways.sandbox.store import Body
from shared_apps.gateways.sandbox.world import World

PATH = "/v1/reporting/transactions"
CHARGED, PAID_OUT, PAYOUT_BACK = "T0006", "T0001", "T1115"
REFUNDED, HELD, LET_GO = "T1107", "T1110", "T1111"


@dataclass(frozen=True, slots=True)
class Line:
    """What moved: `about` is the transaction or batch it belongs to, `custom` the merchant's own word."""

    code: str
    minor: int
    currency: str
    transaction_id: str = ""
    about: str = ""
    custom: str = ""
    fee: int = 0


def book(world: World, scope: str, line: Line) -> None:
    """Move the balance and write the line."""
    world.move(scope, line.currency, line.minor - line.fee, available_at=world.now())
    told: Body = {
        "transaction_id": line.transaction_id or new_id(),
        "transaction_event_code": line.code,
        "transaction_initiation_date": moment(world),
        "transaction_updated_date": moment(world),
        "transaction_amount": money_out(line.minor, line.currency),
        "transaction_status": "S",
    }
    if line.fee:
        told["fee_amount"] = money_out(-line.fee, line.currency)
    if line.about:
        told["paypal_reference_id"] = line.about
    if line.custom:
        told["custom_field"] = line.custom
    world.put(scope, "line", {"id": f"line_{new_id()}", "info": told}, parent=line.transaction_id)


def strike(world: World, transaction_id: str) -> None:
    """What was written of a transaction has been denied after all."""
    for stored in world.parented("line", transaction_id):
        stored.body["info"]["transaction_status"] = "D"
        world.save(stored)


@ROUTES.serves("GET", PATH)
def search(call: Call) -> Body:
    start, end = (_moment(call.text(name)) for name in ("start_date", "end_date"))
    # The sandbox's clock may be ahead of the caller's: a search until now reaches to the sandbox's now.
    is_until_now = end > time.time() - 60
    rows = [row.body["info"] for row in call.world.listed(call.scope, "line")]
    fitting = [
        row
        for row in rows
        if start <= (at := _moment(row["transaction_initiation_date"]))
        and (is_until_now or at < end)
    ]
    size, number = int(call.text("page_size") or 100), int(call.text("page") or 1)
    part = fitting[(number - 1) * size : number * size]
    return {
        "transaction_details": [{"transaction_info": row} for row in part],
        "total_items": len(fitting),
        "total_pages": max(1, -(-len(fitting) // size)),
        "page": number,
    }


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
