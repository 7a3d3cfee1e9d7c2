"""What a provider's routes see: its objects, its books, the time, and the post."""

from __future__ import annotations

import secrets
import string
import time
from collections.abc import Iterator
from dataclasses import dataclass

from shared_apps.gateways.sandbox import faults
from shared_apps.gateways.sandbox.store import Body, Store, Stored

CLOCK_OFFSET = "clock_offset"
REMINDER = "_reminder"
# A delivery that was told to wait for the next one gives up waiting after this long.
REORDER_SECONDS = 2.0
_ALPHABET = string.ascii_letters + string.digits


def fresh_id(prefix: str, length: int = 24) -> str:
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _by_time(at: float) -> str:
    """A moment as text that sorts as moments do."""
    return f"{int(at):012d}"


@dataclass(frozen=True, slots=True)
class Message:
    """A webhook about to be posted to one endpoint."""

    endpoint: str
    url: str
    secret: str
    event_id: str
    event_type: str
    body: str


@dataclass(frozen=True, slots=True)
class World:
    """The sandbox as one provider sees it."""

    provider: str
    store: Store
    public_url: str

    def now(self) -> int:
        """Seconds since the epoch by the sandbox's own clock, which tests may advance."""
        return int(time.time()) + int(self.store.setting(CLOCK_OFFSET, "0"))

    def put(self, scope: str, kind: str, body: Body, *, parent: str = "") -> Body:
        self.store.put(self.provider, Stored(0, scope, kind, body["id"], parent, body))
        return body

    def find(self, object_id: str) -> Stored | None:
        return self.store.find(self.provider, object_id)

    def save(self, stored: Stored) -> Body:
        """Write back an object whose body was changed in place."""
        self.store.put(self.provider, stored)
        return stored.body

    def listed(self, scope: str, kind: str, parent: str | None = None) -> list[Stored]:
        return self.store.listed(self.provider, scope, kind, parent)

    def parented(self, kind: str, parent: str) -> list[Stored]:
        return self.store.parented(self.provider, kind, parent)

    def move(self, scope: str, currency: str, amount: int, *, available_at: int) -> None:
        self.store.move(self.provider, scope, currency, amount, available_at)

    def balance(self, scope: str, currency: str) -> tuple[int, int]:
        """(available, pending) of one currency."""
        return self.store.balances(self.provider, scope, self.now()).get(currency, (0, 0))

    def sprung(self, kinds: tuple[str, ...], subject: str) -> dict[str, faults.Fault]:
        """The armed faults of these kinds that fit a subject, each used up by one."""
        hits = faults.sprung(self.store, provider=self.provider, kinds=kinds, subject=subject)
        return {hit.kind: hit for hit in hits}

    def remind(self, what: str, subject: str, *, scope: str, at: float, detail: str = "") -> None:
        """Have `reminders()` say, once its time has come, that something is to happen to an object."""
        told = {"id": fresh_id("rem_"), "what": what, "subject": subject, "detail": detail}
        self.put(scope, REMINDER, told, parent=_by_time(at))

    def reminders(self) -> Iterator[Stored]:
        """What has fallen due, earliest first, each once; what it leads to may fall due at once."""
        while first := self.store.first_until(self.provider, REMINDER, _by_time(self.now())):
            self.store.forget(self.provider, first.id)
            yield first

    def post(self, message: Message) -> None:
        """Put a webhook into the post, as the armed faults will have it."""
        armed = faults.sprung(
            self.store, provider=self.provider, kinds=faults.OF_WEBHOOKS, subject=message.event_type
        )
        kinds = {fault.kind for fault in armed}
        state = "dropped" if "drop" in kinds else "held" if "reorder" in kinds else "waiting"
        wait = max((fault.seconds for fault in armed if fault.kind == "delay"), default=0.0)
        due_at = time.time() + wait + (REORDER_SECONDS if state == "held" else 0)
        spoiled = next((kind for kind in ("bad_signature", "old_timestamp") if kind in kinds), "")
        for _ in range(2 if "duplicate" in kinds else 1):
            self.store.rows(
                "INSERT INTO deliveries"
                " (provider, endpoint, event_id, event_type, url, secret, body, state, due_at, spoiled)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                self.provider, message.endpoint, message.event_id, message.event_type, message.url,
                message.secret, message.body, state, due_at, spoiled,
            )  # fmt: skip
