"""What became of an order's money: authorisations, captures, refunds, the balance, and who is told."""

from __future__ import annotations

import json

from shared_apps.gateways.paypal.fake.reporting import CHARGED, REFUNDED, Line, book, strike
from shared_apps.gateways.paypal.fake.says import (
    ROUTES,
    Said,
    invalid,
    links_of,
    missing,
    moment,
    money_in,
    money_out,
    new_id,
    unprocessable,
)
from shared_apps.gateways.sandbox.provider import LeverStuck
from shared_apps.gateways.sandbox.rest import Call, shown
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import Message, World
from shared_apps.kernel.money import Money

FEE_PER_THOUSAND = 34
PAYMENTS = "/v2/payments"
KINDS = {"authorization": "authorizations", "capture": "captures", "refund": "refunds"}


def payments_of(world: World, order_id: str) -> Body:
    """The lists of an order's purchase unit, without those that are empty."""
    found = {
        plural: [shown(row.body) for row in world.parented(kind, order_id)]
        for kind, plural in KINDS.items()
    }
    return {plural: rows for plural, rows in found.items() if rows}


def take(world: World, order: Stored, minor: int) -> Body:
    """Capture money of an order: the fee goes off at once, the rest is there at once."""
    currency = order.body["_amount"][1]
    fee = min(minor, (minor * FEE_PER_THOUSAND + 500) // 1000)
    capture_id = new_id()
    capture = {
        "id": capture_id,
        "status": "COMPLETED",
        "amount": money_out(minor, currency),
        "custom_id": order.body["purchase_units"][0].get("custom_id", ""),
        "final_capture": True,
        "seller_protection": {"status": "NOT_ELIGIBLE"},
        "seller_receivable_breakdown": {
            "gross_amount": money_out(minor, currency),
            "paypal_fee": money_out(_whole(fee, currency), currency),
            "net_amount": money_out(minor - _whole(fee, currency), currency),
        },
        "create_time": moment(world),
        "update_time": moment(world),
        "links": links_of(world, f"{PAYMENTS}/captures/{capture_id}"),
        "_minor": minor,
        "_currency": currency,
        "_refunded": 0,
    }
    world.put(order.scope, "capture", capture, parent=order.id)
    custom = str(capture["custom_id"])
    line = Line(CHARGED, minor, currency, capture_id, custom=custom, fee=_whole(fee, currency))
    book(world, order.scope, line)
    related = {"supplementary_data": {"related_ids": {"order_id": order.id}}}
    tell(world, order.scope, "PAYMENT.CAPTURE.COMPLETED", "capture", {**shown(capture), **related})
    for fault in world.sprung(("dispute_after",), str(capture["custom_id"])).values():
        ends = world.now() + fault.seconds
        world.remind("dispute", order.id, scope=order.scope, at=ends, detail=fault.detail)
    return capture


def _whole(minor: int, currency: str) -> int:
    """Rounded up to what PayPal can write in this currency."""
    step = 100 if currency in {"HUF", "TWD"} else 1
    return -(-minor // step) * step


def promise(world: World, order: Stored, amount: Money) -> None:
    """Authorise the money of an order; nothing is taken yet."""
    authorization_id = new_id()
    authorization = {
        "id": authorization_id,
        "status": "CREATED",
        "amount": money_out(amount.minor, amount.currency),
        "custom_id": order.body["purchase_units"][0].get("custom_id", ""),
        "seller_protection": {"status": "NOT_ELIGIBLE"},
        "create_time": moment(world),
        "update_time": moment(world),
        "links": links_of(world, f"{PAYMENTS}/authorizations/{authorization_id}"),
        "_order": order.id,
    }
    world.put(order.scope, "authorization", authorization, parent=order.id)
    _tell_authorization(world, order.scope, "CREATED", authorization)


def _tell_authorization(world: World, scope: str, what: str, authorization: Body) -> None:
    related = {"supplementary_data": {"related_ids": {"order_id": authorization["_order"]}}}
    resource = {**shown(authorization), **related}
    tell(world, scope, f"PAYMENT.AUTHORIZATION.{what}", "authorization", resource)


def _owned(call: Call, kind: str) -> Stored:
    stored = call.found(call.ids[0], kind)
    if stored is None:
        raise missing()
    return stored


@ROUTES.serves("POST", f"{PAYMENTS}/authorizations/{{}}/capture")
def capture_authorization(call: Call) -> Body:
    stored = _owned(call, "authorization")
    order = call.world.find(stored.body["_order"])
    if order is None:
        raise missing()
    told = call.params.get("amount") or stored.body["amount"]
    amount = money_in(told)
    if stored.body["status"] == "VOIDED":
        raise unprocessable("AUTHORIZATION_VOIDED")
    if stored.body["status"] != "CREATED":
        raise unprocessable("AUTHORIZATION_ALREADY_CAPTURED")
    if amount > money_in(stored.body["amount"]):
        raise unprocessable("MAX_CAPTURE_AMOUNT_EXCEEDED")
    is_final = call.params.get("final_capture") is True
    is_part = amount < money_in(stored.body["amount"]) and not is_final
    stored.body["status"] = "PARTIALLY_CAPTURED" if is_part else "CAPTURED"
    call.world.save(stored)
    raise Said(201, shown(take(call.world, order, amount.minor)))


@ROUTES.serves("POST", f"{PAYMENTS}/authorizations/{{}}/void")
def void_authorization(call: Call) -> Body:
    stored = _owned(call, "authorization")
    if stored.body["status"] == "VOIDED":
        raise unprocessable("PREVIOUSLY_VOIDED")
    if stored.body["status"] != "CREATED":
        raise unprocessable("PREVIOUSLY_CAPTURED")
    stored.body.update(status="VOIDED", update_time=moment(call.world))
    call.world.save(stored)
    _tell_authorization(call.world, call.scope, "VOIDED", stored.body)
    return shown(stored.body)


@ROUTES.serves("POST", f"{PAYMENTS}/captures/{{}}/refund")
def refund_capture(call: Call) -> Body:
    stored = _owned(call, "capture")
    body = stored.body
    currency, left = body["_currency"], body["_minor"] - body["_refunded"]
    amount = money_in(call.params.get("amount") or money_out(left, currency))
    if amount.currency != currency or amount.minor < 1:
        raise invalid("INVALID_PARAMETER_VALUE", "amount")
    if left == 0:
        raise unprocessable("CAPTURE_FULLY_REFUNDED")
    if amount.minor > left:
        raise unprocessable("REFUND_AMOUNT_EXCEEDED")
    refund_id = new_id()
    refund = {
        "id": refund_id,
        "status": "COMPLETED",
        "amount": money_out(amount.minor, currency),
        **({"custom_id": call.text("custom_id")} if call.text("custom_id") else {}),
        "seller_payable_breakdown": {"gross_amount": money_out(amount.minor, currency)},
        "create_time": moment(call.world),
        "update_time": moment(call.world),
        "links": links_of(call.world, f"{PAYMENTS}/refunds/{refund_id}"),
        "_minor": amount.minor,
        "_capture": stored.id,
    }
    call.world.put(call.scope, "refund", refund, parent=stored.parent)
    _count_back(call.world, stored, amount.minor)
    custom = call.text("custom_id")
    book(call.world, call.scope, Line(REFUNDED, -amount.minor, currency, refund_id, custom=custom))
    tell(call.world, call.scope, "PAYMENT.CAPTURE.REFUNDED", "refund", shown(refund))
    raise Said(201, shown(refund))


def _count_back(world: World, capture: Stored, minor: int) -> None:
    """So much more of a capture has gone back to the payer; negative: came back from there."""
    body = capture.body
    body["_refunded"] += minor
    is_whole = body["_refunded"] == body["_minor"]
    some = "PARTIALLY_REFUNDED" if body["_refunded"] else "COMPLETED"
    body["status"] = "REFUNDED" if is_whole else some
    world.save(capture)


@ROUTES.serves("GET", f"{PAYMENTS}/refunds/{{}}")
def show_refund(call: Call) -> Body:
    return shown(_owned(call, "refund").body)


def fail_refund(world: World, refund_id: str) -> Body:
    """A lever: the refund bounces, and what it took is in the balance again."""
    stored = world.find(refund_id)
    capture = world.find(stored.body["_capture"]) if stored and stored.kind == "refund" else None
    if stored is None or capture is None or stored.body["status"] == "FAILED":
        raise LeverStuck(f"no refund {refund_id} that could fail")
    stored.body["status"] = "FAILED"
    world.save(stored)
    _count_back(world, capture, -stored.body["_minor"])
    strike(world, refund_id)
    currency, minor = capture.body["_currency"], stored.body["_minor"]
    world.move(capture.scope, currency, minor, available_at=world.now())
    return shown(stored.body)


def tell(world: World, scope: str, kind: str, resource_type: str, resource: Body) -> None:
    """Post an event to every endpoint that wants it."""
    for endpoint in world.listed(scope, "webhook", "active"):
        wanted = {each["name"] for each in endpoint.body["event_types"]}
        if kind not in wanted and "*" not in wanted:
            continue
        event: Body = {
            "id": f"WH-{new_id(17)}-{new_id(17)}",
            "event_version": "1.0",
            "create_time": moment(world),
            "resource_type": resource_type,
            "event_type": kind,
            "summary": kind.replace(".", " ").lower(),
            "resource": resource,
            "links": [],
        }
        world.post(
            Message(
                endpoint=endpoint.id,
                url=endpoint.body["url"],
                secret=f"{endpoint.body['_served_at']} {endpoint.id}",
                event_id=event["id"],
                event_type=kind,
                body=json.dumps(event),
            )
        )
