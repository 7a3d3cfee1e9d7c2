"""What an account has: movements of money, the balance they make, payouts to its bank."""

from __future__ import annotations

from typing import Any

from shared_apps.gateways.sandbox.store import Body
from shared_apps.gateways.sandbox.world import World, fresh_id
from shared_apps.gateways.stripe.fake.happenings import tell
from shared_apps.gateways.stripe.fake.routes import Call, StripeSays, made, page_of, route

# Card money settles this much later; a payout needs this long to the bank.
SETTLES_AFTER_SECONDS = 2 * 86_400
ARRIVES_AFTER_SECONDS = 86_400
# A card fee: 2.9 % and 30 of the smallest unit.
FEE_PER_THOUSAND = 29
FEE_FIXED = 30


def card_fee(amount: int) -> int:
    return min(amount, (amount * FEE_PER_THOUSAND + 500) // 1000 + FEE_FIXED)


def book(
    world: World,
    scope: str,
    *,
    kind: str,
    source: str,
    currency: str,
    amount: int,
    fee: int = 0,
    settles: bool = False,
) -> Body:
    """Write a movement into an account's statement and balance; `settles` later if it is card money."""
    now = world.now()
    available_at = now + (SETTLES_AFTER_SECONDS if settles else 0)
    entry = made(
        fresh_id("txn_"),
        "balance_transaction",
        now,
        type=kind,
        reporting_category=kind,
        source=source,
        currency=currency,
        amount=amount,
        fee=fee,
        net=amount - fee,
        fee_details=[_fee_detail(fee, currency)] if fee else [],
        available_on=available_at,
        status="pending" if settles else "available",
        description=None,
        exchange_rate=None,
        balance_type="payments",
    )
    del entry["livemode"]
    world.put(scope, "balance_transaction", entry, parent=source)
    world.move(scope, currency, amount - fee, available_at=available_at)
    return entry


def _fee_detail(fee: int, currency: str) -> dict[str, Any]:
    return {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Processing fee",
        "type": "stripe_fee",
    }


@route("GET", "/v1/balance")
def retrieve_balance(call: Call) -> Body:
    balances = call.world.store.balances(call.world.provider, call.scope, call.world.now())

    def part(index: int) -> list[Body]:
        found = [
            {"amount": both[index], "currency": currency, "source_types": {"card": both[index]}}
            for currency, both in sorted(balances.items())
        ]
        return found or [{"amount": 0, "currency": "usd", "source_types": {"card": 0}}]

    return {"object": "balance", "livemode": False, "available": part(0), "pending": part(1)}


@route("GET", "/v1/balance_transactions")
def list_balance_transactions(call: Call) -> Body:
    source = call.text("source", "") or None
    rows = call.world.listed(call.scope, "balance_transaction", source)
    return page_of(call, rows, "/v1/balance_transactions")


@route("GET", "/v1/balance_transactions/{}")
def retrieve_balance_transaction(call: Call) -> Body:
    return call.owned(call.ids[0], "balance_transaction").body


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
    now = call.world.now()
    payout = made(
        fresh_id("po_"),
        "payout",
        now,
        amount=amount,
        currency=currency,
        arrival_date=now + ARRIVES_AFTER_SECONDS,
        automatic=False,
        balance_transaction=None,
        description=call.text("description", "") or None,
        destination=None,
        failure_balance_transaction=None,
        failure_code=None,
        failure_message=None,
        metadata=call.metadata(),
        method="standard",
        original_payout=None,
        reversed_by=None,
        source_type="card",
        statement_descriptor=None,
        status="pending",
        type="bank_account",
    )
    entry = book(
        call.world,
        call.scope,
        kind="payout",
        source=payout["id"],
        currency=currency,
        amount=-amount,
    )
    payout["balance_transaction"] = entry["id"]
    call.world.put(call.scope, "payout", payout, parent="pending")
    tell(call.world, call.scope, "payout.created", payout, key=call.idempotency_key)
    return payout


@route("GET", "/v1/payouts")
def list_payouts(call: Call) -> Body:
    return page_of(call, call.world.listed(call.scope, "payout"), "/v1/payouts")


@route("GET", "/v1/payouts/{}")
def retrieve_payout(call: Call) -> Body:
    return call.owned(call.ids[0], "payout").body


def settle_payouts(world: World) -> None:
    """Payouts whose day has come are paid."""
    for stored in world.parented("payout", "pending"):
        if stored.body["arrival_date"] <= world.now():
            stored.body["status"] = "paid"
            world.put(stored.scope, "payout", stored.body, parent="paid")
            tell(world, stored.scope, "payout.paid", stored.body)
