"""What an account has: movements of money, and the balance they make."""

from __future__ import annotations

from typing import Any

from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World, fresh_id
from shared_apps.gateways.stripe.fake.coming import A_DAY, comes
from shared_apps.gateways.stripe.fake.routes import Call, made, page_of, route, whole

# Card money settles this much later.
SETTLES_AFTER_SECONDS = 2 * A_DAY
# A card fee: 2.9 % and 30 of the smallest unit.
FEE_PER_THOUSAND = 29
FEE_FIXED = 30
# Kinds of movements that Stripe tells apart in its reports only.
TYPES = {"dispute": "adjustment", "dispute_reversal": "adjustment"}


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
    settles_at: int = 0,
) -> Body:
    """Write a movement into an account's statement and balance; card money settles later."""
    now = world.now()
    available_at = max(now, settles_at)
    is_pending = available_at > now
    entry = made(
        fresh_id("txn_"),
        "balance_transaction",
        now,
        type=TYPES.get(kind, kind),
        reporting_category=kind,
        source=source,
        currency=currency,
        amount=amount,
        fee=fee,
        net=amount - fee,
        fee_details=[_fee_detail(fee, currency)] if fee else [],
        available_on=available_at,
        status="pending" if is_pending else "available",
        description=None,
        exchange_rate=None,
        balance_type="payments",
    )
    del entry["livemode"]
    world.put(scope, "balance_transaction", entry, parent=source)
    world.move(scope, currency, amount - fee, available_at=available_at)
    if is_pending:
        world.remind("movement_settles", entry["id"], scope=scope, at=available_at)
    return entry


@comes("movement_settles")
def settle(world: World, entry: Stored, _detail: str) -> None:
    entry.body["status"] = "available"
    world.save(entry)


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
    wanted = call.text("type", "")
    created = call.tree("created")
    since = whole(created["gte"], "created[gte]") if "gte" in created else 0
    until = whole(created["lt"], "created[lt]") if "lt" in created else None
    fitting = [
        row
        for row in rows
        if (not wanted or row.body["type"] == wanted)
        and row.body["created"] >= since
        and (until is None or row.body["created"] < until)
    ]
    return page_of(call, fitting, "/v1/balance_transactions")


@route("GET", "/v1/balance_transactions/{}")
def retrieve_balance_transaction(call: Call) -> Body:
    return call.owned(call.ids[0], "balance_transaction").body
