"""Refunds: taken from the balance at once, done a little later."""

from __future__ import annotations

from shared_apps.gateways.paystack.fake.says import ROUTES, listed, moment, no, units_of, yes
from shared_apps.gateways.paystack.fake.transactions import kept_under
from shared_apps.gateways.sandbox.dashboards import tell
from shared_apps.gateways.sandbox.provider import LeverStuck
from shared_apps.gateways.sandbox.rest import Call, next_number, shown
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World

TAKES_SECONDS = 5


@ROUTES.serves("POST", "/refund")
def create_refund(call: Call) -> Body:
    stored = _transaction(call)
    body = stored.body
    left = body["amount"] - body["_refunded"]
    amount = units_of(call) if "amount" in call.params else left
    if body["status"] not in {"success", "reversed"}:
        raise no("Transaction is not successful")
    if amount > left:
        raise no("Refund amount cannot be more than transaction amount")
    body["_refunded"] += amount
    call.world.save(stored)
    call.world.move(call.scope, body["currency"], -amount, available_at=call.world.now())
    number = next_number(call.world)
    refund = {
        "id": f"refund_{number}",
        "transaction": body["_number"],
        "amount": amount,
        "currency": body["currency"],
        "status": "pending",
        "merchant_note": call.text("merchant_note"),
        "customer_note": call.text("customer_note"),
        "createdAt": moment(call.world),
        "_number": number,
        "_reference": body["reference"],
        "_due": call.world.now() + TAKES_SECONDS,
    }
    call.world.put(call.scope, "refund", refund, parent="due")
    _tell(call.world, call.scope, refund)
    return yes("Refund has been queued for processing", _told(refund))


def _transaction(call: Call) -> Stored:
    """The transaction named by its reference or by its number."""
    named = call.text("transaction")
    stored = call.found(kept_under(call.scope, named), "transaction")
    stored = stored or next(iter(call.world.listed(call.scope, "transaction", named)), None)
    if stored is None:
        raise no("Transaction not found", status=404, code="transaction_not_found")
    return stored


def _told(refund: Body) -> Body:
    return shown({**refund, "id": refund["_number"]})


@ROUTES.serves("GET", "/refund")
def list_refunds(call: Call) -> Body:
    return listed(call, "refund", _told, transaction=call.text("transaction"))


@ROUTES.serves("GET", "/refund/{}")
def fetch_refund(call: Call) -> Body:
    stored = call.found(f"refund_{call.ids[0]}", "refund")
    if stored is None:
        raise no("Refund not found", status=404, code="refund_not_found")
    return yes("Refund retrieved", _told(stored.body))


def _tell(world: World, scope: str, refund: Body) -> None:
    """Paystack's message names the transaction by its reference, and the refund not at all."""
    event = f"refund.{refund['status']}"
    data = {
        "status": refund["status"],
        "transaction_reference": refund["_reference"],
        "refund_reference": None,
        "amount": str(refund["amount"]),
        "currency": refund["currency"],
        "domain": "test",
    }
    tell(world, scope, event, {"event": event, "data": data})


def settle_refunds(world: World) -> None:
    """Refunds whose time has come are done."""
    for stored in world.parented("refund", "due"):
        if stored.body["_due"] <= world.now():
            stored.body["status"] = "processed"
            world.put(stored.scope, "refund", stored.body, parent="done")
            _tell(world, stored.scope, stored.body)


def fail_refund(world: World, refund_id: str) -> Body:
    """A lever: the refund bounces, and what it took is in the balance again."""
    stored = world.find(f"refund_{refund_id}")
    if stored is None or stored.body["status"] == "failed":
        raise LeverStuck(f"no refund {refund_id} that could fail")
    body = stored.body
    body["status"] = "failed"
    world.put(stored.scope, "refund", body, parent="done")
    paid = world.find(kept_under(stored.scope, body["_reference"]))
    if paid is not None:
        paid.body["_refunded"] -= body["amount"]
        world.save(paid)
    world.move(stored.scope, body["currency"], body["amount"], available_at=world.now())
    _tell(world, stored.scope, body)
    return _told(body)
