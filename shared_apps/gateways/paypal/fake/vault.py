"""PayPal accounts kept for later."""

from __future__ import annotations

from typing import Any

from shared_apps.gateways.paypal.fake.says import ROUTES, links_of, missing, new_id
from shared_apps.gateways.sandbox.rest import Call, shown
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import World

PATH = "/v3/vault/payment-tokens"


def keep_account(world: World, order: Stored) -> Body:
    """Keep the payer's account for the customer the order names; what the order then says of it."""
    attributes = order.body["_wallet"]["attributes"]
    customer = {"id": str((attributes.get("customer") or {}).get("id") or new_id(10))}
    token = new_id(17).lower()
    payer = order.body["payment_source"]["paypal"]
    account = {
        "id": token,
        "customer": customer,
        "payment_source": {
            "paypal": {"email_address": payer["email_address"], "account_id": payer["account_id"]}
        },
        "links": links_of(world, f"{PATH}/{token}"),
        "_refusal": order.body.get("_later_refusal", ""),
    }
    world.put(order.scope, "vaulted", account, parent=customer["id"])
    return {
        "id": token,
        "status": "VAULTED",
        "customer": customer,
        "links": links_of(world, f"{PATH}/{token}"),
    }


def kept_account(call: Call, token: str) -> Body | None:
    stored = call.found(token, "vaulted")
    return stored.body if stored and stored.parent else None


@ROUTES.serves("GET", PATH)
def list_tokens(call: Call) -> Body:
    customer = call.text("customer_id")
    rows = call.world.listed(call.scope, "vaulted", customer or "-")
    return {
        "customer": {"id": customer},
        "payment_tokens": [shown(row.body) for row in rows],
        "links": links_of(call.world, PATH),
    }


@ROUTES.serves("DELETE", f"{PATH}/{{}}")
def delete_token(call: Call) -> Any:
    stored = call.found(call.ids[0], "vaulted")
    if stored is None or not stored.parent:
        raise missing()
    call.world.put(call.scope, "vaulted", stored.body, parent="")
    return None
