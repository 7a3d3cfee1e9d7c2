"""Claims of payers: opened by hand or by a fault, answered, given in to, decided by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from shared_apps.gateways.paypal.fake.ledger import tell
from shared_apps.gateways.paypal.fake.reporting import HELD, LET_GO, Line, book
from shared_apps.gateways.paypal.fake.says import (
    ROUTES,
    invalid,
    links_of,
    missing,
    moment,
    money_out,
    new_id,
    unprocessable,
)
from shared_apps.gateways.sandbox.provider import LeverStuck
from shared_apps.gateways.sandbox.rest import Call, shown
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World

PATH = "/v1/customer/disputes"
ANSWER_WITHIN_SECONDS = 10 * 86_400
OVERDUE = "dispute_overdue"
OUTCOMES = {"won": "RESOLVED_SELLER_FAVOUR", "lost": "RESOLVED_BUYER_FAVOUR"}


def dispute(world: World, order_id: str, *, reason: str, is_inquiry: bool) -> Body:
    """A payer objects to the capture of an order; unless they only ask, its money is held."""
    captures = world.parented("capture", order_id)
    if not captures:
        raise LeverStuck(f"nothing was taken for {order_id}")
    capture = captures[0]
    ends = world.now() + ANSWER_WITHIN_SECONDS
    body = {
        "dispute_id": f"PP-D-{new_id(6)}",
        "create_time": moment(world),
        "update_time": moment(world),
        "disputed_transactions": [
            {"seller_transaction_id": capture.id, "custom": capture.body["custom_id"]}
        ],
        "reason": reason or "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "status": "WAITING_FOR_SELLER_RESPONSE",
        "dispute_amount": money_out(
            capture.body["_minor"] - capture.body["_refunded"], capture.body["_currency"]
        ),
        "dispute_life_cycle_stage": "INQUIRY" if is_inquiry else "CHARGEBACK",
        "dispute_channel": "INTERNAL",
        "seller_response_due_date": datetime.fromtimestamp(ends, UTC).isoformat(),
        "_minor": capture.body["_minor"] - capture.body["_refunded"],
        "_currency": capture.body["_currency"],
        "_is_held": not is_inquiry,
    }
    body["id"] = body["dispute_id"]
    world.put(capture.scope, "dispute", body)
    if not is_inquiry:
        _hold(world, capture.scope, body, -1)
    world.remind(OVERDUE, body["id"], scope=capture.scope, at=ends)
    _tell(world, capture.scope, "CREATED", body)
    return _told(body)


def _hold(world: World, scope: str, body: Body, sign: int) -> None:
    about = body["disputed_transactions"][0]["seller_transaction_id"]
    code = HELD if sign < 0 else LET_GO
    book(world, scope, Line(code, sign * body["_minor"], body["_currency"], about=about))


def _told(body: Body) -> Body:
    return {name: value for name, value in shown(body).items() if name != "id"}


def _tell(world: World, scope: str, what: str, body: Body) -> None:
    tell(world, scope, f"CUSTOMER.DISPUTE.{what}", "dispute", _told(body))


def _owned(call: Call) -> Stored:
    stored = call.found(call.ids[0], "dispute")
    if stored is None:
        raise missing()
    return stored


@ROUTES.serves("GET", PATH)
def list_disputes(call: Call) -> Body:
    wanted = call.text("disputed_transaction_id")
    rows = [row.body for row in call.world.listed(call.scope, "dispute")]
    fitting = [
        row
        for row in rows
        if wanted in {"", row["disputed_transactions"][0]["seller_transaction_id"]}
    ]
    return {"items": [_told(row) for row in fitting], "links": links_of(call.world, PATH)}


@ROUTES.serves("GET", f"{PATH}/{{}}")
def show_dispute(call: Call) -> Body:
    return _told(_owned(call).body)


@ROUTES.serves("POST", f"{PATH}/{{}}/provide-evidence")
def provide_evidence(call: Call) -> Body:
    stored = _owned(call)
    if not isinstance(call.params.get("evidences"), list):
        raise invalid("MISSING_REQUIRED_PARAMETER", "evidences")
    if stored.body["status"] != "WAITING_FOR_SELLER_RESPONSE":
        raise unprocessable("ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE")
    stored.body.update(status="UNDER_REVIEW", update_time=moment(call.world))
    call.world.save(stored)
    _tell(call.world, call.scope, "UPDATED", stored.body)
    return {"links": links_of(call.world, f"{PATH}/{stored.id}")}


@ROUTES.serves("POST", f"{PATH}/{{}}/accept-claim")
def accept_claim(call: Call) -> Body:
    stored = _owned(call)
    if stored.body["status"] == "RESOLVED":
        raise unprocessable("ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE")
    decide(call.world, stored, "ACCEPTED")
    return {"links": links_of(call.world, f"{PATH}/{stored.id}")}


def decide(world: World, stored: Stored, outcome: str) -> None:
    """The claim is over: what was held goes back to us, or to the payer."""
    body = stored.body
    if outcome == OUTCOMES["won"]:
        if body["_is_held"]:
            _hold(world, stored.scope, body, 1)
        body["dispute_outcome"] = {"outcome_code": outcome}
    else:
        if not body["_is_held"]:
            _hold(world, stored.scope, body, -1)
        refunded = money_out(body["_minor"], body["_currency"])
        body["dispute_outcome"] = {"outcome_code": outcome, "amount_refunded": refunded}
    body.update(status="RESOLVED", update_time=moment(world))
    world.save(stored)
    _tell(world, stored.scope, "RESOLVED", body)


def close_dispute(world: World, dispute_id: str, outcome: str) -> Body:
    """A lever: PayPal decides."""
    stored = world.find(dispute_id)
    if stored is None or stored.kind != "dispute" or stored.body["status"] == "RESOLVED":
        raise LeverStuck(f"no dispute {dispute_id} that is open")
    if outcome not in OUTCOMES:
        raise LeverStuck("the outcome is won or lost")
    decide(world, stored, OUTCOMES[outcome])
    return _told(stored.body)


def lose_unanswered(world: World, dispute_id: str) -> None:
    """Who says nothing in time has lost."""
    stored = world.find(dispute_id)
    if stored is not None and stored.body["status"] == "WAITING_FOR_SELLER_RESPONSE":
        decide(world, stored, OUTCOMES["lost"])
