"""From an account's balance to its bank: by hand, by schedule, and sometimes back again."""

from __future__ import annotations

from shared_apps.gateways.sandbox import faults
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World, fresh_id
from shared_apps.gateways.stripe.fake.coming import A_DAY, comes
from shared_apps.gateways.stripe.fake.funds import book
from shared_apps.gateways.stripe.fake.happenings import tell
from shared_apps.gateways.stripe.fake.routes import Call, StripeSays, made, page_of, route

LEAVES_AFTER_SECONDS = 3600
ARRIVES_AFTER_SECONDS = A_DAY
INTERVAL_SECONDS = {"daily": A_DAY, "weekly": 7 * A_DAY, "monthly": 30 * A_DAY}
CODES = {
    "account_closed": "The bank account has been closed.",
    "no_account": "The bank account could not be located.",
    "could_not_process": "The bank could not process this payout.",
}
# What a bank says that was given no other code to say.
DEFAULT_CODE = "account_closed"


@route("POST", "/v1/payouts")
def create_payout(call: Call) -> Body:
    amount, currency = call.amount(), call.text("currency").lower()
    available, _ = call.world.balance(call.scope, currency)
    if amount > available:
        raise StripeSays(
            400,
            "balance_insufficient",
            "You have insufficient funds in your Stripe account for this payout.",
        )
    account = call.world.find(call.scope)
    if account is not None and not account.body["payouts_enabled"]:
        raise StripeSays(400, "payouts_not_allowed", "This account has not enabled payouts yet.")
    return _pay_out(
        call.world,
        call.scope,
        amount=amount,
        currency=currency,
        metadata=call.metadata(),
        description=call.text("description", "") or None,
        key=call.idempotency_key,
    )


def _pay_out(
    world: World,
    scope: str,
    *,
    amount: int,
    currency: str,
    metadata: Body,
    description: str | None,
    key: str = "",
    is_automatic: bool = False,
) -> Body:
    now = world.now()
    account = world.find(scope)
    banks = account.body["external_accounts"]["data"] if account else []
    payout = made(
        fresh_id("po_"),
        "payout",
        now,
        amount=amount,
        application_fee=None,
        application_fee_amount=None,
        currency=currency,
        arrival_date=now + ARRIVES_AFTER_SECONDS,
        automatic=is_automatic,
        balance_transaction=None,
        description=description,
        destination=banks[0]["id"] if banks else None,
        failure_balance_transaction=None,
        failure_code=None,
        failure_message=None,
        metadata=metadata,
        method="standard",
        original_payout=None,
        payout_method=None,
        reconciliation_status="in_progress" if is_automatic else "not_applicable",
        reversed_by=None,
        source_type="card",
        statement_descriptor=None,
        status="pending",
        trace_id=None,
        type="bank_account",
        _fault="",
    )
    armed = world.sprung(faults.OF_PAYOUTS, str(metadata.get("reference", ""))).get("payout_fail")
    if armed:
        payout["_fault"] = f"{armed.seconds:.0f}:{armed.detail}"
    entry = book(
        world, scope, kind="payout", source=payout["id"], currency=currency, amount=-amount
    )
    payout["balance_transaction"] = entry["id"]
    world.put(scope, "payout", payout)
    world.remind("payout_leaves", payout["id"], scope=scope, at=now + LEAVES_AFTER_SECONDS)
    world.remind("payout_arrives", payout["id"], scope=scope, at=payout["arrival_date"])
    tell(world, scope, "payout.created", payout, key=key)
    return payout


@comes("payout_leaves")
def leave(world: World, payout: Stored, _detail: str) -> None:
    if payout.body["status"] == "pending":
        payout.body["status"] = "in_transit"
        world.save(payout)
        tell(world, payout.scope, "payout.updated", payout.body)


@comes("payout_arrives")
def arrive(world: World, payout: Stored, _detail: str) -> None:
    """The bank says that it has the money; it may think otherwise later."""
    if payout.body["status"] not in {"pending", "in_transit"}:
        return
    payout.body["status"] = "paid"
    if payout.body["automatic"]:
        payout.body["reconciliation_status"] = "completed"
    world.save(payout)
    tell(world, payout.scope, "payout.paid", payout.body)
    if payout.body["_fault"]:
        seconds, _, code = payout.body["_fault"].partition(":")
        world.remind(
            "payout_fails",
            payout.id,
            scope=payout.scope,
            at=world.now() + int(seconds),
            detail=code,
        )


@comes("payout_fails")
def fail(world: World, payout: Stored, detail: str) -> None:
    """The money comes back to the balance."""
    body = payout.body
    if body["status"] in {"failed", "canceled"}:
        return
    code = detail or DEFAULT_CODE
    body["failure_balance_transaction"] = _back(world, payout, "payout_failure")
    body.update(status="failed", failure_code=code, failure_message=CODES.get(code, code))
    world.save(payout)
    tell(world, payout.scope, "payout.failed", body)


def _back(world: World, payout: Stored, kind: str) -> str:
    entry = book(
        world,
        payout.scope,
        kind=kind,
        source=payout.id,
        currency=payout.body["currency"],
        amount=payout.body["amount"],
    )
    return str(entry["id"])


@comes("payday")
def payday(world: World, account: Stored, _detail: str) -> None:
    """Pay out what is available, if the account's schedule says so, and look again next time."""
    interval = account.body["settings"]["payouts"]["schedule"]["interval"]
    wait = INTERVAL_SECONDS.get(interval, A_DAY)
    world.remind("payday", account.id, scope=account.id, at=world.now() + wait)
    if interval not in INTERVAL_SECONDS or not account.body["payouts_enabled"]:
        return
    balances = world.store.balances(world.provider, account.id, world.now())
    for currency, (available, pending) in sorted(balances.items()):
        amount = min(available, available + pending)
        if amount > 0:
            _pay_out(
                world,
                account.id,
                amount=amount,
                currency=currency,
                metadata={},
                description="STRIPE PAYOUT",
                is_automatic=True,
            )


@route("POST", "/v1/payouts/{}/cancel")
def cancel_payout(call: Call) -> Body:
    payout = call.owned(call.ids[0], "payout")
    if payout.body["status"] != "pending":
        raise StripeSays(400, "", "Payouts can be canceled only while they are pending.")
    payout.body["failure_balance_transaction"] = _back(call.world, payout, "payout_cancel")
    payout.body["status"] = "canceled"
    call.world.save(payout)
    tell(call.world, call.scope, "payout.canceled", payout.body, key=call.idempotency_key)
    return payout.body


@route("GET", "/v1/payouts")
def list_payouts(call: Call) -> Body:
    return page_of(call, call.world.listed(call.scope, "payout"), "/v1/payouts")


@route("GET", "/v1/payouts/{}")
def retrieve_payout(call: Call) -> Body:
    return call.owned(call.ids[0], "payout").body
