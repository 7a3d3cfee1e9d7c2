"""Customers, known by e-mail address, and the authorizations kept of them."""

from __future__ import annotations

import hashlib

from shared_apps.gateways.paystack.fake.says import ROUTES, no, yes
from shared_apps.gateways.sandbox.rest import Call, shown
from shared_apps.gateways.sandbox.store import Body
from shared_apps.gateways.sandbox.tills import TrialMeans
from shared_apps.gateways.sandbox.world import World, fresh_id


def customer_of(world: World, scope: str, email: str) -> Body:
    """The customer of this address, made when first seen."""
    code = "CUS_" + hashlib.sha256(f"{scope}/{email.lower()}".encode()).hexdigest()[:15]
    known = world.find(code)
    if known is not None:
        return known.body
    customer = {"id": code, "customer_code": code, "email": email, "domain": "test"}
    return world.put(scope, "customer", customer)


@ROUTES.serves("POST", "/customer")
def create_customer(call: Call) -> Body:
    if "@" not in call.text("email"):
        raise no("Invalid Email Address Passed")
    return yes("Customer created", customer_of(call.world, call.scope, call.text("email")))


@ROUTES.serves("GET", "/customer/{}")
def fetch_customer(call: Call) -> Body:
    stored = call.found(call.ids[0], "customer")
    if stored is None:
        raise no("Customer not found", status=404, code="customer_not_found")
    kept = call.world.listed(call.scope, "authorization", stored.id)
    authorizations = [
        {name: value for name, value in shown(row.body).items() if name != "id"} for row in kept
    ]
    return yes("Customer retrieved", {**stored.body, "authorizations": authorizations})


@ROUTES.serves("POST", "/customer/deactivate_authorization")
def deactivate_authorization(call: Call) -> Body:
    stored = call.found(call.text("authorization_code"), "authorization")
    if stored is None or not stored.parent:
        raise no("Authorization code does not exist or has been deactivated")
    call.world.put(call.scope, "authorization", stored.body, parent="")
    return {"status": True, "message": "Authorization code has been deactivated"}


def keep_authorization(world: World, scope: str, customer: str, means: TrialMeans) -> Body:
    """The authorization of a card just used: one for each card of a customer."""
    signature = "SIG_" + hashlib.sha256(f"{customer}/{means.number}".encode()).hexdigest()[:15]
    for row in world.listed(scope, "authorization", customer):
        if row.body["signature"] == signature:
            return row.body
    code = fresh_id("AUTH_", 10)
    authorization = {
        "id": code,
        "authorization_code": code,
        "bin": means.number.replace(" ", "")[:6],
        "last4": means.last4,
        "exp_month": "12",
        "exp_year": "2030",
        "channel": "card",
        "card_type": f"{means.brand} ",
        "brand": means.brand,
        "bank": "TEST BANK",
        "country_code": "NG",
        "reusable": not means.asks,
        "signature": signature,
        "_refusal": means.later_refusal,
    }
    return world.put(scope, "authorization", authorization, parent=customer)
