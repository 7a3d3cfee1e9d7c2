"""Orders: created, approved on the page, captured or authorised, marked."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from shared_apps.gateways.paypal.fake import ledger
from shared_apps.gateways.paypal.fake.says import (
    ROUTES,
    Said,
    invalid,
    links_of,
    missing,
    moment,
    money_in,
    new_id,
    unprocessable,
)
from shared_apps.gateways.paypal.fake.vault import keep_account, kept_account
from shared_apps.gateways.sandbox.rest import Call, shown
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.tills import Bill, TrialMeans, page_for, put_up
from shared_apps.gateways.sandbox.world import World
from shared_apps.kernel.money import Money

LASTS_SECONDS = 3 * 3600
PATH = "/v2/checkout/orders"
CUSTOM_ID = re.compile(r"/purchase_units/@reference_id=='default'/custom_id\Z")
PATCHED_STATES = {"CREATED", "APPROVED", "PAYER_ACTION_REQUIRED"}


@ROUTES.serves("POST", PATH)
def create_order(call: Call) -> Body:
    intent, units = call.text("intent"), call.params.get("purchase_units")
    if intent not in {"CAPTURE", "AUTHORIZE"} or not isinstance(units, list) or len(units) != 1:
        raise invalid("INVALID_PARAMETER_VALUE", "intent or purchase_units")
    unit = dict(units[0])
    amount = money_in(unit.get("amount"))
    _check_items(unit, amount)
    vault_id = str((call.tree("payment_source").get("paypal") or {}).get("vault_id") or "")
    order: Body = {
        "id": new_id(),
        "intent": intent,
        "status": "CREATED",
        "create_time": moment(call.world),
        "purchase_units": [{"reference_id": "default", **unit}],
        "_wallet": {},
        "_amount": [amount.minor, amount.currency],
        "_ends": call.world.now() + LASTS_SECONDS,
        "_capture_refusal": "",
    }
    stored = Stored(0, call.scope, "order", order["id"], "open", order)
    if vault_id:
        return _charged(call, stored, vault_id)
    call.world.save(stored)
    raise Said(201, told(call.world, order))


@ROUTES.serves("POST", f"{PATH}/{{}}/confirm-payment-source")
def confirm_payment_source(call: Call) -> Body:
    """The order gets its page, or gets it under other terms while nobody has approved it."""
    stored = _order(call)
    body = stored.body
    if body["status"] not in {"CREATED", "PAYER_ACTION_REQUIRED"}:
        raise unprocessable("ORDER_ALREADY_COMPLETED")
    wallet = call.tree("payment_source").get("paypal")
    if not isinstance(wallet, dict):
        raise invalid("MISSING_REQUIRED_PARAMETER", "payment_source")
    body.update(status="PAYER_ACTION_REQUIRED", payment_source={"paypal": {}}, _wallet=wallet)
    call.world.save(stored)
    _put_up(call, stored, Money(*body["_amount"]))
    return told(call.world, body)


def _check_items(unit: Body, amount: Money) -> None:
    """PayPal adds up by itself."""
    if "items" not in unit:
        return
    prices = [money_in(item.get("unit_amount")) * int(item["quantity"]) for item in unit["items"]]
    if sum(prices, Money.zero(amount.currency)) != amount:
        raise unprocessable("ITEM_TOTAL_MISMATCH")
    breakdown = unit["amount"].get("breakdown") or {}
    if money_in(breakdown.get("item_total")) != amount:
        raise unprocessable("AMOUNT_MISMATCH")


def _put_up(call: Call, stored: Stored, amount: Money) -> None:
    wallet, unit = stored.body["_wallet"], stored.body["purchase_units"][0]
    context = wallet.get("experience_context") or {}
    if not context.get("return_url") or not context.get("cancel_url"):
        raise invalid("MISSING_REQUIRED_PARAMETER", "return_url")
    items = unit.get("items") or [{"name": "Payment"}]
    bill = Bill(
        subject=stored.id,
        reference=str(unit.get("custom_id") or ""),
        amount=amount,
        email=str(wallet.get("email_address") or ""),
        merchant=str(context.get("brand_name") or ""),
        name=", ".join(item["name"] for item in items)[:120],
        urls=(context["return_url"], context["cancel_url"]),
    )
    put_up(call.world, call.scope, bill, token=f"pp{stored.id}")


def told(world: World, order: Body) -> Body:
    """An order as PayPal shows it, with what has become of its money."""
    unit = dict(order["purchase_units"][0])
    payments = ledger.payments_of(world, order["id"])
    if payments:
        unit["payments"] = payments
    page = f"{world.public_url}/pay/pp{order['id']}"
    more = {"payer_action": page} if order["status"] == "PAYER_ACTION_REQUIRED" else {}
    links = links_of(world, f"{PATH}/{order['id']}", **more)
    return {**shown(order), "purchase_units": [unit], "links": links}


def _order(call: Call) -> Stored:
    stored = call.found(call.ids[0], "order")
    if stored is None or stored.parent == "gone":
        raise missing()
    return stored


@ROUTES.serves("GET", f"{PATH}/{{}}")
def show_order(call: Call) -> Body:
    return told(call.world, _order(call).body)


@ROUTES.serves("PATCH", f"{PATH}/{{}}")
def patch_order(call: Call) -> Any:
    stored = _order(call)
    for patch in call.params.get("list") or []:
        if patch.get("op") != "replace" or not CUSTOM_ID.match(str(patch.get("path"))):
            raise unprocessable("NOT_PATCHABLE")
        if stored.body["status"] not in PATCHED_STATES:
            raise unprocessable("ORDER_ALREADY_COMPLETED")
        stored.body["purchase_units"][0]["custom_id"] = str(patch["value"])
    call.world.save(stored)
    return None


@ROUTES.serves("POST", f"{PATH}/{{}}/capture")
def capture_order(call: Call) -> Body:
    stored = _approved(call, "CAPTURE", "ORDER_ALREADY_CAPTURED")
    _completed(call.world, stored)
    raise Said(201, told(call.world, stored.body))


@ROUTES.serves("POST", f"{PATH}/{{}}/authorize")
def authorize_order(call: Call) -> Body:
    stored = _approved(call, "AUTHORIZE", "ORDER_ALREADY_AUTHORIZED")
    _completed(call.world, stored)
    raise Said(201, told(call.world, stored.body))


def _approved(call: Call, intent: str, done: str) -> Stored:
    stored = _order(call)
    body = stored.body
    if body["intent"] != intent:
        raise unprocessable("ACTION_DOES_NOT_MATCH_INTENT")
    if body["status"] == "COMPLETED":
        raise unprocessable(done)
    if body["status"] != "APPROVED":
        raise unprocessable("ORDER_NOT_APPROVED")
    if body["_capture_refusal"]:
        refusal = unprocessable(body["_capture_refusal"])
        body.update(status="PAYER_ACTION_REQUIRED", _capture_refusal="")
        call.world.save(stored)
        page = page_for(call.world, call.scope, stored.id)
        if page is not None:
            page.body.update(is_open=True, refusal="Your bank said no. Choose another way to pay.")
            call.world.save(page)
        raise Said(refusal.status, refusal.body)
    return stored


def _completed(world: World, stored: Stored) -> None:
    """The money of an approved order is taken or promised, and its account kept if so wished."""
    body = stored.body
    minor, currency = body["_amount"]
    body["status"] = "COMPLETED"
    wallet = body["_wallet"]
    if (wallet.get("attributes") or {}).get("vault"):
        kept = keep_account(world, stored)
        body["payment_source"]["paypal"]["attributes"] = {"vault": kept}
    world.put(stored.scope, "order", body, parent="done")
    if body["intent"] == "CAPTURE":
        ledger.take(world, stored, minor)
    else:
        ledger.promise(world, stored, Money(minor, currency))


def _charged(call: Call, stored: Stored, vault_id: str) -> Body:
    """An order paid by an account from the vault: done at once, or refused."""
    account = kept_account(call, vault_id)
    if account is None:
        raise unprocessable("TOKEN_ID_NOT_FOUND")
    if account["_refusal"]:
        raise unprocessable(account["_refusal"])
    stored.body["payment_source"] = {"paypal": account["payment_source"]["paypal"]}
    _completed(call.world, stored)
    raise Said(201, told(call.world, stored.body))


# The page.


def approve(world: World, page: Stored, means: TrialMeans) -> str:
    stored = world.find(page.body["subject"])
    if stored is None or stored.body["status"] != "PAYER_ACTION_REQUIRED":
        return str(page.body["urls"][0])
    email = page.body["email"] or "buyer@example.com"
    payer = {"email_address": email, "account_id": new_id(13), "account_status": "VERIFIED"}
    refusal = "INSTRUMENT_DECLINED" if means.code == "declined_later" else ""
    stored.body.update(
        status="APPROVED",
        payment_source={"paypal": payer},
        _capture_refusal=refusal,
        _later_refusal=means.later_refusal,
    )
    world.save(stored)
    ledger.tell(
        world, stored.scope, "CHECKOUT.ORDER.APPROVED", "checkout-order", told(world, stored.body)
    )
    return _returned(page, stored, PayerID=payer["account_id"])


def leave(world: World, page: Stored) -> str:
    """To the cancel address, or to the other one if it was approved meanwhile."""
    stored = world.find(page.body["subject"])
    if stored is not None and stored.body["status"] in {"APPROVED", "COMPLETED"}:
        return _returned(page, stored)
    url = str(page.body["urls"][1])
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'token': page.body['subject']})}"


def _returned(page: Stored, stored: Stored, **more: str) -> str:
    url = str(page.body["urls"][0])
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'token': stored.id, **more})}"


def forget_orders(world: World) -> None:
    """Orders that nobody approved in time are gone."""
    for stored in world.parented("order", "open"):
        is_waiting = stored.body["status"] in {"CREATED", "PAYER_ACTION_REQUIRED", "APPROVED"}
        if is_waiting and stored.body["_ends"] <= world.now():
            world.put(stored.scope, "order", stored.body, parent="gone")
