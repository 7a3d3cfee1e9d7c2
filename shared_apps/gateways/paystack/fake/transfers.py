"""Transfers out of the balance, and the account numbers that misbehave.

| account number | what becomes of a transfer to it |
|---|---|
| 0000000001 | fails |
| 0000000002 | succeeds, and the bank sends it back a day later |
| 0000000003 | waits for a one-time password that nobody enters |
| any other | succeeds |
"""

from __future__ import annotations

import hashlib
import re

from shared_apps.gateways.paystack.fake.says import (
    ROUTES,
    currency_of,
    listed,
    moment,
    no,
    units_of,
    yes,
)
from shared_apps.gateways.sandbox import faults
from shared_apps.gateways.sandbox.dashboards import tell
from shared_apps.gateways.sandbox.provider import LeverStuck
from shared_apps.gateways.sandbox.rest import Call, next_number, shown
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World, fresh_id

REFERENCE = re.compile(r"[a-z0-9_-]{16,50}\Z")
TAKES_SECONDS = 5
BOUNCES_AFTER_SECONDS = 86_400
FAILS, BOUNCES, ASKS = "0000000001", "0000000002", "0000000003"


@ROUTES.serves("GET", "/balance")
def balance(call: Call) -> Body:
    found = call.world.store.balances(call.world.provider, call.scope, call.world.now())
    rows = [
        {"currency": currency, "balance": available}
        for currency, (available, _) in sorted(found.items())
    ]
    return yes("Balances retrieved", rows or [{"currency": "NGN", "balance": 0}])


@ROUTES.serves("POST", "/transferrecipient")
def create_recipient(call: Call) -> Body:
    number = call.text("account_number")
    if not (number.isdigit() and call.text("name") and call.text("bank_code")):
        raise no("Account details are invalid")
    details = "/".join([call.scope, call.text("type"), call.text("bank_code"), number])
    code = "RCP_" + hashlib.sha256(details.encode()).hexdigest()[:15]
    recipient = {
        "id": code,
        "recipient_code": code,
        "active": True,
        "type": call.text("type"),
        "name": call.text("name"),
        "currency": currency_of(call),
        "details": {"account_number": number, "bank_code": call.text("bank_code")},
    }
    call.world.put(call.scope, "recipient", recipient)
    return yes("Transfer recipient created successfully", recipient)


def _kept_under(scope: str, reference: str) -> str:
    return f"{scope}/transfer/{reference}"


@ROUTES.serves("POST", "/transfer")
def create_transfer(call: Call) -> Body:
    reference = call.text("reference") or fresh_id("t", 18).lower()
    if not REFERENCE.match(reference):
        raise no("Transfer reference is invalid")
    if call.world.find(_kept_under(call.scope, reference)):
        raise no("Please provide a unique reference. Reference already exists on a transfer")
    recipient = call.found(call.text("recipient"), "recipient")
    if recipient is None:
        raise no("Recipient specified is invalid")
    amount, currency = units_of(call), currency_of(call)
    if amount > call.world.balance(call.scope, currency)[0]:
        raise no("Your balance is not enough to fulfil this request", code="insufficient_balance")
    asks = recipient.body["details"]["account_number"] == ASKS
    transfer = {
        "id": _kept_under(call.scope, reference),
        "transfer_code": fresh_id("TRF_", 15),
        "reference": reference,
        "amount": amount,
        "currency": currency,
        "source": "balance",
        "reason": call.text("reason"),
        "recipient": recipient.body,
        "status": "otp" if asks else "pending",
        "createdAt": moment(call.world),
        "_number": next_number(call.world),
        "_due": call.world.now() + TAKES_SECONDS,
        "_bounces_after": _bounces_after(call, recipient.body["details"]["account_number"]),
    }
    call.world.put(call.scope, "transfer", transfer, parent="asks" if asks else "due")
    call.world.move(call.scope, currency, -amount, available_at=call.world.now())
    return yes("Transfer has been queued", _told(transfer))


def _bounces_after(call: Call, number: str) -> float:
    """How long after its arrival the bank sends it back; negative for never."""
    armed = call.world.sprung(faults.OF_PAYOUTS, call.text("reason")).get("payout_fail")
    if armed is not None:
        return armed.seconds
    return BOUNCES_AFTER_SECONDS if number == BOUNCES else -1


def _told(body: Body) -> Body:
    return shown({**body, "id": body["_number"]})


@ROUTES.serves("GET", "/transfer")
def list_transfers(call: Call) -> Body:
    return listed(call, "transfer", _told)


@ROUTES.serves("GET", "/transfer/verify/{}")
def verify_transfer(call: Call) -> Body:
    stored = call.found(_kept_under(call.scope, call.ids[0]), "transfer")
    if stored is None:
        raise no("Transfer not found", status=404, code="transfer_not_found")
    return yes("Transfer retrieved", _told(stored.body))


def settle_transfers(world: World) -> None:
    """Transfers whose time has come arrive, fail, or come back."""
    for stored in world.parented("transfer", "due"):
        if stored.body["_due"] <= world.now():
            _conclude(world, stored)


def _conclude(world: World, stored: Stored) -> None:
    body = stored.body
    if body["status"] == "success":
        send_back(world, stored, "reversed")
        return
    if body["recipient"]["details"]["account_number"] == FAILS:
        send_back(world, stored, "failed")
        return
    after = body["_bounces_after"]
    body.update(status="success", _due=world.now() + after)
    world.put(stored.scope, "transfer", body, parent="done" if after < 0 else "due")
    _tell(world, stored)


def send_back(world: World, stored: Stored, status: str) -> None:
    """The money is in the balance again."""
    stored.body.update(status=status, updatedAt=moment(world))
    world.put(stored.scope, "transfer", stored.body, parent="done")
    currency, amount = stored.body["currency"], stored.body["amount"]
    world.move(stored.scope, currency, amount, available_at=world.now())
    _tell(world, stored)


def _tell(world: World, stored: Stored) -> None:
    event = f"transfer.{stored.body['status']}"
    tell(world, stored.scope, event, {"event": event, "data": _told(stored.body)})


def fail_payout(world: World, reference: str) -> Body:
    """A lever: money that is under way fails, money that arrived comes back."""
    for parent in ("due", "done"):
        for stored in world.parented("transfer", parent):
            if stored.body["reference"] == reference:
                if stored.body["status"] in {"failed", "reversed"}:
                    raise LeverStuck("it has come back already")
                is_there = stored.body["status"] == "success"
                send_back(world, stored, "reversed" if is_there else "failed")
                return _told(stored.body)
    raise LeverStuck(f"no transfer {reference}")
