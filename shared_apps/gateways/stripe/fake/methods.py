"""Means of payment: what a card becomes once somebody has typed it in, and whose it stays."""

from __future__ import annotations

from datetime import UTC, datetime

from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World, fresh_id
from shared_apps.gateways.stripe.fake.cards import BY_CODE, BY_PAYMENT_METHOD, Card
from shared_apps.gateways.stripe.fake.happenings import tell
from shared_apps.gateways.stripe.fake.routes import Call, StripeSays, made, page_of, route

# A fresh card is good for this many years, to the end of this month.
GOOD_FOR_YEARS = 4
EXPIRES_IN_MONTH = 12
NO_CHECKS = {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"}


def new_method(world: World, scope: str, card: Card, *, email: str | None = None) -> Body:
    """A payment method of this card that belongs to nobody yet."""
    method = made(
        fresh_id("pm_"),
        "payment_method",
        world.now(),
        allow_redisplay="unspecified",
        billing_details={
            "address": None,
            "email": email,
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        customer=None,
        metadata={},
        type=card.kind,
        _card=card.code,
        _is_set_up=False,
        **{card.kind: _typed_in(card, world.now())},
    )
    return world.put(scope, "payment_method", method)


def _typed_in(card: Card, now: int) -> Body:
    """What the page asked for: a card or a bank account."""
    if card.kind != "card":
        return {
            "bank_code": card.number.replace(" ", "")[4:9],
            "branch_code": "",
            "country": card.number[:2],
            "fingerprint": fresh_id("", 16),
            "generated_from": {"charge": None, "setup_attempt": None},
            "last4": card.last4,
        }
    return {
        "brand": card.brand,
        "checks": dict(NO_CHECKS),
        "country": "US",
        "display_brand": card.brand,
        "exp_month": EXPIRES_IN_MONTH,
        "exp_year": expiry_year(now),
        "fingerprint": fresh_id("", 16),
        "funding": "credit",
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def expiry_year(now: int) -> int:
    return datetime.fromtimestamp(now, UTC).year + GOOD_FOR_YEARS


def card_of(method: Body) -> Card:
    return BY_CODE[method["_card"]]


def keep(world: World, scope: str, method: Body, customer: str, *, key: str = "") -> Body:
    """Put a payment method aside for a customer; from now on it may be charged while they are away."""
    is_new = method["customer"] != customer
    method.update(customer=customer, _is_set_up=True)
    world.put(scope, "payment_method", method, parent=customer)
    if is_new:
        tell(world, scope, "payment_method.attached", method, key=key)
    return method


def method_named(call: Call, name: str, customer: str | None) -> Body:
    """A payment method by its id, or a new one for the name of a test card; of this customer or of nobody."""
    if card := BY_PAYMENT_METHOD.get(name):
        return new_method(call.world, call.scope, card)
    stored = call.world.find(name)
    if stored is None or stored.kind != "payment_method" or stored.scope != call.scope:
        raise StripeSays(
            400, "resource_missing", f"No such PaymentMethod: '{name}'", param="payment_method"
        )
    if stored.body["customer"] != customer:
        raise StripeSays(
            400,
            "",
            "The provided PaymentMethod belongs to another customer, or was detached from this one.",
            param="payment_method",
        )
    return stored.body


def _owned(call: Call) -> Stored:
    return call.owned(call.ids[0], "payment_method", param="payment_method")


@route("GET", "/v1/payment_methods/{}")
def retrieve_method(call: Call) -> Body:
    return _owned(call).body


@route("POST", "/v1/payment_methods/{}/attach")
def attach_method(call: Call) -> Body:
    customer = call.owned(call.text("customer"), "customer", param="customer").id
    method = method_named(call, call.ids[0], None)
    return keep(call.world, call.scope, method, customer, key=call.idempotency_key)


@route("POST", "/v1/payment_methods/{}/detach")
def detach_method(call: Call) -> Body:
    method = _owned(call).body
    if method["customer"] is None:
        raise StripeSays(
            400, "", "The payment method you provided is not attached to a customer so detachment is impossible."
        )  # fmt: skip
    method["customer"] = None
    call.world.put(call.scope, "payment_method", method, parent="")
    tell(call.world, call.scope, "payment_method.detached", method, key=call.idempotency_key)
    return method


@route("GET", "/v1/customers/{}/payment_methods")
def list_methods(call: Call) -> Body:
    customer = call.owned(call.ids[0], "customer", param="customer")
    rows = call.world.listed(call.scope, "payment_method", customer.id)
    wanted = call.text("type", "")
    return page_of(
        call,
        [row for row in rows if not wanted or row.body["type"] == wanted],
        f"/v1/customers/{customer.id}/payment_methods",
    )


@route("GET", "/v1/customers/{}/payment_methods/{}")
def retrieve_customers_method(call: Call) -> Body:
    customer = call.owned(call.ids[0], "customer", param="customer")
    found = call.owned(call.ids[1], "payment_method", param="payment_method").body
    if found["customer"] != customer.id:
        raise StripeSays(404, "resource_missing", f"No such PaymentMethod: '{call.ids[1]}'")
    return found
