"""The sandbox's own levers under `/_sandbox/`, for tests and for whoever gives a demo.

| request | does |
|---|---|
| `GET /_sandbox/` | the same as a page with buttons (see `desk.py`) |
| `GET /_sandbox/health` | says that it runs, and its clock |
| `POST /_sandbox/faults` `{provider, kind, match?, times?, seconds?}` | arms a fault (see `faults.py`) |
| `GET`, `DELETE /_sandbox/faults` | lists, disarms |
| `GET /_sandbox/clock` | tells the time |
| `POST /_sandbox/clock` `{advance_seconds}` or `{advance_to}` | moves the clock on; what falls due happens at once |
| `GET /_sandbox/deliveries` | the post: newest first, 200 at most |
| `POST /_sandbox/deliveries/<id>/resend` | sends one again |
| `POST /_sandbox/<provider>/dispute` `{payment, reason?, is_inquiry?}` | the customer objects to a payment |
| `POST /_sandbox/<provider>/close_dispute` `{dispute, outcome}` | the bank decides: `won` or `lost` |
| `POST /_sandbox/<provider>/fail_payout` `{payout, code?}` | money that was paid out comes back |
| `POST /_sandbox/<provider>/fail_refund` `{refund, code?}` | a refund bounces |

Not every provider has every one of the last four. `payment`, `dispute`, `payout` and `refund` are the
ids by which the adapter knows them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared_apps.gateways.sandbox import desk, faults
from shared_apps.gateways.sandbox.provider import HasLevers, LeverStuck, Provider
from shared_apps.gateways.sandbox.store import Store
from shared_apps.gateways.sandbox.wire import WireReply, WireRequest, json_reply
from shared_apps.gateways.sandbox.world import CLOCK_OFFSET, World

LISTED_MAX = 200
NO_LEVER = "no such lever; see shared_apps/gateways/sandbox/control.py"


def controlled(
    request: WireRequest,
    store: Store,
    worlds: Mapping[str, World],
    providers: Mapping[str, Provider],
) -> WireReply:
    """Answer a request under `/_sandbox/`; `path` starts after that."""
    first, *rest = request.path.strip("/").split("/")
    world = next(iter(worlds.values()))
    if first in providers and rest and request.method == "POST":
        return _pulled(providers[first], rest[0], request, worlds[first])

    def obey(asked: WireRequest) -> WireReply:
        return controlled(asked, store, worlds, providers)

    levers: dict[str, Callable[[], WireReply]] = {
        "": lambda: desk.shown(request, store, providers, world.now()),
        "desk": lambda: desk.pressed(request, obey),
        "health": lambda: json_reply(
            200, {"status": "ok", "now": world.now(), "providers": [*worlds]}
        ),
        "faults": lambda: _faults(request, store, [*worlds]),
        "clock": lambda: _clock(request, store, world),
        "deliveries": lambda: (
            _resend(rest[0], store) if request.method == "POST" and rest else _deliveries(store)
        ),
    }
    return levers[first]() if first in levers else json_reply(404, {"error": NO_LEVER})


def _pulled(provider: Provider, name: str, request: WireRequest, world: World) -> WireReply:
    if not isinstance(provider, HasLevers):
        return json_reply(404, {"error": NO_LEVER})
    try:
        with world.store.savepoint():
            outcome = provider.lever(name, request.json, world)
    except LeverStuck as stuck:
        return json_reply(400, {"error": str(stuck)})
    return json_reply(404, {"error": NO_LEVER}) if outcome is None else json_reply(200, outcome)


def _faults(request: WireRequest, store: Store, providers: list[str]) -> WireReply:
    if request.method == "DELETE":
        faults.clear(store)
    if request.method == "POST":
        wish = request.json
        provider = wish.get("provider", providers[0])
        times, seconds = wish.get("times", 1), wish.get("seconds", 0)
        kind = faults.understood(str(wish.get("kind", "")))
        is_known = kind and provider in providers
        if not is_known or not isinstance(times, int) or not isinstance(seconds, int | float):
            return json_reply(
                400, {"error": "kind, provider, times or seconds", "kinds": faults.KINDS}
            )
        faults.plant(
            store,
            provider=provider,
            kind=kind,
            match=str(wish.get("match", "")),
            times=times,
            seconds=float(seconds),
        )
    return json_reply(200, {"faults": faults.listed(store)})


def _clock(request: WireRequest, store: Store, world: World) -> WireReply:
    if request.method != "POST":
        return json_reply(200, {"now": world.now()})
    wish = request.json
    seconds = wish.get("advance_seconds")
    if isinstance(wish.get("advance_to"), int):
        seconds = wish["advance_to"] - world.now()
    if not isinstance(seconds, int) or seconds < 0:
        return json_reply(400, {"error": "the clock goes forward only, by whole seconds"})
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
