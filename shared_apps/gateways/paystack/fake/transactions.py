"""Transactions: opened, verified, charged by a saved authorization."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from urllib.parse import urlencode

from shared_apps.gateways.paystack.amounts import from_wire
from shared_apps.gateways.paystack.fake.customers import customer_of, keep_authorization
from shared_apps.gateways.paystack.fake.says import (
    ROUTES,
    currency_of,
    listed,
    moment,
    no,
    units_of,
    yes,
)
from shared_apps.gateways.sandbox.dashboards import tell
from shared_apps.gateways.sandbox.rest import Call, next_number, shown
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.tills import Bill, TrialMeans, put_up
from shared_apps.gateways.sandbox.world import World, fresh_id

REFERENCE = re.compile(r"[A-Za-z0-9.=-]{1,100}\Z")
FEE_PER_THOUSAND = 15
SETTLES_AFTER_SECONDS = 86_400


def kept_under(scope: str, reference: str) -> str:
    """Where a transaction is kept: its reference is unique within an integration only."""
    return f"{scope}/{reference}"


def told(body: Body) -> Body:
    """A transaction as Paystack shows it: its id is a number."""
    return shown({**body, "id": body["_number"]})


def _opened(call: Call) -> Body:
    """A new transaction, or the refusal of a bad or taken reference."""
    reference = call.text("reference") or fresh_id("T", 15)
    if not REFERENCE.match(reference):
        raise no("Invalid transaction reference")
    if call.world.find(kept_under(call.scope, reference)):
        raise no("Duplicate Transaction Reference", code="duplicate_reference")
    email = call.text("email")
    if "@" not in email:
        raise no("Invalid Email Address Passed")
    return {
        "id": kept_under(call.scope, reference),
        "domain": "test",
        "status": "abandoned",
        "reference": reference,
        "amount": units_of(call),
        "currency": currency_of(call),
        "fees": None,
        "gateway_response": "The transaction was not completed",
        "channel": "card",
        "created_at": moment(call.world),
        "paid_at": None,
        "metadata": _metadata(call.params.get("metadata")),
        "customer": customer_of(call.world, call.scope, email),
        "authorization": {},
        "_number": next_number(call.world),
        "_refunded": 0,
    }


def _metadata(given: Any) -> Any:
    """Text that is JSON comes back as what it says."""
    if not isinstance(given, str) or not given:
        return given or ""
    try:
        return json.loads(given)
    except ValueError:
        return given


@ROUTES.serves("POST", "/transaction/initialize")
def initialize(call: Call) -> Body:
    body = _opened(call)
    code = hashlib.sha256(body["id"].encode()).hexdigest()[:15]
    metadata = body["metadata"] if isinstance(body["metadata"], dict) else {}
    callback = call.text("callback_url")
    call.world.put(call.scope, "transaction", body, parent=str(body["_number"]))
    bill = Bill(
        subject=body["id"],
        reference=str(metadata.get("reference", "")),
        amount=from_wire(body["amount"], body["currency"]),
        email=call.text("email"),
        merchant=str(metadata.get("merchant", "")),
        name="Payment",
        urls=(callback, str(metadata.get("cancel_action") or callback)),
    )
    put_up(call.world, call.scope, bill, token=code)
    data = {
        "authorization_url": f"{call.world.public_url}/pay/{code}",
        "access_code": code,
        "reference": body["reference"],
    }
    return yes("Authorization URL created", data)


@ROUTES.serves("GET", "/transaction/verify/{}")
def verify(call: Call) -> Body:
    stored = call.found(kept_under(call.scope, call.ids[0]), "transaction")
    if stored is None:
        raise no("Transaction reference not found", code="transaction_not_found")
    return yes("Verification successful", told(stored.body))


@ROUTES.serves("GET", "/transaction")
def list_transactions(call: Call) -> Body:
    return listed(call, "transaction", told)


@ROUTES.serves("POST", "/transaction/charge_authorization")
def charge_authorization(call: Call) -> Body:
    body = _opened(call)
    kept = call.found(call.text("authorization_code"), "authorization")
    customer = call.world.find(kept.parent) if kept else None
    if kept is None or customer is None:
        raise no("Authorization code does not exist or has been deactivated")
    if not kept.body["reusable"]:
        raise no("This authorization is not reusable")
    if customer.body["email"] != call.text("email"):
        raise no("Email does not match Authorization code. Please confirm")
    stored = Stored(0, call.scope, "transaction", body["id"], str(body["_number"]), body)
    if kept.body["_refusal"]:
        body.update(status="failed", gateway_response=kept.body["_refusal"])
        call.world.save(stored)
    else:
        _succeed(call.world, stored, kept.body)
    return yes("Charge attempted", told(body))


def pay(world: World, page: Stored, means: TrialMeans) -> str:
    """A page was paid; where the payer goes."""
    stored = world.find(page.body["subject"])
    if stored is None:
        return str(page.body["urls"][0])
    customer = stored.body["customer"]["customer_code"]
    _succeed(world, stored, keep_authorization(world, stored.scope, customer, means))
    return _returned(page, stored)


def _succeed(world: World, stored: Stored, authorization: Body) -> None:
    """The money is there: fee, balance, and the message."""
    body = stored.body
    fees = (body["amount"] * FEE_PER_THOUSAND + 500) // 1000
    body.update(
        status="success",
        gateway_response="Successful",
        paid_at=moment(world),
        fees=fees,
        authorization={name: value for name, value in shown(authorization).items() if name != "id"},
    )
    world.save(stored)
    world.move(
        stored.scope,
        body["currency"],
        body["amount"] - fees,
        available_at=world.now() + SETTLES_AFTER_SECONDS,
    )
    tell(world, stored.scope, "charge.success", {"event": "charge.success", "data": told(body)})
    metadata = body["metadata"] if isinstance(body["metadata"], dict) else {}
    armed = world.sprung(("dispute_after",), str(metadata.get("reference", "")))
    for fault in armed.values():
        world.remind(
            "dispute",
            body["reference"].partition(".")[0],
            scope=stored.scope,
            at=world.now() + fault.seconds,
            detail=fault.detail,
        )


def decline(world: World, page: Stored, means: TrialMeans) -> None:
    stored = world.find(page.body["subject"])
    if stored is not None:
        stored.body.update(status="failed", gateway_response=means.refusal or "Declined")
        world.save(stored)


def leave(world: World, page: Stored) -> str:
    """To the merchant's cancel address, or to where payers go if it was paid meanwhile."""
    stored = world.find(page.body["subject"])
    is_paid = stored is not None and stored.body["status"] == "success"
    return _returned(page, stored) if stored and is_paid else str(page.body["urls"][1])


def _returned(page: Stored, stored: Stored) -> str:
    """The merchant's address with what Paystack adds to it."""
    url, reference = str(page.body["urls"][0]), stored.body["reference"]
    added = urlencode({"trxref": reference, "reference": reference})
    return f"{url}{'&' if '?' in url else '?'}{added}"
