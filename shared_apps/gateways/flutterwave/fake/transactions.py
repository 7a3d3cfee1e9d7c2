"""Payments by a page or a token, and refunds of them."""

from __future__ import annotations

import hashlib
from urllib.parse import urlencode

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
from shared_apps.gateways.sandbox.dashboards import tell
from shared_apps.gateways.sandbox.provider import LeverStuck
from shared_apps.gateways.sandbox.rest import Call, next_number, shown
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.tills import Bill, TrialMeans, put_up
from shared_apps.gateways.sandbox.world import World
from shared_apps.kernel.money import Money

FEE_PER_THOUSAND = 14
SETTLES_AFTER_SECONDS = 86_400


def _token(scope: str, *parts: str) -> str:
    return hashlib.sha256("/".join([scope, *parts]).encode()).hexdigest()[:24]


@ROUTES.serves("POST", "/v3/payments")
def open_page(call: Call) -> Body:
    """The link of a page; the same name opens the same page."""
    name, amount = required(call, "tx_ref"), amount_of(call)
    email = str(call.tree("customer").get("email") or "")
    redirect_url = required(call, "redirect_url")
    if "@" not in email:
        raise no("customer.email is required")
    token = _token(call.scope, name)
    if call.world.find(token) is None:
        bill = Bill(
            subject=f"{call.scope}/{name}",
            reference=name,
            amount=amount,
            email=email,
            merchant=str(call.tree("customizations").get("title") or ""),
            name="Payment",
            urls=(redirect_url, redirect_url),
        )
        page = put_up(call.world, call.scope, bill, token=token)
        page.update(tx_ref=name, meta=call.tree("meta"))
        call.world.put(call.scope, "page", page, parent=bill.subject)
    return yes("Hosted Link", {"link": f"{call.world.public_url}/pay/{token}"})


def _new(call_world: World, scope: str, *, name: str, amount: Money, email: str) -> Body:
    return {
        "id": f"{scope}/{name}",
        "tx_ref": name,
        "flw_ref": f"FLW-MOCK-{_token(scope, name)}",
        "amount": number_of(amount),
        "currency": amount.currency,
        "charged_amount": number_of(amount),
        "app_fee": None,
        "merchant_fee": 0,
        "processor_response": "",
        "status": "pending",
        "payment_type": "card",
        "created_at": moment(call_world),
        "customer": {"email": email},
        "meta": {},
        "_number": next_number(call_world),
        "_minor": amount.minor,
        "_refunded": 0,
    }


def _card(scope: str, email: str, means: TrialMeans) -> Body:
    return {
        "first_6digits": means.number.replace(" ", "")[:6],
        "last_4digits": means.last4,
        "issuer": "TEST BANK",
        "country": "NG",
        "type": means.brand.upper(),
        "expiry": "09/32",
        "token": f"flw-t1nf-{_token(scope, email.lower(), means.number)}-m03k",
    }


def _told(body: Body) -> Body:
    return shown({**body, "id": body["_number"]})


def _attempted(world: World, page: Stored) -> Body:
    """The transaction of a page, made when somebody first tries to pay."""
    known = world.find(page.body["subject"])
    if known is not None:
        return known.body
    minor, currency = page.body["amount"]
    body = _new(
        world,
        page.scope,
        name=page.body["tx_ref"],
        amount=Money(minor, currency),
        email=page.body["email"],
    )
    return {**body, "meta": page.body["meta"]}


def pay(world: World, page: Stored, means: TrialMeans) -> str:
    body = _attempted(world, page)
    body["card"] = _card(page.scope, page.body["email"], means)
    known = world.find(body["card"]["token"])
    if known is None:
        kept = {
            "id": body["card"]["token"],
            "email": page.body["email"].lower(),
            "card": body["card"],
            "refusal": means.later_refusal,
        }
        world.put(page.scope, "token", kept)
    _succeed(world, page.scope, body)
    return _returned(page, "successful", str(body["_number"]))


def _succeed(world: World, scope: str, body: Body) -> None:
    fee = Money((body["_minor"] * FEE_PER_THOUSAND + 500) // 1000, body["currency"])
    body.update(status="successful", processor_response="Approved", app_fee=number_of(fee))
    _kept(world, scope, body)
    world.move(
        scope,
        body["currency"],
        body["_minor"] - fee.minor,
        available_at=world.now() + SETTLES_AFTER_SECONDS,
    )
    tell(world, scope, "charge.completed", {"event": "charge.completed", "data": _told(body)})


def _kept(world: World, scope: str, body: Body) -> None:
    world.put(scope, "transaction", body, parent=str(body["_number"]))


def decline(world: World, page: Stored, means: TrialMeans) -> None:
    body = _attempted(world, page)
    body.update(status="failed", processor_response=means.refusal or "Declined")
    _kept(world, page.scope, body)
    tell(world, page.scope, "charge.completed", {"event": "charge.completed", "data": _told(body)})


def leave(world: World, page: Stored) -> str:
    """Flutterwave has one address for payers and leavers and says in it who comes."""
    known = world.find(page.body["subject"])
    if known is not None and known.body["status"] == "successful":
        return _returned(page, "successful", str(known.body["_number"]))
    return _returned(page, "cancelled", "")


def _returned(page: Stored, status: str, number: str) -> str:
    url = str(page.body["urls"][0])
    added = {"status": status, "tx_ref": page.body["tx_ref"]}
    told = urlencode({**added, "transaction_id": number} if number else added)
    return f"{url}{'&' if '?' in url else '?'}{told}"


@ROUTES.serves("GET", "/v3/transactions/verify_by_reference")
def verify_by_reference(call: Call) -> Body:
    stored = call.found(f"{call.scope}/{call.text('tx_ref')}", "transaction")
    if stored is None:
        raise no("No transaction was found for this id")
    return yes("Transaction fetched successfully", _told(stored.body))


def _numbered(call: Call) -> Stored:
    stored = next(iter(call.world.listed(call.scope, "transaction", call.ids[0])), None)
    if stored is None:
        raise no("No transaction was found for this id")
    return stored


@ROUTES.serves("GET", "/v3/transactions/{}/verify")
def verify(call: Call) -> Body:
    return yes("Transaction fetched successfully", _told(_numbered(call).body))


@ROUTES.serves("GET", "/v3/transactions")
def list_transactions(call: Call) -> Body:
    email, status = call.text("customer_email").lower(), call.text("status")
    found = [row.body for row in call.world.listed(call.scope, "transaction")]
    fitting = [
        {name: value for name, value in _told(body).items() if name not in {"card", "meta"}}
        for body in found
        if email in {"", body["customer"]["email"].lower()} and status in {"", body["status"]}
    ]
    return listed(call, "Transactions fetched", fitting)


@ROUTES.serves("POST", "/v3/tokenized-charges")
def charge_token(call: Call) -> Body:
    name, amount = required(call, "tx_ref"), amount_of(call)
    kept = call.found(required(call, "token"), "token")
    if kept is None or kept.body["email"] != required(call, "email").lower():
        raise no("Wrong token or email passed")
    if call.found(f"{call.scope}/{name}", "transaction"):
        raise no("DUPLICATE TRANSACTION REFERENCE")
    body = _new(call.world, call.scope, name=name, amount=amount, email=kept.body["email"])
    body["card"] = kept.body["card"]
    if kept.body["refusal"]:
        body.update(status="failed", processor_response=kept.body["refusal"])
        _kept(call.world, call.scope, body)
    else:
        _succeed(call.world, call.scope, body)
    return yes("Charge successful", _told(body))


@ROUTES.serves("POST", "/v3/transactions/{}/refund")
def refund(call: Call) -> Body:
    stored = _numbered(call)
    body = stored.body
    left = Money(body["_minor"] - body["_refunded"], body["currency"])
    call.params.setdefault("amount", number_of(left))
    call.params["currency"] = body["currency"]
    amount = amount_of(call)
    if body["status"] != "successful" or amount > left:
        raise no("Refund amount is more than what is left of the transaction")
    body["_refunded"] += amount.minor
    _kept(call.world, call.scope, body)
    call.world.move(call.scope, amount.currency, -amount.minor, available_at=call.world.now())
    number = next_number(call.world)
    made = {
        "id": f"refund_{number}",
        "tx_id": body["_number"],
        "flw_ref": body["flw_ref"],
        "amount_refunded": number_of(amount),
        "status": "completed",
        "destination": "payment_source",
        "comment": call.text("comments"),
        "created_at": moment(call.world),
        "_number": number,
        "_minor": amount.minor,
        "_of": stored.id,
    }
    call.world.put(call.scope, "refund", made)
    return yes("Transaction refund initiated", _told(made))


@ROUTES.serves("GET", "/v3/refunds")
def list_refunds(call: Call) -> Body:
    wanted = call.text("id")
    found = [row.body for row in call.world.listed(call.scope, "refund")]
    fitting = [_told(body) for body in found if wanted in {"", str(body["tx_id"])}]
    return listed(call, "Refunds fetched", fitting)


@ROUTES.serves("GET", "/v3/refunds/{}")
def fetch_refund(call: Call) -> Body:
    stored = call.found(f"refund_{call.ids[0]}", "refund")
    if stored is None:
        raise no("Refund not found", status=404)
    return yes("Refund fetched", _told(stored.body))


def fail_refund(world: World, refund_id: str) -> Body:
    """A lever: the refund bounces, and what it took is in the balance again."""
    stored = world.find(f"refund_{refund_id.partition('-')[0]}")
    if stored is None or stored.body["status"] == "failed":
        raise LeverStuck(f"no refund {refund_id} that could fail")
    stored.body["status"] = "failed"
    world.save(stored)
    paid = world.find(stored.body["_of"])
    if paid is not None:
        paid.body["_refunded"] -= stored.body["_minor"]
        world.save(paid)
        world.move(
            stored.scope, paid.body["currency"], stored.body["_minor"], available_at=world.now()
        )
    return _told(stored.body)
