"""Money back to a card: at once, a day later, or not after all."""

from __future__ import annotations

from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World, fresh_id
from shared_apps.gateways.stripe.fake.cards import BY_CODE
from shared_apps.gateways.stripe.fake.coming import A_DAY, comes
from shared_apps.gateways.stripe.fake.funds import book
from shared_apps.gateways.stripe.fake.happenings import tell
from shared_apps.gateways.stripe.fake.routes import Call, StripeSays, made, page_of, route

BOUNCED = "expired_or_canceled_card"


@route("POST", "/v1/refunds")
def create_refund(call: Call) -> Body:
    charge = _refunded_charge(call)
    amount = _refundable(call, charge)
    course = BY_CODE[charge.body.get("_card", "visa")].refunds
    refund = made(
        fresh_id("re_"),
        "refund",
        call.world.now(),
        amount=amount,
        balance_transaction=None,
        charge=charge.id,
        currency=charge.body["currency"],
        destination_details={
            "type": "card",
            "card": {"type": "refund", "reference_status": "pending"},
        },
        metadata=call.metadata(),
        payment_intent=charge.body["payment_intent"],
        reason=call.text("reason", "") or None,
        receipt_number=None,
        source_transfer_reversal=None,
        status="pending" if course == "later" else "succeeded",
        transfer_reversal=None,
    )
    del refund["livemode"]
    entry = book(
        call.world,
        call.scope,
        kind="refund",
        source=refund["id"],
        currency=refund["currency"],
        amount=-amount,
    )
    refund["balance_transaction"] = entry["id"]
    _count(call.world, charge, amount)
    call.world.put(call.scope, "refund", refund, parent=charge.id)
    if course:
        when = call.world.now() + A_DAY
        call.world.remind(f"refund_{course}", refund["id"], scope=call.scope, at=when)
    tell(call.world, call.scope, "refund.created", refund, key=call.idempotency_key)
    tell(call.world, call.scope, "charge.refunded", charge.body, key=call.idempotency_key)
    return refund


def _refundable(call: Call, charge: Stored) -> int:
    """How much of a charge is to go back, or why it cannot."""
    left = charge.body["amount"] - charge.body["amount_refunded"]
    amount = call.amount("amount", max(left, 1))
    if left == 0:
        raise StripeSays(
            400, "charge_already_refunded", f"Charge {charge.id} has already been refunded."
        )
    if charge.body.get("_is_charged_back"):
        raise StripeSays(
            400, "charge_disputed", f"Charge {charge.id} has been charged back; cannot issue a refund."
        )  # fmt: skip
    if amount > left:
        raise StripeSays(
            400,
            "",
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    return amount


def _count(world: World, charge: Stored, amount: int) -> None:
    charge.body["amount_refunded"] += amount
    charge.body["refunded"] = charge.body["amount_refunded"] == charge.body["amount"]
    world.save(charge)


def _refunded_charge(call: Call) -> Stored:
    intent_id = call.text("payment_intent", "")
    if intent_id:
        charge_id = (
            call.owned(intent_id, "payment_intent", param="payment_intent").body["latest_charge"]
            or ""
        )
    else:
        charge_id = call.text("charge")
    charge = call.owned(charge_id, "charge", param="charge")
    if not charge.body["captured"]:
        raise StripeSays(
            400,
            "charge_not_refundable",
            "This PaymentIntent does not have a successful charge to refund.",
        )
    return charge


@comes("refund_later")
def succeed(world: World, refund: Stored, _detail: str) -> None:
    if refund.body["status"] == "pending":
        refund.body["status"] = "succeeded"
        world.save(refund)
        tell(world, refund.scope, "refund.updated", refund.body)


@comes("refund_bounce")
def bounce(world: World, refund: Stored, detail: str) -> None:
    """The card's bank sends the money back to us."""
    if refund.body["status"] not in {"succeeded", "pending"}:
        return
    body = refund.body
    entry = book(
        world,
        refund.scope,
        kind="refund_failure",
        source=refund.id,
        currency=body["currency"],
        amount=body["amount"],
    )
    body.update(
        status="failed",
        failure_reason=detail or BOUNCED,
        failure_balance_transaction=entry["id"],
    )
    world.save(refund)
    charge = world.find(body["charge"])
    if charge is not None:
        _count(world, charge, -body["amount"])
    tell(world, refund.scope, "refund.updated", body)
    tell(world, refund.scope, "refund.failed", body)


@route("GET", "/v1/refunds")
def list_refunds(call: Call) -> Body:
    return page_of(
        call,
        call.world.listed(call.scope, "refund", call.text("charge", "") or None),
        "/v1/refunds",
    )


@route("GET", "/v1/refunds/{}")
def retrieve_refund(call: Call) -> Body:
    return call.owned(call.ids[0], "refund").body
