"""The front of the fake: signing in, request ids, errors, and the door to the pages."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from shared_apps.gateways.paypal.fake import (
    disputes,
    endpoints,
    ledger,
    orders,
    payouts,
    reporting,
    vault,
)
from shared_apps.gateways.paypal.fake.says import ROUTES, Said, error, new_id, unprocessable
from shared_apps.gateways.sandbox.rest import Refusal, account_of, bearer_of
from shared_apps.gateways.sandbox.store import Answer, Body, Stored
from shared_apps.gateways.sandbox.tills import Till, TrialMeans
from shared_apps.gateways.sandbox.wire import Tree, WireReply, WireRequest, json_reply
from shared_apps.gateways.sandbox.world import World

# Any well-formed pair opens an account; from then on its client id wants the same secret.
KEY = re.compile(r"[A-Za-z0-9_-]{12,100}\Z")
TOKEN_LASTS_SECONDS = 32_400
KEY_LASTS_SECONDS = 6 * 3600
# The modules whose routes the fake serves; importing them registers the routes.
PARTS = (disputes, endpoints, ledger, orders, payouts, reporting, vault)


class PayPalFake(Till):
    name = "paypal"
    title: ClassVar[str] = "PayPal"
    means: ClassVar[tuple[TrialMeans, ...]] = (
        TrialMeans("visa", "PayPal balance", "Succeeds", "The payment goes through."),
        TrialMeans("bank", "Bank account", "Succeeds", "Another source of money."),
        TrialMeans("challenge", "Visa 3220", "3D Secure", "The bank asks first.", asks=True),
        TrialMeans(
            "declined",
            "Visa 0002",
            "Declined",
            "PayPal says no.",
            refusal="This card was declined.",
        ),
        TrialMeans(
            "declined_later",
            "Visa 9995",
            "Declined when taken",
            "PayPal lets you go on, and the bank says no when the shop takes the money.",
        ),
        TrialMeans(
            "later",
            "Visa 0341",
            "Succeeds once",
            "Pays now, and is declined when charged again later.",
            later_refusal="INSTRUMENT_DECLINED",
        ),
    )

    def call(self, request: WireRequest, world: World) -> WireReply:
        """Sign in, replay or run, and answer in PayPal's shape."""
        if request.path.startswith(f"{endpoints.CERTIFICATES}/"):
            is_ours = request.path.endswith(f"/{endpoints.identity().name}")
            text = endpoints.identity().certificate if is_ours else b""
            return WireReply(200 if is_ours else 404, text, "application/x-pem-file")
        if request.path == "/v1/oauth2/token":
            return _signed_in(request, world)
        status: int
        body: Body | None
        try:
            status, body = _once(request, world, _scope(request, world))
        except Refusal as refusal:
            status, body = refusal.status, refusal.body
        except LookupError as unknown:
            status, body = 404, error("NOT_FOUND", f"no such call: {unknown}")
        return WireReply(204, b"") if body is None else json_reply(status, body)

    def failure(self) -> WireReply:
        return json_reply(500, error("INTERNAL_SERVER_ERROR", "An internal error has occurred."))

    def paid(self, page: Stored, means: TrialMeans, world: World) -> str:
        return orders.approve(world, page, means)

    def declined(self, page: Stored, means: TrialMeans, world: World) -> None:
        """PayPal keeps to itself that a source of money was refused on its page."""

    def left(self, page: Stored, world: World) -> str:
        return orders.leave(world, page)

    def signature_headers(self, *, body: bytes, secret: str, at: int) -> Mapping[str, str]:
        return endpoints.signature_headers(body=body, secret=secret, at=at)

    def lever(self, name: str, wish: Tree, world: World) -> Tree | None:
        if name == "dispute":
            payment, reason = str(wish.get("payment", "")), str(wish.get("reason", ""))
            is_inquiry = wish.get("is_inquiry") is True
            made = disputes.dispute(world, payment, reason=reason, is_inquiry=is_inquiry)
            return {**made, "id": made["dispute_id"]}
        if name == "close_dispute":
            dispute_id, outcome = str(wish.get("dispute", "")), str(wish.get("outcome", ""))
            return disputes.close_dispute(world, dispute_id, outcome)
        if name == "fail_payout":
            return payouts.fail_payout(world, str(wish.get("payout", "")))
        if name == "fail_refund":
            return ledger.fail_refund(world, str(wish.get("refund", "")))
        return None

    def sweep(self, world: World) -> None:
        for reminder in world.reminders():
            subject, reason = reminder.body["subject"], reminder.body["detail"]
            if reminder.body["what"] == disputes.OVERDUE:
                disputes.lose_unanswered(world, subject)
            else:
                disputes.dispute(world, subject, reason=reason, is_inquiry=False)
        orders.forget_orders(world)
        payouts.settle_payouts(world)


def _scope(request: WireRequest, world: World) -> str:
    """The account a token opens."""
    token = world.find(bearer_of(request))
    if token is None or token.kind != "token" or token.body["ends"] <= world.now():
        text = "Token signature verification failed"
        raise Refusal(401, {"error": "invalid_token", "error_description": text})
    return token.scope


def _signed_in(request: WireRequest, world: World) -> WireReply:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        client_id, _, secret = base64.b64decode(given).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        client_id = secret = ""
    is_well_formed = KEY.match(client_id) and KEY.match(secret) and scheme.lower() == "basic"
    if not is_well_formed or not _is_its_secret(client_id, secret, world):
        text = "Client Authentication failed"
        return json_reply(401, {"error": "invalid_client", "error_description": text})
    token = f"A21AA{new_id(40)}"
    ends = world.now() + TOKEN_LASTS_SECONDS
    world.put(account_of(client_id), "token", {"id": token, "ends": ends})
    app = hashlib.sha256(client_id.encode()).hexdigest()[:16].upper()
    told = {
        "access_token": token,
        "token_type": "Bearer",
        "app_id": f"APP-{app}",
        "expires_in": TOKEN_LASTS_SECONDS,
    }
    return json_reply(200, told)


def _is_its_secret(client_id: str, secret: str, world: World) -> bool:
    """Whether this secret goes with the client id; the first one seen does."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    app = {"id": f"app_{account_of(client_id)}", "secret": digest}
    known = world.find(app["id"])
    if known is None:
        world.put(account_of(client_id), "app", app)
    return known is None or known.body["secret"] == digest


def _once(request: WireRequest, world: World, scope: str) -> tuple[int, Any]:
    """Run a call, or give the answer it had when its request id was first seen."""
    key = request.headers.get("paypal-request-id", "")
    place = f"{request.path} {key}"
    fingerprint = hashlib.sha256(request.body).hexdigest()
    known = world.store.answer(world.provider, scope, place) if key else None
    if known and world.now() - known.made_at < KEY_LASTS_SECONDS:
        if known.fingerprint != fingerprint:
            raise unprocessable("PAYPAL_REQUEST_ID_PREVIOUSLY_USED")
        order = world.find(known.body["id"]) if request.path == orders.PATH else None
        if order is not None:
            # PayPal answers with how the order stands by now.
            return 200, orders.told(world, order.body)
        has_own = request.path.startswith("/v2/checkout")
        return 200 if has_own else known.status, known.body
    status, body = _run(request, world, scope)
    if key and 200 <= status < 300:
        answer = Answer(fingerprint, status, body, world.now())
        world.store.remember(world.provider, scope, place, answer)
    return status, body


def _run(request: WireRequest, world: World, scope: str) -> tuple[int, Body | None]:
    said: Said | None = None
    with world.store.savepoint():
        try:
            return 200, ROUTES.answered(request, world, scope)
        except Said as answer:
            said = answer
    return said.status, said.body
