"""Events, the endpoints that hear of them, and the signature that proves them."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from shared_apps.gateways.sandbox.store import Body, Stored
from shared_apps.gateways.sandbox.world import Message, World, fresh_id
from shared_apps.gateways.stripe.fake.routes import (
    API_VERSION,
    Call,
    StripeSays,
    made,
    page_of,
    route,
    shown,
)


def platform_of(world: World, scope: str) -> str:
    """The account whose key rules over `scope`: the parent of a connected account, else itself."""
    account = world.find(scope)
    is_connected = account is not None and account.kind == "account"
    return account.scope if account and is_connected and not account.body.get("_is_gone") else scope


def tell(world: World, scope: str, kind: str, subject: Body, *, key: str = "") -> None:
    """Record an event about `subject` in an account and post it to every endpoint that listens."""
    event = made(
        fresh_id("evt_"),
        "event",
        world.now(),
        type=kind,
        api_version=API_VERSION,
        data={"object": shown(subject)},
        pending_webhooks=0,
        request={"id": fresh_id("req_", 14), "idempotency_key": key or None},
    )
    platform = platform_of(world, scope)
    is_partners = platform != scope
    if is_partners:
        event["account"] = scope
    listeners = [
        row.body
        for row in world.listed(platform, "webhook_endpoint")
        if _hears(row.body, kind, is_partners)
    ]
    event["pending_webhooks"] = len(listeners)
    world.put(scope, "event", event)
    for endpoint in reversed(listeners):
        body = json.dumps({**event, "api_version": endpoint["api_version"] or API_VERSION})
        world.post(
            Message(endpoint["id"], endpoint["url"], endpoint["_secret"], event["id"], kind, body)
        )


def _hears(endpoint: Body, kind: str, is_partners: bool) -> bool:  # noqa: FBT001
    wanted = endpoint["enabled_events"]
    return (
        endpoint["status"] == "enabled"
        and endpoint["_connect"] is is_partners
        and (kind in wanted or "*" in wanted)
    )


def signature(body: bytes, secret: str, at: int) -> str:
    """`t=<at>,v1=<hex>` of HMAC-SHA256 over `<at>.<body>`."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


@route("POST", "/v1/webhook_endpoints")
def create_endpoint(call: Call) -> Body:
    events = call.params.get("enabled_events")
    if not isinstance(events, list) or not events:
        raise StripeSays(
            400,
            "parameter_missing",
            "Missing required param: enabled_events.",
            param="enabled_events",
        )
    url = call.text("url")
    if not url.startswith(("http://", "https://")):
        raise StripeSays(
            400, "url_invalid", "Invalid URL: An explicit scheme must be provided.", param="url"
        )
    secret = fresh_id("whsec_", 32)
    endpoint = made(
        fresh_id("we_"),
        "webhook_endpoint",
        call.world.now(),
        url=url,
        enabled_events=events,
        status="enabled",
        api_version=call.text("api_version", "") or None,
        application=None,
        description=call.text("description", "") or None,
        metadata=call.metadata(),
        _connect=call.flag("connect"),
        _secret=secret,
    )
    call.world.put(call.scope, "webhook_endpoint", endpoint)
    return {**endpoint, "secret": secret}


@route("GET", "/v1/webhook_endpoints")
def list_endpoints(call: Call) -> Body:
    return page_of(
        call, call.world.listed(call.scope, "webhook_endpoint", ""), "/v1/webhook_endpoints"
    )


@route("GET", "/v1/webhook_endpoints/{}")
def retrieve_endpoint(call: Call) -> Body:
    return call.owned(call.ids[0], "webhook_endpoint").body


@route("POST", "/v1/webhook_endpoints/{}")
def update_endpoint(call: Call) -> Body:
    stored = call.owned(call.ids[0], "webhook_endpoint")
    changes: dict[str, Any] = {
        name: call.params[name]
        for name in ("url", "enabled_events", "description")
        if name in call.params
    }
    if "disabled" in call.params:
        changes["status"] = "disabled" if call.flag("disabled") else "enabled"
    stored.body.update(changes)
    return call.world.save(stored)


@route("DELETE", "/v1/webhook_endpoints/{}")
def delete_endpoint(call: Call) -> Body:
    stored = call.owned(call.ids[0], "webhook_endpoint")
    stored.body.update(status="disabled", url="")
    call.world.save(
        Stored(stored.seq, stored.scope, stored.kind, stored.id, "deleted", stored.body)
    )
    return {"id": stored.id, "object": "webhook_endpoint", "deleted": True}


@route("GET", "/v1/events")
def list_events(call: Call) -> Body:
    rows = call.world.listed(call.scope, "event")
    wanted = call.text("type", "")
    return page_of(
        call, [row for row in rows if not wanted or row.body["type"] == wanted], "/v1/events"
    )


@route("GET", "/v1/events/{}")
def retrieve_event(call: Call) -> Body:
    return call.owned(call.ids[0], "event").body
