"""Customers: enough to hang payments and means of payment on."""

from __future__ import annotations

from shared_apps.gateways.sandbox.store import Body
from shared_apps.gateways.sandbox.world import fresh_id
from shared_apps.gateways.stripe.fake.happenings import tell
from shared_apps.gateways.stripe.fake.routes import Call, made, page_of, route

TEXTS = ("email", "name", "phone", "description")


@route("POST", "/v1/customers")
def create_customer(call: Call) -> Body:
    customer = made(
        fresh_id("cus_", 14),
        "customer",
        call.world.now(),
        balance=0,
        currency=None,
        default_source=None,
        delinquent=False,
        metadata=call.metadata(),
        shipping=None,
        **{name: call.text(name, "") or None for name in TEXTS},
    )
    call.world.put(call.scope, "customer", customer)
    tell(call.world, call.scope, "customer.created", customer, key=call.idempotency_key)
    return customer


@route("GET", "/v1/customers")
def list_customers(call: Call) -> Body:
    rows = call.world.listed(call.scope, "customer", "")
    email = call.text("email", "")
    return page_of(
        call, [row for row in rows if not email or row.body["email"] == email], "/v1/customers"
    )


@route("GET", "/v1/customers/{}")
def retrieve_customer(call: Call) -> Body:
    stored = call.world.find(call.ids[0])
    if stored is not None and stored.scope == call.scope and stored.body.get("_is_gone"):
        return {"id": stored.id, "object": "customer", "deleted": True}
    return call.owned(call.ids[0], "customer").body


@route("POST", "/v1/customers/{}")
def update_customer(call: Call) -> Body:
    stored = call.owned(call.ids[0], "customer")
    stored.body.update({name: call.text(name, "") or None for name in TEXTS if name in call.params})
    stored.body["metadata"].update(call.metadata())
    return call.world.save(stored)


@route("DELETE", "/v1/customers/{}")
def delete_customer(call: Call) -> Body:
    """The customer goes, and with them what was kept for them."""
    stored = call.owned(call.ids[0], "customer")
    for method in call.world.listed(call.scope, "payment_method", stored.id):
        method.body["customer"] = None
        call.world.put(call.scope, "payment_method", method.body, parent="")
    call.world.put(call.scope, "customer", {**stored.body, "_is_gone": True}, parent="deleted")
    tell(call.world, call.scope, "customer.deleted", stored.body, key=call.idempotency_key)
    return {"id": stored.id, "object": "customer", "deleted": True}
