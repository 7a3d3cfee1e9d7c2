"""Connected accounts, their onboarding, and the shares sent to them."""

from __future__ import annotations

from shared_apps.gateways.sandbox.provider import OnboardingPage, Onward
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World, fresh_id
from shared_apps.gateways.stripe.fake.funds import book
from shared_apps.gateways.stripe.fake.happenings import tell
from shared_apps.gateways.stripe.fake.routes import Call, StripeSays, made, page_of, route

LINK_LASTS_SECONDS = 300
ASKED = ["business_profile.url", "external_account", "tos_acceptance.date", "tos_acceptance.ip"]


@route("GET", "/v1/account")
def retrieve_own_account(call: Call) -> Body:
    stored = call.world.find(call.scope)
    if stored is not None and stored.kind == "account":
        return stored.body
    return {
        "id": call.scope,
        "object": "account",
        "country": "US",
        "default_currency": "usd",
        "charges_enabled": True,
        "payouts_enabled": True,
        "details_submitted": True,
        "type": "standard",
        "email": None,
        "metadata": {},
        "settings": {"dashboard": {"display_name": "Sandbox merchant", "timezone": "Etc/UTC"}},
    }


@route("POST", "/v1/accounts")
def create_account(call: Call) -> Body:
    wanted = [
        name for name, value in call.tree("capabilities").items() if value == {"requested": "true"}
    ]
    account: Body = {
        "id": fresh_id("acct_", 16),
        "object": "account",
        "created": call.world.now(),
        "business_profile": {},
        "business_type": call.text("business_type", "") or None,
        "capabilities": dict.fromkeys(wanted, "inactive"),
        "charges_enabled": False,
        "controller": {"type": "application", "is_controller": True, **call.tree("controller")},
        "country": call.text("country", "US").upper(),
        "default_currency": "usd",
        "details_submitted": False,
        "email": call.text("email", "") or None,
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": "/v1/accounts/external_accounts",
        },
        "future_requirements": _requirements([]),
        "metadata": call.metadata(),
        "payouts_enabled": False,
        "requirements": _requirements(ASKED),
        "settings": {
            "payouts": {
                "debit_negative_balances": True,
                "schedule": {"interval": "daily", "delay_days": 2},
            }
        },
        "tos_acceptance": {"date": None},
        "type": "none",
    }
    call.world.put(call.scope, "account", account)
    tell(call.world, account["id"], "account.updated", account, key=call.idempotency_key)
    return account


def _requirements(due: list[str]) -> Body:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": list(due),
        "disabled_reason": "requirements.past_due" if due else None,
        "errors": [],
        "eventually_due": list(due),
        "past_due": list(due),
        "pending_verification": [],
    }


@route("GET", "/v1/accounts")
def list_accounts(call: Call) -> Body:
    return page_of(call, call.world.listed(call.scope, "account"), "/v1/accounts")


@route("GET", "/v1/accounts/{}")
def retrieve_account(call: Call) -> Body:
    if call.ids[0] == call.scope:
        return retrieve_own_account(call)
    return call.owned(call.ids[0], "account", param="account").body


@route("POST", "/v1/account_links")
def create_account_link(call: Call) -> Body:
    account = call.owned(call.text("account"), "account", param="account")
    now = call.world.now()
    token = fresh_id("al_", 32)
    link: Body = {
        "id": token,
        "_account": account.id,
        "_return_url": call.text("return_url"),
        "_refresh_url": call.text("refresh_url"),
        "_used": False,
        "object": "account_link",
        "created": now,
        "expires_at": now + LINK_LASTS_SECONDS,
        "url": f"{call.world.public_url}/onboard/{token}",
    }
    call.world.put(call.scope, "account_link", link)
    return {name: value for name, value in link.items() if name != "id"}


def link_of(token: str, world: World) -> Stored | None:
    stored = world.find(token)
    return stored if stored is not None and stored.kind == "account_link" else None


def onboarding_page(link: Stored, world: World) -> OnboardingPage:
    account = world.find(link.body["_account"])
    return OnboardingPage(
        token=link.id,
        provider_title="Stripe",
        account=link.body["_account"],
        email=(account.body["email"] or "") if account else "",
        is_open=not link.body["_used"] and world.now() < link.body["expires_at"],
        return_urls=(link.body["_return_url"], link.body["_refresh_url"]),
    )


def onboard(link: Stored, world: World) -> Onward:
    """Everything was told: the account may receive money. A used or old link leads to the refresh address."""
    account = world.find(link.body["_account"])
    if account is None or link.body["_used"] or world.now() >= link.body["expires_at"]:
        return Onward(link.body["_refresh_url"])
    link.body["_used"] = True
    world.save(link)
    account.body.update(
        details_submitted=True,
        payouts_enabled=True,
        charges_enabled=True,
        capabilities=dict.fromkeys(account.body["capabilities"], "active"),
        requirements=_requirements([]),
        tos_acceptance={"date": world.now()},
    )
    world.save(account)
    tell(world, account.id, "account.updated", account.body)
    return Onward(link.body["_return_url"])


# Shares.


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
        settles=charge is not None,
    )
    call.world.put(call.scope, "transfer", transfer, parent=charge.id if charge else "")
    tell(call.world, call.scope, "transfer.created", transfer, key=call.idempotency_key)
    return transfer


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
    reversal = made(
        fresh_id("trr_"),
        "transfer_reversal",
        call.world.now(),
        amount=amount,
        balance_transaction=None,
        currency=currency,
        destination_payment_refund=fresh_id("pyr_"),
        metadata=call.metadata(),
        source_refund=None,
        transfer=transfer.id,
    )
    del reversal["livemode"]
    entry = book(
        call.world,
        call.scope,
        kind="transfer_refund",
        source=reversal["id"],
        currency=currency,
        amount=amount,
    )
    reversal["balance_transaction"] = entry["id"]
    book(
        call.world,
        destination,
        kind="payment_refund",
        source=reversal["destination_payment_refund"],
        currency=currency,
        amount=-amount,
    )
    transfer.body["amount_reversed"] += amount
    transfer.body["reversed"] = transfer.body["amount_reversed"] == transfer.body["amount"]
    call.world.save(transfer)
    call.world.put(call.scope, "transfer_reversal", reversal, parent=transfer.id)
    tell(call.world, call.scope, "transfer.reversed", transfer.body, key=call.idempotency_key)
    return reversal


@route("GET", "/v1/transfers/{}/reversals")
def list_reversals(call: Call) -> Body:
    transfer = call.owned(call.ids[0], "transfer")
    rows = call.world.listed(call.scope, "transfer_reversal", transfer.id)
    return page_of(call, rows, f"/v1/transfers/{transfer.id}/reversals")
