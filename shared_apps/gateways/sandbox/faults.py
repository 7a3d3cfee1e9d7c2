"""What can be made to go wrong, each a number of times, for all or for some.

| kind | what happens | matched against |
|---|---|---|
| duplicate | the webhook is sent twice | event type |
| reorder | the webhook waits until the next one has gone out | event type |
| delay | the webhook waits `seconds` | event type |
| drop | the webhook is never sent | event type |
| bad_signature | the first attempt is signed with a wrong secret | event type |
| old_timestamp | the first attempt is signed as if an hour ago | event type |
| 500_then_ok | the request is answered 500 and nothing is done; also named fail_before | path |
| timeout_after_commit | the request is done and the connection closed without an answer | path |
| decline:<code> | whoever pays next is declined for this reason | our reference |
| require_3ds | whoever pays next is asked by their bank first | our reference |
| dispute_after[:<reason>] | the next payment is disputed `seconds` later | our reference |
| payout_fail[:<code>] | the next payout comes back `seconds` after it was paid | our reference |

Seconds of payments and payouts are those of the sandbox's clock, those of webhooks real ones.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared_apps.gateways.sandbox.store import Store

OF_WEBHOOKS = ("duplicate", "reorder", "delay", "drop", "bad_signature", "old_timestamp")
OF_REQUESTS = ("500_then_ok", "timeout_after_commit")
OF_PAYMENTS = ("decline", "require_3ds", "dispute_after")
OF_PAYOUTS = ("payout_fail",)
KINDS = (*OF_WEBHOOKS, *OF_REQUESTS, *OF_PAYMENTS, *OF_PAYOUTS)
ALIASES = {"fail_before": "500_then_ok"}
# A bank that gives no reason when told to decline says this.
GENERIC_DECLINE = "generic_decline"


@dataclass(frozen=True, slots=True)
class Fault:
    """`detail` is what stood after the colon."""

    kind: str
    seconds: float
    detail: str = ""


def understood(wish: str) -> str:
    """The kind as it is kept, detail and all; empty if there is no such kind."""
    kind, colon, detail = wish.partition(":")
    kind = ALIASES.get(kind, kind)
    return f"{kind}{colon}{detail}" if kind in KINDS else ""


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
    hits: list[Fault] = []
    for row in found:
        kind, _, detail = row["kind"].partition(":")
        if kind in kinds:
            store.rows("UPDATE faults SET times = times - 1 WHERE id = ?", row["id"])
            hits.append(Fault(kind, row["seconds"], detail))
    return hits


def listed(store: Store) -> list[dict[str, object]]:
    return [dict(row) for row in store.rows("SELECT * FROM faults WHERE times > 0 ORDER BY id")]


def clear(store: Store) -> None:
    store.rows("DELETE FROM faults")
