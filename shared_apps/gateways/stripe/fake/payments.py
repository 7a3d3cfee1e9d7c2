"""Payment intents, their charges, and refunds of these."""

from __future__ import annotations

from typing import Any

from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World, fresh_id
from shared_apps.gateways.stripe.fake.cards import BY_PAYMENT_METHOD, Card
from shared_apps.gateways.stripe.fake.funds import book, card_fee
from shared_apps.gateways.stripe.fake.happenings import tell
from shared_apps.gateways.stripe.fake.routes import (
    Answered,
    Call,
    StripeSays,
    made,
    page_of,
    route,
    shown,
)

CANCELLABLE = {
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "requires_capture",
    "processing",
}
CONFIRMABLE = {"requires_payment_method", "requires_confirmation", "requires_action"}


def new_intent(world: World, *, amount: int, currency: str, details: Body) -> Body:
    """A payment intent that waits for a means of payment."""
    intent_id = fresh_id("pi_")
    return made(
        intent_id,
        "payment_intent",
        world.now(),
        amount=amount,
        amount_capturable=0,
        amount_received=0,
        amount_details={"tip": {}},
        application=None,
        application_fee_amount=None,
        automatic_payment_methods={"enabled": True, "allow_redirects": "always"},
        canceled_at=None,
        cancellation_reason=None,
        capture_method=details.get("capture_method") or "automatic",
        client_secret=f"{intent_id}_secret_{fresh_id('', 24)}",
        confirmation_method="automatic",
        currency=currency,
        customer=details.get("customer"),
        description=details.get("description"),
        last_payment_error=None,
        latest_charge=None,
        metadata=details.get("metadata") or {},
        next_action=None,
        on_behalf_of=None,
        payment_method=None,
        processing=None,
        receipt_email=details.get("receipt_email"),
        setup_future_usage=details.get("setup_future_usage"),
        shipping=None,
        statement_descriptor=None,
        statement_descriptor_suffix=None,
        status="requires_payment_method",
        transfer_data=None,
        transfer_group=details.get("transfer_group"),
    )


def _new_charge(world: World, intent: Body, card: Card) -> Body:
    return made(
        fresh_id("ch_"),
        "charge",
        world.now(),
        amount=intent["amount"],
        amount_captured=0,
        amount_refunded=0,
        application=None,
        application_fee_amount=None,
        balance_transaction=None,
        billing_details={
            "address": None,
            "email": intent["receipt_email"],
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        captured=False,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        failure_code=None,
        failure_message=None,
        metadata=dict(intent["metadata"]),
        outcome={"network_status": "approved_by_network", "type": "authorized"},
        paid=True,
        payment_intent=intent["id"],
        payment_method=intent["payment_method"],
        payment_method_details={"type": "card", "card": {"brand": card.brand, "last4": card.last4}},
        receipt_email=intent["receipt_email"],
        refunded=False,
        status="succeeded",
        transfer_group=intent["transfer_group"],
    )


def attempt(
    world: World, scope: str, intent: Body, card: Card, *, is_authenticated: bool, key: str = ""
) -> str:
    """Try to pay an intent with a card and write all that follows. Returns the refusal, empty if it worked."""
    intent["payment_method"] = fresh_id("pm_")
    intent["next_action"] = None
    if card.asks and not is_authenticated:
        intent["status"] = "requires_action"
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
        world.put(scope, "payment_intent", intent)
        tell(world, scope, "payment_intent.requires_action", intent, key=key)
        return ""
    charge = _new_charge(world, intent, card)
    intent["latest_charge"] = charge["id"]
    if card.decline_code:
        _decline(world, scope, intent, charge, card)
        return card.refusal
    intent["last_payment_error"] = None
    if intent["capture_method"] == "manual":
        intent.update(status="requires_capture", amount_capturable=intent["amount"])
        world.put(scope, "charge", charge, parent=intent["id"])
        world.put(scope, "payment_intent", intent)
        tell(world, scope, "charge.succeeded", charge, key=key)
        tell(world, scope, "payment_intent.amount_capturable_updated", intent, key=key)
        return ""
    capture(world, scope, intent, charge, intent["amount"])
    tell(world, scope, "charge.succeeded", charge, key=key)
    tell(world, scope, "payment_intent.succeeded", intent, key=key)
    return ""


def _decline(world: World, scope: str, intent: Body, charge: Body, card: Card) -> None:
    charge.update(
        paid=False,
        status="failed",
        failure_code=card.error_code,
        failure_message=card.refusal,
        outcome={
            "network_status": "declined_by_network",
            "type": "issuer_declined",
            "reason": card.decline_code,
        },
    )
    fail(
        world,
        scope,
        intent,
        code=card.error_code,
        decline_code=card.decline_code,
        message=card.refusal,
    )
    world.put(scope, "charge", charge, parent=intent["id"])
    tell(world, scope, "charge.failed", charge)
    tell(world, scope, "payment_intent.payment_failed", intent)


def fail(
    world: World, scope: str, intent: Body, *, code: str, decline_code: str, message: str
) -> None:
    """Put an intent back to where it waits for another means of payment."""
    error: dict[str, Any] = {"type": "card_error", "code": code, "message": message}
    if decline_code:
        error["decline_code"] = decline_code
    if intent["latest_charge"]:
        error["charge"] = intent["latest_charge"]
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        last_payment_error=error,
    )
    world.put(scope, "payment_intent", intent)


def capture(world: World, scope: str, intent: Body, charge: Body, amount: int) -> None:
    """Take authorised money: charge, statement and intent follow."""
    entry = book(
        world,
        scope,
        kind="charge",
        source=charge["id"],
        currency=charge["currency"],
        amount=amount,
        fee=card_fee(amount),
        settles=True,
    )
    charge.update(captured=True, amount_captured=amount, balance_transaction=entry["id"])
    intent.update(status="succeeded", amount_received=amount, amount_capturable=0)
    world.put(scope, "charge", charge, parent=intent["id"])
    world.put(scope, "payment_intent", intent)


def _unexpected(intent: Body, verb: str) -> StripeSays:
    return StripeSays(
        400,
        "payment_intent_unexpected_state",
        f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}.",
    )


@route("POST", "/v1/payment_intents")
def create_intent(call: Call) -> Body | Answered:
    details = {
        "capture_method": call.text("capture_method", ""),
        "customer": call.text("customer", "") or None,
        "description": call.text("description", "") or None,
        "receipt_email": call.text("receipt_email", "") or None,
        "setup_future_usage": call.text("setup_future_usage", "") or None,
        "transfer_group": call.text("transfer_group", "") or None,
        "metadata": call.metadata(),
    }
    intent = new_intent(
        call.world, amount=call.amount(), currency=call.text("currency").lower(), details=details
    )
    call.world.put(call.scope, "payment_intent", intent)
    tell(call.world, call.scope, "payment_intent.created", intent, key=call.idempotency_key)
    return _confirmed(call, intent) if call.flag("confirm") else intent


def _confirmed(call: Call, intent: Body) -> Body | Answered:
    name = call.text("payment_method")
    card = BY_PAYMENT_METHOD.get(name)
    if card is None:
        raise StripeSays(
            400, "resource_missing", f"No such PaymentMethod: '{name}'", param="payment_method"
        )
    refusal = attempt(
        call.world, call.scope, intent, card, is_authenticated=False, key=call.idempotency_key
    )
    if card.asks and call.flag("off_session"):
        message = "Your card was declined. This transaction requires authentication."
        fail(
            call.world,
            call.scope,
            intent,
            code="authentication_required",
            decline_code="authentication_required",
            message=message,
        )
        refusal = message
    if not refusal:
        return intent
    return Answered(
        402, {"error": {**intent["last_payment_error"], "payment_intent": shown(intent)}}
    )


@route("GET", "/v1/payment_intents")
def list_intents(call: Call) -> Body:
    return page_of(call, call.world.listed(call.scope, "payment_intent"), "/v1/payment_intents")


@route("GET", "/v1/payment_intents/{}")
def retrieve_intent(call: Call) -> Body:
    return call.owned(call.ids[0], "payment_intent").body


@route("POST", "/v1/payment_intents/{}/confirm")
def confirm_intent(call: Call) -> Body | Answered:
    intent = call.owned(call.ids[0], "payment_intent").body
    if intent["status"] not in CONFIRMABLE:
        raise _unexpected(intent, "confirmed")
    return _confirmed(call, intent)


@route("POST", "/v1/payment_intents/{}/capture")
def capture_intent(call: Call) -> Body:
    intent = call.owned(call.ids[0], "payment_intent").body
    if intent["status"] != "requires_capture":
        raise _unexpected(intent, "captured")
    amount = call.amount("amount_to_capture", intent["amount"])
    if amount > intent["amount_capturable"]:
        raise StripeSays(
            400,
            "amount_too_large",
            "The amount_to_capture exceeds the amount that can be captured.",
            param="amount_to_capture",
        )
    charge = call.owned(intent["latest_charge"], "charge").body
    capture(call.world, call.scope, intent, charge, amount)
    tell(call.world, call.scope, "charge.captured", charge, key=call.idempotency_key)
    tell(call.world, call.scope, "payment_intent.succeeded", intent, key=call.idempotency_key)
    return intent


@route("POST", "/v1/payment_intents/{}/cancel")
def cancel_intent(call: Call) -> Body:
    intent = call.owned(call.ids[0], "payment_intent").body
    if intent["status"] not in CANCELLABLE:
        raise _unexpected(intent, "canceled")
    intent.update(
        status="canceled",
        amount_capturable=0,
        canceled_at=call.world.now(),
        cancellation_reason=call.text("cancellation_reason", "") or None,
    )
    call.world.put(call.scope, "payment_intent", intent)
    tell(call.world, call.scope, "payment_intent.canceled", intent, key=call.idempotency_key)
    return intent


@route("GET", "/v1/charges")
def list_charges(call: Call) -> Body:
    parent = call.text("payment_intent", "") or None
    return page_of(call, call.world.listed(call.scope, "charge", parent), "/v1/charges")


@route("GET", "/v1/charges/{}")
def retrieve_charge(call: Call) -> Body:
    return call.owned(call.ids[0], "charge").body


@route("POST", "/v1/refunds")
def create_refund(call: Call) -> Body:
    charge = _refunded_charge(call)
    left = charge.body["amount_captured"] - charge.body["amount_refunded"]
    amount = call.amount("amount", max(left, 1))
    if left == 0:
        raise StripeSays(
            400, "charge_already_refunded", f"Charge {charge.id} has already been refunded."
        )
    if amount > left:
        raise StripeSays(
            400,
            "",
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
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
        status="succeeded",
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
    charge.body["amount_refunded"] += amount
    charge.body["refunded"] = charge.body["amount_refunded"] == charge.body["amount_captured"]
    call.world.save(charge)
    call.world.put(call.scope, "refund", refund, parent=charge.id)
    tell(call.world, call.scope, "refund.created", refund, key=call.idempotency_key)
    tell(call.world, call.scope, "charge.refunded", charge.body, key=call.idempotency_key)
    return refund


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
