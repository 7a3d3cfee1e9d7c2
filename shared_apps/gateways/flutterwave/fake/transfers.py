"""Transfers out of the balance.

| account number | what becomes of a transfer to it |
|---|---|
| 0690000001 | fails |
| any other | succeeds |
"""

from __future__ import annotations

from shared_apps.gateways.flutterwave.fake.says import (
    ROUTES,
    amount_of,
    listed,
    moment,
    no,
    number_of,
    required,
    yes,
)
from shared_apps.gateways.sandbox import faults
from shared_apps.gateways.sandbox.dashboards import tell
from shared_apps.gateways.sandbox.provider import LeverStuck
from shared_apps.gateways.sandbox.rest import Call, next_number, shown
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World
from shared_apps.kernel.money import Money

TAKES_SECONDS = 5
FAILS = "0690000001"
FAILURE = "DISBURSE FAILED: account could not be credited"


@ROUTES.serves("GET", "/v3/balances")
def balances(call: Call) -> Body:
    found = call.world.store.balances(call.world.provider, call.scope, call.world.now())
    rows = [
        {
            "currency": currency,
            "available_balance": number_of(Money(available, currency)),
            "ledger_balance": number_of(Money(available + pending, currency)),
        }
        for currency, (available, pending) in sorted(found.items())
    ]
    return yes("Wallet balances fetched", rows)


@ROUTES.serves("POST", "/v3/transfers")
def create_transfer(call: Call) -> Body:
    name, amount = required(call, "reference"), amount_of(call)
    if call.world.listed(call.scope, "transfer", name):
        raise no("Transfer with this reference already exists")
    account, bank = required(call, "account_number"), required(call, "account_bank")
    if amount.minor > call.world.balance(call.scope, amount.currency)[0]:
        raise no("Insufficient funds in customer wallet")
    number = next_number(call.world)
    armed = call.world.sprung(faults.OF_PAYOUTS, name).get("payout_fail")
    transfer = {
        "id": f"transfer_{number}",
        "account_number": account,
        "bank_code": bank,
        "full_name": call.text("beneficiary_name"),
        "created_at": moment(call.world),
        "currency": amount.currency,
        "debit_currency": call.text("debit_currency") or amount.currency,
        "amount": number_of(amount),
        "fee": 0,
        "status": "NEW",
        "reference": name,
        "narration": call.text("narration"),
        "complete_message": "",
        "requires_approval": 0,
        "is_approved": 1,
        "_number": number,
        "_minor": amount.minor,
        "_due": call.world.now() + TAKES_SECONDS,
        "_fails": account == FAILS or armed is not None,
    }
    call.world.put(call.scope, "transfer", transfer, parent=name)
    call.world.put(call.scope, "coming", {"id": f"coming_{number}"}, parent="due")
    call.world.move(call.scope, amount.currency, -amount.minor, available_at=call.world.now())
    return yes("Transfer Queued Successfully", _told(transfer))


def _told(body: Body) -> Body:
    return shown({**body, "id": body["_number"]})


@ROUTES.serves("GET", "/v3/transfers")
def list_transfers(call: Call) -> Body:
    rows = call.world.listed(call.scope, "transfer", call.text("reference") or None)
    return listed(call, "Transfers fetched", [_told(row.body) for row in rows])


@ROUTES.serves("GET", "/v3/transfers/{}")
def fetch_transfer(call: Call) -> Body:
    stored = call.found(f"transfer_{call.ids[0]}", "transfer")
    if stored is None:
        raise no("Transfer not found", status=404)
    return yes("Transfer fetched", _told(stored.body))


def settle_transfers(world: World) -> None:
    """Transfers whose time has come arrive or fail."""
    for coming in world.parented("coming", "due"):
        stored = world.find(coming.id.replace("coming", "transfer"))
        if stored is None or stored.body["_due"] > world.now():
            continue
        world.put(coming.scope, "coming", coming.body, parent="done")
        if stored.body["status"] != "NEW":
            continue
        if stored.body["_fails"]:
            _fail(world, stored, FAILURE)
        else:
            stored.body.update(status="SUCCESSFUL", complete_message="Transaction was successful")
            world.save(stored)
            _tell(world, stored)


def _fail(world: World, stored: Stored, message: str) -> None:
    body = stored.body
    body.update(status="FAILED", complete_message=message)
    world.save(stored)
    world.move(stored.scope, body["currency"], body["_minor"], available_at=world.now())
    _tell(world, stored)


def _tell(world: World, stored: Stored) -> None:
    message = {"event": "transfer.completed", "data": _told(stored.body)}
    tell(world, stored.scope, "transfer.completed", message)


def fail_payout(world: World, payout_id: str, code: str) -> Body:
    """A lever: the transfer has failed after all, and its money is in the balance again."""
    stored = world.find(f"transfer_{payout_id}")
    if stored is None or stored.body["status"] == "FAILED":
        raise LeverStuck(f"no transfer {payout_id} that could fail")
    _fail(world, stored, code or FAILURE)
    return _told(stored.body)
