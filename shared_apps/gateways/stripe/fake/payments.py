"""Payment intents and their charges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared_apps.gateways.sandbox import faults
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World, fresh_id
from shared_apps.gateways.stripe.fake.cards import AUTHENTICATION_REQUIRED, BY_CODE, Card
from shared_apps.gateways.stripe.fake.coming import A_DAY, comes
from shared_apps.gateways.stripe.fake.funds import SETTLES_AFTER_SECONDS, book, card_fee
from shared_apps.gateways.stripe.fake.happenings import tell
from shared_apps.gateways.stripe.fake.methods import (
    EXPIRES_IN_MONTH,
    card_of,
    expiry_year,
    keep,
    method_named,
)
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
# A bank that is asked to debit an account takes this long.
BANK_SECONDS = 3 * A_DAY
# A card's bank keeps its promise this long.
PROMISE_SECONDS = 7 * A_DAY
NEEDS_AUTHENTICATION = "Your card was declined. This transaction requires authentication."
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
        payment_method_types=["card"],
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
        payment_method_details=_means(card, world.now()),
        receipt_email=intent["receipt_email"],
        refunded=False,
        status="succeeded",
        transfer_group=intent["transfer_group"],
        _card=card.code,
        _is_charged_back=False,
    )


def _means(card: Card, now: int) -> Body:
    """How a charge was paid."""
    if card.kind != "card":
        told: Body = {
            "bank_code": card.number.replace(" ", "")[4:9],
            "branch_code": "",
            "country": card.number[:2],
            "fingerprint": None,
            "last4": card.last4,
            "mandate": None,
        }
        return {"type": card.kind, card.kind: told}
    told = {
        "brand": card.brand,
        "country": "US",
        "exp_month": EXPIRES_IN_MONTH,
        "exp_year": expiry_year(now),
        "funding": "credit",
        "last4": card.last4,
        "network": card.brand,
        "three_d_secure": None,
        "wallet": None,
    }
    return {"type": "card", "card": told}


def attempt(
    world: World,
    scope: str,
    intent: Body,
    method: Body,
    *,
    is_authenticated: bool = False,
    is_off_session: bool = False,
    key: str = "",
) -> str:
    """Try to pay an intent and write all that follows. Returns the refusal, empty if it worked."""
    card = card_of(method) if is_authenticated else _as_armed(world, intent, card_of(method))
    intent.update(payment_method=method["id"], next_action=None)
    is_spared = is_off_session and method["_is_set_up"] and not card.asks_again
    if card.asks and not is_authenticated and not is_spared:
        if not is_off_session:
            intent["status"] = "requires_action"
            intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
            world.put(scope, "payment_intent", intent)
            tell(world, scope, "payment_intent.requires_action", intent, key=key)
            return ""
        card = card.declined(AUTHENTICATION_REQUIRED, NEEDS_AUTHENTICATION)
    charge = _new_charge(world, intent, card)
    intent["latest_charge"] = charge["id"]
    if card.arrives:
        _await(world, scope, intent, charge, key=key)
        return ""
    if card.decline_code and not is_authenticated:
        _decline(world, scope, intent, charge, card)
        return card.refusal
    intent["last_payment_error"] = None
    if intent["customer"] and intent["setup_future_usage"]:
        keep(world, scope, method, intent["customer"], key=key)
    if intent["capture_method"] == "manual":
        _authorise(world, scope, intent, charge, key=key)
        return ""
    capture(world, scope, intent, charge, intent["amount"])
    tell(world, scope, "charge.succeeded", charge, key=key)
    tell(world, scope, "payment_intent.succeeded", intent, key=key)
    return ""


def _await(world: World, scope: str, intent: Body, charge: Body, *, key: str) -> None:
    """The bank has been asked and answers in some days."""
    charge.update(paid=False, status="pending")
    intent.update(status="processing", last_payment_error=None)
    world.put(scope, "charge", charge, parent=intent["id"])
    world.put(scope, "payment_intent", intent)
    world.remind("payment_arrives", intent["id"], scope=scope, at=world.now() + BANK_SECONDS)
    tell(world, scope, "charge.pending", charge, key=key)
    tell(world, scope, "payment_intent.processing", intent, key=key)


def conclude(world: World, stored: Stored) -> bool:
    """The bank's answer about a payment it was asked for; whether the money came."""
    intent = stored.body
    found = world.find(intent["latest_charge"])
    charge = found.body if found else {}
    card = BY_CODE[charge["_card"]]
    if card.arrives == "never":
        _decline(world, stored.scope, intent, charge, card)
        return False
    charge.update(paid=True, status="succeeded")
    capture(world, stored.scope, intent, charge, intent["amount"])
    tell(world, stored.scope, "charge.succeeded", charge)
    tell(world, stored.scope, "payment_intent.succeeded", intent)
    return True


def _as_armed(world: World, intent: Body, card: Card) -> Card:
    """The card as it behaves this time, once the armed faults have had their say."""
    hits = world.sprung(("decline", "require_3ds"), _subject(intent))
    if "decline" in hits:
        return card.declined(hits["decline"].detail or faults.GENERIC_DECLINE)
    return replace(card, asks=True) if "require_3ds" in hits else card


def _subject(intent: Body) -> str:
    return str(intent["metadata"].get("reference", ""))


def _authorise(world: World, scope: str, intent: Body, charge: Body, *, key: str) -> None:
    """The bank promises the money, for a week."""
    intent.update(status="requires_capture", amount_capturable=intent["amount"])
    world.put(scope, "charge", charge, parent=intent["id"])
    world.put(scope, "payment_intent", intent)
    world.remind(
        "authorisation_lapses", intent["id"], scope=scope, at=world.now() + PROMISE_SECONDS
    )
    tell(world, scope, "charge.succeeded", charge, key=key)
    tell(world, scope, "payment_intent.amount_capturable_updated", intent, key=key)


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
    """Take authorised money: charge, statement and intent follow. What is not taken is let go."""
    card = BY_CODE[charge["_card"]]
    entry = book(
        world,
        scope,
        kind="charge",
        source=charge["id"],
        currency=charge["currency"],
        amount=amount,
        fee=card_fee(amount),
        settles_at=0 if card.settles_at_once else world.now() + SETTLES_AFTER_SECONDS,
    )
    charge.update(
        captured=True,
        amount_captured=amount,
        amount_refunded=charge["amount"] - amount,
        balance_transaction=entry["id"],
    )
    intent.update(status="succeeded", amount_received=amount, amount_capturable=0)
    world.put(scope, "charge", charge, parent=intent["id"])
    world.put(scope, "payment_intent", intent)
    armed = world.sprung(("dispute_after",), _subject(intent)).get("dispute_after")
    if armed or card.disputed:
        reason = (armed.detail if armed else "") or card.disputed or "fraudulent"
        when = world.now() + (armed.seconds if armed else 0)
        detail = f"inquiry:{reason}" if card.is_inquiry else reason
        world.remind("dispute", charge["id"], scope=scope, at=when, detail=detail)


def cancel(world: World, scope: str, intent: Body, *, reason: str | None, key: str = "") -> None:
    """Let an intent go, and with it what the bank had promised."""
    was_authorised = intent["status"] == "requires_capture"
    intent.update(
        status="canceled",
        amount_capturable=0,
        canceled_at=world.now(),
        cancellation_reason=reason,
    )
    world.put(scope, "payment_intent", intent)
    charge = world.find(intent["latest_charge"]) if was_authorised else None
    if charge is not None:
        charge.body.update(amount_refunded=charge.body["amount"], refunded=True)
        world.save(charge)
        tell(world, scope, "charge.refunded", charge.body, key=key)
    tell(world, scope, "payment_intent.canceled", intent, key=key)


@comes("authorisation_lapses")
def lapse(world: World, stored: Stored, _detail: str) -> None:
    """Nobody captured in time: the bank's promise is over."""
    if stored.body["status"] != "requires_capture":
        return
    charge = world.find(stored.body["latest_charge"])
    cancel(world, stored.scope, stored.body, reason="automatic")
    if charge is not None:
        tell(world, stored.scope, "charge.expired", charge.body)


def _unexpected(intent: Body, verb: str) -> StripeSays:
    return StripeSays(
        400,
        "payment_intent_unexpected_state",
        f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}.",
    )


@route("POST", "/v1/payment_intents")
def create_intent(call: Call) -> Body | Answered:
    customer = call.text("customer", "")
    details = {
        "capture_method": call.text("capture_method", ""),
        "customer": call.owned(customer, "customer", param="customer").id if customer else None,
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
    method = method_named(call, call.text("payment_method"), intent["customer"])
    refusal = attempt(
        call.world,
        call.scope,
        intent,
        method,
        is_off_session=call.flag("off_session"),
        key=call.idempotency_key,
    )
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
    reason = call.text("cancellation_reason", "") or None
    cancel(call.world, call.scope, intent, reason=reason, key=call.idempotency_key)
    return intent


@route("GET", "/v1/charges")
def list_charges(call: Call) -> Body:
    parent = call.text("payment_intent", "") or None
    return page_of(call, call.world.listed(call.scope, "charge", parent), "/v1/charges")


@route("GET", "/v1/charges/{}")
def retrieve_charge(call: Call) -> Body:
    return call.owned(call.ids[0], "charge").body
