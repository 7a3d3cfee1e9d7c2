"""Payouts in batches, and the receivers who misbehave.

| receiver | what becomes of a payout to it |
|---|---|
| fails@... | fails |
| unclaimed@... | waits for its receiver, and is returned after 30 days |
| any other | arrives |
"""

from __future__ import annotations

from shared_apps.gateways.paypal.fake.ledger import tell
from shared_apps.gateways.paypal.fake.reporting import PAID_OUT, PAYOUT_BACK, Line, book
from shared_apps.gateways.paypal.fake.says import (
    ROUTES,
    Said,
    error,
    invalid,
    links_of,
    missing,
    moment,
    money_in,
    new_id,
)
from shared_apps.gateways.sandbox import faults
from shared_apps.gateways.sandbox.provider import LeverStuck
from shared_apps.gateways.sandbox.rest import Call, Refusal, shown
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World
from shared_apps.kernel.money import Money

PATH = "/v1/payments/payouts"
TAKES_SECONDS = 5
UNCLAIMED_SECONDS = 30 * 86_400
EVENTS = {
    "SUCCESS": "SUCCEEDED",
    "FAILED": "FAILED",
    "UNCLAIMED": "UNCLAIMED",
    "RETURNED": "RETURNED",
    "REVERSED": "REFUNDED",
}
BACK = {"FAILED", "RETURNED", "REVERSED"}


@ROUTES.serves("POST", PATH)
def create_payout(call: Call) -> Body:
    header, items = call.tree("sender_batch_header"), call.params.get("items")
    if not isinstance(items, list) or len(items) != 1 or not items[0].get("receiver"):
        raise invalid("INVALID_PARAMETER_VALUE", "items: this sandbox takes one at a time")
    name = str(header.get("sender_batch_id") or new_id())
    for known in call.world.listed(call.scope, "batch"):
        if known.body["batch_header"]["sender_batch_header"]["sender_batch_id"] == name:
            text = "Batch with given sender_batch_id already exists"
            links = links_of(call.world, f"{PATH}/{known.id}")
            raise Refusal(400, error("USER_BUSINESS_ERROR", text, "DUPLICATE_BATCH", links))
    amount = money_in(items[0].get("amount"))
    if amount.minor > call.world.balance(call.scope, amount.currency)[0]:
        text = "Sender does not have sufficient funds"
        raise Refusal(422, error("INSUFFICIENT_FUNDS", text, "INSUFFICIENT_FUNDS"))
    batch = _batch(call, name, items[0], amount)
    call.world.put(call.scope, "batch", batch, parent="due")
    _book(call.world, call.scope, batch, PAID_OUT, -amount.minor)
    links = links_of(call.world, f"{PATH}/{batch['id']}")
    raise Said(201, {"batch_header": batch["batch_header"], "links": links})


def _book(world: World, scope: str, batch: Body, code: str, minor: int) -> None:
    custom = str(batch["items"][0]["payout_item"].get("sender_item_id") or "")
    book(world, scope, Line(code, minor, batch["_currency"], about=batch["id"], custom=custom))


def _batch(call: Call, name: str, item: Body, amount: Money) -> Body:
    batch_id = new_id(13)
    reference = str(item.get("sender_item_id") or "")
    armed = call.world.sprung(faults.OF_PAYOUTS, reference).get("payout_fail")
    subject = call.tree("sender_batch_header").get("email_subject")
    return {
        "id": batch_id,
        "batch_header": {
            "payout_batch_id": batch_id,
            "batch_status": "PENDING",
            "sender_batch_header": {"sender_batch_id": name, "email_subject": subject or ""},
        },
        "items": [
            {
                "payout_item_id": new_id(13),
                "transaction_status": "PENDING",
                "payout_batch_id": batch_id,
                "payout_item": item,
            }
        ],
        "_minor": amount.minor,
        "_currency": amount.currency,
        "_due": call.world.now() + TAKES_SECONDS,
        "_returns_after": armed.seconds if armed else -1,
    }


@ROUTES.serves("GET", f"{PATH}/{{}}")
def show_payout(call: Call) -> Body:
    stored = call.found(call.ids[0], "batch")
    if stored is None:
        raise missing()
    links = links_of(call.world, f"{PATH}/{stored.id}")
    return {**_told(stored.body), "links": links}


def _told(batch: Body) -> Body:
    return {name: value for name, value in shown(batch).items() if name != "id"}


def settle_payouts(world: World) -> None:
    """Payouts whose time has come arrive, fail, wait for their receiver, or come back."""
    for stored in world.parented("batch", "due"):
        if stored.body["_due"] <= world.now():
            _step(world, stored)


def _step(world: World, stored: Stored) -> None:
    body = stored.body
    item = body["items"][0]
    receiver, was = str(item["payout_item"]["receiver"]), item["transaction_status"]
    after = body["_returns_after"]
    if was == "UNCLAIMED":
        become(world, stored, "RETURNED")
    elif was == "SUCCESS":
        become(world, stored, "REVERSED")
    elif receiver.startswith("fails@"):
        become(world, stored, "FAILED")
    elif receiver.startswith("unclaimed@"):
        become(world, stored, "UNCLAIMED", again_in=UNCLAIMED_SECONDS)
    else:
        become(world, stored, "SUCCESS", again_in=after)


def become(world: World, stored: Stored, status: str, *, again_in: float = -1) -> None:
    """A payout changes; `again_in` seconds it changes once more, unless negative."""
    body = stored.body
    item = body["items"][0]
    item.update(transaction_status=status, time_processed=moment(world))
    body["batch_header"]["batch_status"] = "SUCCESS"
    body["_due"] = world.now() + again_in
    if status == "FAILED":
        item["errors"] = error("RECEIVER_UNREGISTERED", "The receiver cannot be paid.")
        del item["errors"]["links"]
    world.put(stored.scope, "batch", body, parent="done" if again_in < 0 else "due")
    if status in BACK:
        _book(world, stored.scope, body, PAYOUT_BACK, body["_minor"])
    tell(world, stored.scope, f"PAYMENT.PAYOUTS-ITEM.{EVENTS[status]}", "payouts_item", item)


def fail_payout(world: World, batch_id: str) -> Body:
    """A lever: what is under way fails, what arrived comes back."""
    stored = world.find(batch_id)
    if stored is None or stored.kind != "batch":
        raise LeverStuck(f"no payout {batch_id}")
    was = stored.body["items"][0]["transaction_status"]
    if was in BACK:
        raise LeverStuck("it has come back already")
    become(world, stored, "REVERSED" if was == "SUCCESS" else "FAILED")
    return _told(stored.body)
