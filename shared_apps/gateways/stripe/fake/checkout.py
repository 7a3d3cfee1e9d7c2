"""Checkout Sessions, and what a visitor does on their page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from babel.numbers import format_currency

from shared_apps.gateways.sandbox.provider import Onward, PageLine, PaymentPage
from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.wire import Tree
from shared_apps.gateways.sandbox.world import World, fresh_id
from shared_apps.gateways.stripe.amounts import wire_exponent
from shared_apps.gateways.stripe.fake.cards import BY_CODE, CARDS
from shared_apps.gateways.stripe.fake.coming import comes
from shared_apps.gateways.stripe.fake.happenings import tell
from shared_apps.gateways.stripe.fake.methods import new_method
from shared_apps.gateways.stripe.fake.payments import attempt, cancel, conclude, fail, new_intent
from shared_apps.gateways.stripe.fake.routes import Call, StripeSays, made, page_of, route, whole

LASTS_SECONDS = 86_400
LASTS_SECONDS_MIN = 30 * 60
# Requests take a moment to arrive; Stripe allows for it too.
GRACE_SECONDS = 60
NOT_AUTHENTICATED = "We are unable to authenticate your payment method. Please choose a different payment method and try again."


@route("POST", "/v1/checkout/sessions")
def create_session(call: Call) -> Body:
    if call.text("mode") != "payment":
        raise StripeSays(
            400, "parameter_unsupported", "This sandbox knows mode=payment only.", param="mode"
        )
    lines = _line_items(call)
    currency = lines[0]["currency"]
    total = sum(line["amount_total"] for line in lines)
    success_url, cancel_url = _address(call, "success_url"), call.text("cancel_url", "")
    customer, email = _customer(call)
    session_id = fresh_id("cs_test_", 58)
    intent_data = call.tree("payment_intent_data")
    session = made(
        session_id,
        "checkout.session",
        call.world.now(),
        amount_subtotal=total,
        amount_total=total,
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        cancel_url=cancel_url or None,
        client_reference_id=call.text("client_reference_id", "") or None,
        currency=currency,
        custom_fields=[],
        custom_text=dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        customer=customer,
        customer_details={"email": email} if email else None,
        customer_email=None if customer else email,
        expires_at=_expires_at(call),
        invoice=None,
        locale=None,
        metadata=call.metadata(),
        mode="payment",
        payment_intent=None,
        payment_method_types=["card"],
        payment_status="unpaid",
        setup_intent=None,
        shipping_cost=None,
        shipping_options=[],
        status="open",
        submit_type=None,
        subscription=None,
        success_url=success_url,
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        ui_mode="hosted_page",
        url=f"{call.world.public_url}/pay/{session_id}",
        _lines=lines,
        _intent_data={
            **intent_data,
            "receipt_email": email,
            "customer": customer,
        },
        _refusal="",
        _method="",
        _email=email or "",
    )
    call.world.put(call.scope, "checkout.session", session, parent="open")
    call.world.remind("session_expires", session_id, scope=call.scope, at=session["expires_at"])
    return session


def _customer(call: Call) -> tuple[str | None, str | None]:
    """Who pays: a known customer or an address, never both."""
    customer, email = call.text("customer", ""), call.text("customer_email", "")
    if customer and email:
        raise StripeSays(
            400, "", "You may only specify one of these parameters: customer, customer_email."
        )
    if customer:
        return customer, call.owned(customer, "customer", param="customer").body["email"]
    return None, email or None


def _expires_at(call: Call) -> int:
    now = call.world.now()
    wanted = call.number("expires_at", now + LASTS_SECONDS)
    if not now + LASTS_SECONDS_MIN - GRACE_SECONDS <= wanted <= now + LASTS_SECONDS + GRACE_SECONDS:
        raise StripeSays(
            400,
            "parameter_invalid",
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    return wanted


def _address(call: Call, name: str) -> str:
    url = call.text(name)
    if urlsplit(url).scheme not in {"http", "https"}:
        raise StripeSays(400, "url_invalid", "Not a valid URL", param=name)
    return url


def _line_items(call: Call) -> list[Body]:
    items = call.params.get("line_items")
    if not isinstance(items, list) or not items:
        raise StripeSays(
            400, "parameter_missing", "Missing required param: line_items.", param="line_items"
        )
    lines = [_line_item(item, f"line_items[{index}]") for index, item in enumerate(items)]
    if len({line["currency"] for line in lines}) > 1:
        raise StripeSays(
            400,
            "parameter_invalid",
            "All line items must have the same currency.",
            param="line_items",
        )
    return lines


def _inner(value: Any, name: str) -> Tree:
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def _line_item(item: Any, param: str) -> Body:
    price = _inner(item, "price_data")
    product = _inner(price, "product_data")
    if "unit_amount" not in price or "currency" not in price or "name" not in product:
        raise StripeSays(
            400, "parameter_missing", f"Missing required param: {param}[price_data].", param=param
        )
    unit, quantity = whole(price["unit_amount"], param), whole(item.get("quantity", "1"), param)
    if unit < 0 or quantity < 1:
        raise StripeSays(
            400, "parameter_invalid_integer", "Amounts and quantities are positive.", param=param
        )
    return {
        "id": fresh_id("li_"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": unit * quantity,
        "amount_tax": 0,
        "amount_total": unit * quantity,
        "currency": price["currency"].lower(),
        "description": product["name"],
        "quantity": quantity,
    }


@route("GET", "/v1/checkout/sessions")
def list_sessions(call: Call) -> Body:
    rows = call.world.listed(call.scope, "checkout.session")
    intent = call.text("payment_intent", "")
    wanted = [row for row in rows if not intent or row.body["payment_intent"] == intent]
    return page_of(call, wanted, "/v1/checkout/sessions")


@route("GET", "/v1/checkout/sessions/{}")
def retrieve_session(call: Call) -> Body:
    return call.owned(call.ids[0], "checkout.session").body


@route("GET", "/v1/checkout/sessions/{}/line_items")
def list_session_lines(call: Call) -> Body:
    session = call.owned(call.ids[0], "checkout.session").body
    url = f"/v1/checkout/sessions/{session['id']}/line_items"
    return {"object": "list", "url": url, "has_more": False, "data": session["_lines"]}


@route("POST", "/v1/checkout/sessions/{}/expire")
def expire_session(call: Call) -> Body:
    stored = call.owned(call.ids[0], "checkout.session")
    if stored.body["status"] != "open":
        raise StripeSays(
            400,
            "",
            f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {stored.body["status"]}.',
        )
    return _expire(call.world, stored, key=call.idempotency_key)


def _expire(world: World, stored: Stored, *, key: str = "") -> Body:
    stored.body.update(status="expired", url=None)
    intent_id = stored.body["payment_intent"]
    intent = world.find(intent_id) if intent_id else None
    if intent is not None:
        cancel(world, stored.scope, intent.body, reason="automatic", key=key)
    world.put(stored.scope, "checkout.session", stored.body, parent="expired")
    tell(world, stored.scope, "checkout.session.expired", stored.body, key=key)
    return stored.body


@comes("session_expires")
def run_out(world: World, stored: Stored, _detail: str) -> None:
    """A session whose time has run out is closed."""
    if stored.body["status"] == "open":
        _expire(world, stored)


# The page.


def session_of(token: str, world: World) -> Stored | None:
    stored = world.find(token)
    return stored if stored is not None and stored.kind == "checkout.session" else None


def page(stored: Stored, world: World, merchant: str) -> PaymentPage:
    body = stored.body
    intent = world.find(body["payment_intent"]) if body["payment_intent"] else None
    lines = [
        PageLine(
            line["description"],
            str(line["quantity"]),
            _readable(line["amount_total"], body["currency"]),
        )
        for line in body["_lines"]
    ]
    return PaymentPage(
        token=stored.id,
        provider_title="Stripe",
        merchant=merchant,
        lines=lines,
        total=_readable(body["amount_total"], body["currency"]),
        email=body["_email"],
        means=[card.means() for card in CARDS],
        return_urls=(body["success_url"], body["cancel_url"] or ""),
        is_open=body["status"] == "open",
        is_challenged=intent is not None and intent.body["status"] == "requires_action",
        refusal=body["_refusal"],
        notes=_notes(body),
    )


def _notes(body: Body) -> list[str]:
    told = body["_intent_data"]
    notes = []
    if told.get("capture_method") == "manual":
        notes.append("The amount is reserved now and taken later.")
    if told.get("setup_future_usage"):
        notes.append("Your means of payment is kept for later payments.")
    return notes


def _readable(units: int, currency: str) -> str:
    code = currency.upper()
    amount = Decimal(units).scaleb(-wire_exponent(code))
    return str(format_currency(amount, code, locale="en"))


def pay(stored: Stored, world: World, card_code: str) -> Onward:
    """Try the chosen card; on success leave for the merchant."""
    card = BY_CODE.get(card_code)
    if card is None:
        stored.body["_refusal"] = "Choose one of the cards."
        world.put(stored.scope, "checkout.session", stored.body, parent="open")
        return Onward()
    intent = _intent(stored, world)
    method = new_method(world, stored.scope, card, email=stored.body["_email"] or None)
    stored.body["_method"] = method["id"]
    refusal = attempt(world, stored.scope, intent, method)
    return _concluded(stored, world, intent, refusal)


def answer_challenge(stored: Stored, world: World, *, is_accepted: bool) -> Onward:
    """The bank's question was answered; without a question under way nothing happens."""
    intent = _intent(stored, world)
    method = world.find(stored.body["_method"])
    if intent["status"] != "requires_action" or method is None:
        return Onward()
    if is_accepted:
        refusal = attempt(world, stored.scope, intent, method.body, is_authenticated=True)
        return _concluded(stored, world, intent, refusal)
    fail(
        world,
        stored.scope,
        intent,
        code="payment_intent_authentication_failure",
        decline_code="",
        message=NOT_AUTHENTICATED,
    )
    tell(world, stored.scope, "payment_intent.payment_failed", intent)
    return _concluded(stored, world, intent, NOT_AUTHENTICATED)


def _intent(stored: Stored, world: World) -> Body:
    """The session's payment intent, made when somebody first pays."""
    body = stored.body
    found = world.find(body["payment_intent"]) if body["payment_intent"] else None
    if found is not None:
        return found.body
    intent = new_intent(
        world, amount=body["amount_total"], currency=body["currency"], details=body["_intent_data"]
    )
    body["payment_intent"] = intent["id"]
    world.put(stored.scope, "payment_intent", intent)
    tell(world, stored.scope, "payment_intent.created", intent)
    return intent


def _concluded(stored: Stored, world: World, intent: Body, refusal: str) -> Onward:
    body = stored.body
    body["_refusal"] = refusal
    is_paid = intent["status"] == "succeeded"
    is_complete = is_paid or intent["status"] in {"requires_capture", "processing"}
    if is_complete:
        body.update(status="complete", url=None, payment_status="paid" if is_paid else "unpaid")
    world.put(stored.scope, "checkout.session", body, parent="complete" if is_complete else "open")
    if not is_complete:
        return Onward()
    tell(world, stored.scope, "checkout.session.completed", body)
    return Onward(returned(body))


@comes("payment_arrives")
def arrive(world: World, intent: Stored, _detail: str) -> None:
    """The bank has answered: the payment is concluded, and so is the page it was made on."""
    if intent.body["status"] != "processing":
        return
    is_paid = conclude(world, intent)
    for session in world.listed(intent.scope, "checkout.session", "complete"):
        if session.body["payment_intent"] == intent.id:
            session.body["payment_status"] = "paid" if is_paid else "unpaid"
            world.save(session)
            outcome = "succeeded" if is_paid else "failed"
            tell(world, intent.scope, f"checkout.session.async_payment_{outcome}", session.body)


def returned(body: Body) -> str:
    return str(body["success_url"]).replace("{CHECKOUT_SESSION_ID}", body["id"])


def left(stored: Stored) -> Onward:
    """The visitor goes back: to the success page if they have paid meanwhile, else to the cancel page."""
    if stored.body["status"] == "complete":
        return Onward(returned(stored.body))
    return Onward(stored.body["cancel_url"] or returned(stored.body))
