"""What can be made to go wrong, each a number of times, for all or for some.

| kind | what happens | matched against |
|---|---|---|
| duplicate | the webhook is sent twice | event type |
| reorder | the webhook waits until the next one has gone out | event type |
| delay | the webhook waits `seconds` | event type |
| drop | the webhook is never sent | event type |
| bad_signature | the first attempt is signed with a wrong secret | event type |
| old_timestamp | the first attempt is signed as if an hour ago | event type |
| fail_before | the request is answered 500 and nothing is done | path |
| timeout_after_commit | the request is done and the connection closed without an answer | path |
"""

from __future__ import annotations

from dataclasses import dataclass

from shared_apps.gateways.sandbox.store import Store

OF_WEBHOOKS = ("duplicate", "reorder", "delay", "drop", "bad_signature", "old_timestamp")
OF_REQUESTS = ("fail_before", "timeout_after_commit")
KINDS = (*OF_WEBHOOKS, *OF_REQUESTS)


@dataclass(frozen=True, slots=True)
class Fault:
    kind: str
    seconds: float


def plant(store: Store, *, provider: str, kind: str, match: str, times: int, seconds: float) -> int:
    """Arm a fault; returns its number."""
    store.rows(
        "INSERT INTO faults (provider, kind, match, times, seconds) VALUES (?, ?, ?, ?, ?)",
        provider, kind, match, times, seconds,
    )  # fmt: skip
    row = store.row("SELECT max(id) AS id FROM faults")
    return int(row["id"]) if row else 0


def sprung(store: Store, *, provider: str, kinds: tuple[str, ...], subject: str) -> list[Fault]:
    """The armed faults that fit the event type or path, each used up by one."""
    found = store.rows(
        "SELECT * FROM faults WHERE provider = ? AND times > 0 AND (match = '' OR instr(?, match) > 0) ORDER BY id",
        provider, subject,
    )  # fmt: skip
    hits = [row for row in found if row["kind"] in kinds]
    for row in hits:
        store.rows("UPDATE faults SET times = times - 1 WHERE id = ?", row["id"])
    return [Fault(row["kind"], row["seconds"]) for row in hits]


def listed(store: Store) -> list[dict[str, object]]:
    return [dict(row) for row in store.rows("SELECT * FROM faults WHERE times > 0 ORDER BY id")]


def clear(store: Store) -> None:
    store.rows("DELETE FROM faults")
