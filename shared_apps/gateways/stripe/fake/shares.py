"""The shares of partners: money from the platform's balance to a connected account, and back."""

from __future__ import annotations

from shared_apps.gateways.sandbox import faults
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World, fresh_id
from shared_apps.gateways.stripe.fake.coming import comes
from shared_apps.gateways.stripe.fake.funds import book
from shared_apps.gateways.stripe.fake.happenings import tell
from shared_apps.gateways.stripe.fake.routes import Call, StripeSays, made, page_of, route


@route("POST", "/v1/transfers")
def create_transfer(call: Call) -> Body:
    amount, currency = call.amount(), call.text("currency").lower()
    destination = _payable(call)
    charge = _covering_charge(call, amount, currency)
    if charge is None and amount > call.world.balance(call.scope, currency)[0]:
        raise StripeSays(
            400,
            "balance_insufficient",
            "You have insufficient available funds in your Stripe account.",
        )
    transfer_id = fresh_id("tr_")
    transfer = made(
        transfer_id,
        "transfer",
        call.world.now(),
        amount=amount,
        amount_reversed=0,
        balance_transaction=None,
        currency=currency,
        description=call.text("description", "") or None,
        destination=destination.id,
        destination_payment=fresh_id("py_"),
        metadata=call.metadata(),
        reversals={
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/transfers/{transfer_id}/reversals",
        },
        reversed=False,
        source_transaction=charge.id if charge else None,
        source_type="card",
        transfer_group=call.text("transfer_group", "")
        or (charge.body["transfer_group"] if charge else None),
    )
    entry = book(
        call.world,
        call.scope,
        kind="transfer",
        source=transfer["id"],
        currency=currency,
        amount=-amount,
    )
    transfer["balance_transaction"] = entry["id"]
    book(
        call.world,
        destination.id,
        kind="payment",
        source=transfer["destination_payment"],
        currency=currency,
        amount=amount,
        settles_at=_settled_at(call.world, charge) if charge else 0,
    )
    call.world.put(call.scope, "transfer", transfer, parent=charge.id if charge else "")
    reference = str(transfer["metadata"].get("reference", ""))
    if armed := call.world.sprung(faults.OF_PAYOUTS, reference).get("payout_fail"):
        when = call.world.now() + armed.seconds
        call.world.remind("transfer_returns", transfer_id, scope=call.scope, at=when)
    tell(call.world, call.scope, "transfer.created", transfer, key=call.idempotency_key)
    return transfer


def _settled_at(world: World, charge: Stored) -> int:
    """A share drawn on a charge is there when the charge's own money is."""
    entry = world.find(charge.body["balance_transaction"])
    return int(entry.body["available_on"]) if entry else 0


def _payable(call: Call) -> Stored:
    destination = call.world.find(call.text("destination"))
    if destination is None or destination.kind != "account" or destination.scope != call.scope:
        raise StripeSays(
            400,
            "resource_missing",
            f"No such destination: '{call.text('destination')}'",
            param="destination",
        )
    if destination.body["capabilities"].get("transfers") != "active":
        raise StripeSays(
            400,
            "insufficient_capabilities_for_transfer",
            "Your destination account needs to have at least one of the following capabilities enabled: transfers",
        )
    return destination


def _covering_charge(call: Call, amount: int, currency: str) -> Stored | None:
    """The charge a transfer draws on, if named; all its transfers together stay within it."""
    charge_id = call.text("source_transaction", "")
    if not charge_id:
        return None
    charge = call.owned(charge_id, "charge", param="source_transaction")
    if not charge.body["captured"] or charge.body["currency"] != currency:
        raise StripeSays(
            400,
            "",
            "The source_transaction must be a captured charge of this currency.",
            param="source_transaction",
        )
    sent = sum(row.body["amount"] for row in call.world.listed(call.scope, "transfer", charge_id))
    if sent + amount > charge.body["amount_captured"]:
        raise StripeSays(
            400,
            "balance_insufficient",
            f"Transfers using this transaction as a source must not exceed the source amount of {charge.body['amount_captured']}.",
            param="amount",
        )
    return charge


@route("GET", "/v1/transfers")
def list_transfers(call: Call) -> Body:
    rows = call.world.listed(call.scope, "transfer")
    group = call.text("transfer_group", "")
    return page_of(
        call,
        [row for row in rows if not group or row.body["transfer_group"] == group],
        "/v1/transfers",
    )


@route("GET", "/v1/transfers/{}")
def retrieve_transfer(call: Call) -> Body:
    return call.owned(call.ids[0], "transfer").body


@route("POST", "/v1/transfers/{}/reversals")
def create_reversal(call: Call) -> Body:
    transfer = call.owned(call.ids[0], "transfer")
    left = transfer.body["amount"] - transfer.body["amount_reversed"]
    amount = call.amount("amount", max(left, 1))
    if amount > left:
        raise StripeSays(
            400,
            "",
            f"Reversal amount ({amount}) is greater than unreversed amount ({left}).",
            param="amount",
        )
    destination, currency = transfer.body["destination"], transfer.body["currency"]
    if amount > sum(call.world.balance(destination, currency)):
        raise StripeSays(
            400,
            "insufficient_funds",
            "The connected account has too little in its balance for this reversal.",
        )
    return _reverse(
        call.world, transfer, amount, metadata=call.metadata(), key=call.idempotency_key
    )


def _reverse(world: World, transfer: Stored, amount: int, *, metadata: Body, key: str = "") -> Body:
    """Take part of a share back into the platform's balance."""
    destination, currency = transfer.body["destination"], transfer.body["currency"]
    reversal = made(
        fresh_id("trr_"),
        "transfer_reversal",
        world.now(),
        amount=amount,
        balance_transaction=None,
        currency=currency,
        destination_payment_refund=fresh_id("pyr_"),
        metadata=metadata,
        source_refund=None,
        transfer=transfer.id,
    )
    del reversal["livemode"]
    entry = book(
        world,
        transfer.scope,
        kind="transfer_refund",
        source=reversal["id"],
        currency=currency,
        amount=amount,
    )
    reversal["balance_transaction"] = entry["id"]
    book(
        world,
        destination,
        kind="payment_refund",
        source=reversal["destination_payment_refund"],
        currency=currency,
        amount=-amount,
    )
    transfer.body["amount_reversed"] += amount
    transfer.body["reversed"] = transfer.body["amount_reversed"] == transfer.body["amount"]
    world.save(transfer)
    world.put(transfer.scope, "transfer_reversal", reversal, parent=transfer.id)
    tell(world, transfer.scope, "transfer.reversed", transfer.body, key=key)
    return reversal


@comes("transfer_returns")
def come_back(world: World, transfer: Stored, _detail: str) -> None:
    """What is left of a share comes back whole, whatever the partner's balance: the account was closed."""
    left = transfer.body["amount"] - transfer.body["amount_reversed"]
    if left:
        _reverse(world, transfer, left, metadata={})


@route("POST", "/v1/transfers/{}")
def update_transfer(call: Call) -> Body:
    transfer = call.owned(call.ids[0], "transfer")
    transfer.body["metadata"].update(call.metadata())
    transfer.body["description"] = call.text("description", "") or transfer.body["description"]
    call.world.save(transfer)
    tell(call.world, call.scope, "transfer.updated", transfer.body, key=call.idempotency_key)
    return transfer.body


@route("GET", "/v1/transfers/{}/reversals")
def list_reversals(call: Call) -> Body:
    transfer = call.owned(call.ids[0], "transfer")
    rows = call.world.listed(call.scope, "transfer_reversal", transfer.id)
    return page_of(call, rows, f"/v1/transfers/{transfer.id}/reversals")
