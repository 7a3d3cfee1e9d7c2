"""The sandbox's levers as a page, for whoever gives a demo: the clock, the faults, the post, and fate.

Every button does what `control.py` does for a program; the page only fills in the request. It works
without scripts, and a form sent from another site is not obeyed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from shared_apps.gateways.sandbox import faults
from shared_apps.gateways.sandbox.hosted import redirected, rendered
from shared_apps.gateways.sandbox.provider import HasLevers, Provider
from shared_apps.gateways.sandbox.store import Store
from shared_apps.gateways.sandbox.wire import Tree, WireReply, WireRequest, json_reply

HERE = "/_sandbox/"
SHOWN_MAX = 40
TEXT_MAX = 48
Obey = Callable[[WireRequest], WireReply]


@dataclass(frozen=True, slots=True)
class Step:
    """How far the clock goes on with one press."""

    seconds: int
    label: str


STEPS = (
    Step(3600, "1 hour"),
    Step(86_400, "1 day"),
    Step(3 * 86_400, "3 days"),
    Step(9 * 86_400, "9 days"),
    Step(30 * 86_400, "30 days"),
)
NUMBERS = {"times": int, "seconds": float, "advance_seconds": int}


def shown(
    request: WireRequest, store: Store, providers: Mapping[str, Provider], now: int
) -> WireReply:
    """The desk as it stands, with what the last press led to."""
    deliveries = store.rows(
        "SELECT id, provider, event_type, url, state, attempts, last_status, last_error"
        " FROM deliveries ORDER BY id DESC LIMIT ?",
        SHOWN_MAX,
    )
    moment = datetime.fromtimestamp(now, UTC)
    values = {
        "now": {"exact": moment.isoformat(), "readable": f"{moment:%d.%m.%Y, %H:%M} UTC"},
        "steps": [{"seconds": str(step.seconds), "label": step.label} for step in STEPS],
        "kinds": faults.KINDS,
        "armed": [_texts(one) for one in faults.listed(store)],
        "providers": [*providers],
        "with_levers": [name for name, one in providers.items() if isinstance(one, HasLevers)],
        "deliveries": [_told(dict(row)) for row in deliveries],
        "told": str(request.params.get("told", ""))[:300],
    }
    # With no referrer at all a browser does not say where a form comes from either.
    return rendered("desk.html", values, referrer="same-origin")


def pressed(request: WireRequest, obey: Obey) -> WireReply:
    """Send on what a button of the desk asks for, and go back there with the outcome."""
    if _is_foreign(request):
        return json_reply(403, {"error": "this form was not sent from the desk"})
    form = {name: value for name, value in request.params.items() if isinstance(value, str)}
    provider, lever = form.pop("at", ""), form.pop("lever", "")
    lever = f"{provider}/{lever}" if provider else lever
    method = form.pop("method", "POST")
    try:
        wish = _wish(form)
    except ValueError:
        return redirected(f"{HERE}?{urlencode({'told': 'That is no number.'})}")
    body = json.dumps(wish).encode()
    reply = obey(WireRequest(method, f"/{lever}", "", request.headers, body))
    answer = json.loads(reply.body)
    told = answer.get("error") or f"{lever}: done"
    return redirected(f"{HERE}?{urlencode({'told': told})}")


def _texts(row: Mapping[str, object]) -> dict[str, str]:
    """Everything as text, none of it long: a template without settings cannot write numbers."""
    texts = {name: str(value) for name, value in row.items()}
    return {
        name: text if len(text) <= TEXT_MAX else f"{text[:TEXT_MAX]}…"
        for name, text in texts.items()
    }


def _told(row: Mapping[str, object]) -> dict[str, str]:
    """A delivery as the page shows it."""
    texts = _texts(row)
    attempts = f" ({texts['attempts']} attempts)" if row["attempts"] not in {0, 1} else ""
    answer = texts["last_status"] if row["last_status"] else texts["last_error"]
    return {**texts, "state": texts["state"] + attempts, "answer": answer}


def _wish(form: Mapping[str, str]) -> Tree:
    """The form as the program's request: numbers as numbers, what was left empty left out."""
    return {
        name: NUMBERS.get(name, str)(value.strip()) for name, value in form.items() if value.strip()
    }


def _is_foreign(request: WireRequest) -> bool:
    origin = request.headers.get("origin", "")
    return bool(origin) and urlsplit(origin).netloc != request.headers.get("host", "")
