"""The front of the fake: keys, idempotency, expansion, and the door to the pages."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from shared_apps.gateways.sandbox.provider import OnboardingPage, Onward, PaymentPage
from shared_apps.gateways.sandbox.store import Answer, Body, Stored
from shared_apps.gateways.sandbox.wire import Tree, WireReply, WireRequest, json_reply
from shared_apps.gateways.sandbox.world import World, fresh_id
from shared_apps.gateways.stripe.fake import (
    checkout,
    connect,
    customers,
    disputes,
    methods,
    payments,
    payouts,
    refunds,
    shares,
)
from shared_apps.gateways.stripe.fake.coming import let_come
from shared_apps.gateways.stripe.fake.happenings import platform_of, signature
from shared_apps.gateways.stripe.fake.levers import pulled
from shared_apps.gateways.stripe.fake.routes import (
    API_VERSION,
    Answered,
    Call,
    StripeSays,
    found,
    shown,
)

KEY = re.compile(r"(sk|rk)_test_[A-Za-z0-9_]{3,200}\Z")
KEY_LASTS_SECONDS = 86_400
IDEMPOTENCY_KEY_LENGTH_MAX = 255
# Answers that Stripe gives before it starts, and therefore does not keep under the key.
NOT_KEPT = {
    "parameter_missing",
    "parameter_invalid_integer",
    "parameter_unsupported",
    "resource_missing",
    "url_invalid",
}
# The modules whose routes the fake serves; importing them registers the routes.
ROUTES = (checkout, connect, customers, disputes, methods, payments, payouts, refunds, shares)


class StripeFake:
    name = "stripe"

    def call(self, request: WireRequest, world: World) -> WireReply:
        """Authenticate, replay or run, and answer in Stripe's shape."""
        try:
            platform = _account_of_key(request)
            scope = _scope(request, platform, world)
            if request.method == "POST":
                return _once(request, world, platform, scope)
            status, body = _run(request, world, platform, scope)
        except StripeSays as refusal:
            status, body = refusal.status, refusal.body
        except UnicodeDecodeError:
            refused = StripeSays(400, "", "The body is not UTF-8.")
            status, body = refused.status, refused.body
        return _reply(status, body)

    def failure(self) -> WireReply:
        return _reply(
            500, {"error": {"type": "api_error", "message": "An error occurred on our side."}}
        )

    def payment_page(self, token: str, world: World) -> PaymentPage | None:
        stored = checkout.session_of(token, world)
        return checkout.page(stored, world, _merchant(stored, world)) if stored else None

    def pay(self, token: str, means: str, world: World) -> Onward:
        stored = checkout.session_of(token, world)
        return checkout.pay(stored, world, means) if stored else Onward()

    def answer_challenge(self, token: str, *, is_accepted: bool, world: World) -> Onward:
        stored = checkout.session_of(token, world)
        return (
            checkout.answer_challenge(stored, world, is_accepted=is_accepted)
            if stored
            else Onward()
        )

    def cancel(self, token: str, world: World) -> Onward:
        stored = checkout.session_of(token, world)
        return checkout.left(stored) if stored else Onward()

    def onboarding_page(self, token: str, world: World) -> OnboardingPage | None:
        link = connect.link_of(token, world)
        return connect.onboarding_page(link, world) if link else None

    def onboard(self, token: str, world: World) -> Onward:
        link = connect.link_of(token, world)
        return connect.onboard(link, world) if link else Onward()

    def signature_headers(self, *, body: bytes, secret: str, at: int) -> Mapping[str, str]:
        return {"Stripe-Signature": signature(body, secret, at)}

    def sweep(self, world: World) -> None:
        let_come(world)

    def lever(self, name: str, wish: Tree, world: World) -> Tree | None:
        return pulled(name, wish, world)


def _reply(status: int, body: Body, *, is_replayed: bool = False) -> WireReply:
    headers = {"Request_Id": fresh_id("req_", 14), "Stripe_Version": API_VERSION}
    if is_replayed:
        headers["Idempotent_Replayed"] = "true"
    return json_reply(status, body, **headers)


def _account_of_key(request: WireRequest) -> str:
    """The account a secret key opens; any well-formed test key opens one."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            given = ""
    if not given:
        raise StripeSays(401, "", "You did not provide an API key.")
    if not KEY.match(given):
        raise StripeSays(401, "", f"Invalid API Key provided: {given[:8]}****")
    return "acct_" + hashlib.sha256(given.encode()).hexdigest()[:16]


def _scope(request: WireRequest, platform: str, world: World) -> str:
    """The account a call is about: the key's own, or one of its connected accounts."""
    wanted = request.headers.get("stripe-account", "")
    if not wanted or wanted == platform:
        return platform
    if platform_of(world, wanted) != platform:
        raise StripeSays(
            403,
            "account_invalid",
            f"The provided key does not have access to account '{wanted}' (or that account does not exist).",
        )
    return wanted


def _once(request: WireRequest, world: World, platform: str, scope: str) -> WireReply:
    """Run a POST, or give the answer it had when its idempotency key was first seen."""
    key = request.headers.get("idempotency-key", "")[: IDEMPOTENCY_KEY_LENGTH_MAX + 1]
    if len(key) > IDEMPOTENCY_KEY_LENGTH_MAX:
        raise StripeSays(400, "", "The idempotency key is longer than 255 characters.")
    fingerprint = hashlib.sha256(request.path.encode() + b"\0" + request.body).hexdigest()
    known = world.store.answer(world.provider, scope, key) if key else None
    if known and world.now() - known.made_at < KEY_LASTS_SECONDS:
        if known.fingerprint != fingerprint:
            raise StripeSays(
                400,
                "",
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
                kind="idempotency_error",
            )
        return _reply(known.status, known.body, is_replayed=True)
    is_kept = True
    try:
        with world.store.savepoint():
            status, body = _run(request, world, platform, scope)
    except StripeSays as refusal:
        status, body, is_kept = refusal.status, refusal.body, refusal.code not in NOT_KEPT
    if key and is_kept:
        world.store.remember(
            world.provider, scope, key, Answer(fingerprint, status, body, world.now())
        )
    return _reply(status, body)


def _run(request: WireRequest, world: World, platform: str, scope: str) -> tuple[int, Body]:
    handler, ids = found(request.method, request.path)
    key = request.headers.get("idempotency-key", "")
    call = Call(world, platform, scope, request.params, ids, key)
    outcome: Body | Answered = handler(call)
    if isinstance(outcome, Answered):
        return outcome.status, outcome.body
    body = shown(outcome)
    wanted = request.params.get("expand")
    for path in wanted if isinstance(wanted, list) else []:
        _expand(body, str(path).split("."), call)
    return 200, body


def _expand(body: Any, path: list[str], call: Call) -> None:
    """Put objects where their ids stand, along a dotted path; `data` goes through the items of a list."""
    if isinstance(body, list):
        for item in body:
            _expand(item, path, call)
        return
    first, *rest = path
    if not isinstance(body, dict) or first not in body:
        raise StripeSays(400, "", f"This property cannot be expanded ({first}).", param="expand")
    value = body[first]
    if isinstance(value, str):
        stored = call.world.find(value)
        if stored is not None and stored.scope in {call.scope, call.platform}:
            body[first] = value = shown(stored.body)
    if rest and value is not None:
        _expand(value, rest, call)


def _merchant(stored: Stored, world: World) -> str:
    """The name the page shows: what the session's metadata call it, or a stand-in."""
    account = world.find(stored.scope)
    named = account.body.get("email") if account else None
    return str(stored.body["metadata"].get("merchant") or named or "Sandbox merchant")
