"""The sandbox's own levers under `/_sandbox/`, for tests and for whoever gives a demo.

| request | does |
|---|---|
| `GET /_sandbox/health` | says that it runs, and its clock |
| `POST /_sandbox/faults` `{provider, kind, match?, times?, seconds?}` | arms a fault (see `faults.py`) |
| `GET`, `DELETE /_sandbox/faults` | lists, disarms |
| `POST /_sandbox/clock` `{advance_seconds}` | moves the clock on; what falls due happens at once |
| `GET /_sandbox/deliveries` | the post: newest first, 200 at most |
| `POST /_sandbox/deliveries/<id>/resend` | sends one again |
"""

from __future__ import annotations

from shared_apps.gateways.sandbox import faults
from shared_apps.gateways.sandbox.store import Store
from shared_apps.gateways.sandbox.wire import WireReply, WireRequest, json_reply
from shared_apps.gateways.sandbox.world import CLOCK_OFFSET, World

LISTED_MAX = 200


def controlled(request: WireRequest, store: Store, worlds: dict[str, World]) -> WireReply:
    """Answer a request under `/_sandbox/`; `path` starts after that."""
    first, *rest = request.path.strip("/").split("/")
    world = next(iter(worlds.values()))
    if first == "health":
        return json_reply(200, {"status": "ok", "now": world.now(), "providers": [*worlds]})
    if first == "faults":
        return _faults(request, store, [*worlds])
    if first == "clock" and request.method == "POST":
        return _clock(request, store, world)
    if first == "deliveries":
        return _resend(rest[0], store) if request.method == "POST" and rest else _deliveries(store)
    return json_reply(404, {"error": "no such lever; see shared_apps/gateways/sandbox/control.py"})


def _faults(request: WireRequest, store: Store, providers: list[str]) -> WireReply:
    if request.method == "DELETE":
        faults.clear(store)
    if request.method == "POST":
        wish = request.json
        provider = wish.get("provider", providers[0])
        times, seconds = wish.get("times", 1), wish.get("seconds", 0)
        is_known = wish.get("kind") in faults.KINDS and provider in providers
        if not is_known or not isinstance(times, int) or not isinstance(seconds, int | float):
            return json_reply(
                400, {"error": "kind, provider, times or seconds", "kinds": faults.KINDS}
            )
        faults.plant(
            store,
            provider=provider,
            kind=wish["kind"],
            match=str(wish.get("match", "")),
            times=times,
            seconds=float(seconds),
        )
    return json_reply(200, {"faults": faults.listed(store)})


def _clock(request: WireRequest, store: Store, world: World) -> WireReply:
    seconds = request.json.get("advance_seconds")
    if not isinstance(seconds, int) or seconds < 0:
        return json_reply(400, {"error": "advance_seconds must be a whole number, not negative"})
    store.set_setting(CLOCK_OFFSET, str(int(store.setting(CLOCK_OFFSET, "0")) + seconds))
    return json_reply(200, {"now": world.now()})


def _deliveries(store: Store) -> WireReply:
    rows = store.rows(
        "SELECT id, provider, endpoint, event_id, event_type, url, state, attempts, last_status, last_error"
        " FROM deliveries ORDER BY id DESC LIMIT ?",
        LISTED_MAX,
    )
    return json_reply(200, {"deliveries": [dict(row) for row in rows]})


def _resend(delivery_id: str, store: Store) -> WireReply:
    if not delivery_id.isdigit():
        return json_reply(404, {"error": "no such delivery"})
    store.rows("UPDATE deliveries SET state = 'waiting', due_at = 0 WHERE id = ?", int(delivery_id))
    return json_reply(200, {"resent": int(delivery_id)})
