"""What the sandbox remembers: one SQLite file, one request at a time.

Every request runs in one transaction under one lock, so an answer, its idempotency record, its books
and its webhooks are written together or not at all.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

Body = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, provider TEXT NOT NULL, scope TEXT NOT NULL, kind TEXT NOT NULL,
    id TEXT NOT NULL, parent TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (provider, id));
CREATE INDEX IF NOT EXISTS objects_listed ON objects (provider, scope, kind, parent, seq);
CREATE INDEX IF NOT EXISTS objects_due ON objects (provider, kind, parent);
CREATE TABLE IF NOT EXISTS movements (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, provider TEXT NOT NULL, scope TEXT NOT NULL, currency TEXT NOT NULL,
    amount INTEGER NOT NULL, available_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS movements_summed ON movements (provider, scope, currency, available_at, amount);
CREATE TABLE IF NOT EXISTS answers (
    provider TEXT NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL, body TEXT NOT NULL, made_at INTEGER NOT NULL, PRIMARY KEY (provider, scope, key));
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, provider TEXT NOT NULL, endpoint TEXT NOT NULL, event_id TEXT NOT NULL,
    event_type TEXT NOT NULL, url TEXT NOT NULL, secret TEXT NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due_at REAL NOT NULL, spoiled TEXT NOT NULL DEFAULT '',
    last_status INTEGER NOT NULL DEFAULT 0, last_error TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due_at, id);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT, provider TEXT NOT NULL, kind TEXT NOT NULL, match TEXT NOT NULL,
    times INTEGER NOT NULL, seconds REAL NOT NULL);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """One object of a provider: who owns it, what it is, what it hangs on, what it says."""

    seq: int
    scope: str
    kind: str
    id: str
    parent: str
    body: Body


@dataclass(frozen=True, slots=True)
class Answer:
    fingerprint: str
    status: int
    body: Any
    made_at: int


class Store:
    """The file. Use inside `transaction()`, which is re-entrant for one thread."""

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is written together; an exception writes nothing."""
        with self._lock:
            if self._depth:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            else:
                self._db.execute("COMMIT")
            finally:
                self._depth = 0

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Inside a transaction: an exception undoes what was done inside, and only that."""
        self._db.execute("SAVEPOINT inner_part")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO inner_part")
            raise
        finally:
            self._db.execute("RELEASE inner_part")

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        return next(iter(self.rows(sql, *values)), None)

    # objects

    def put(self, provider: str, stored: Stored) -> None:
        """Write an object, new or changed. An object never changes owner or kind."""
        self.rows(
            "INSERT INTO objects (provider, scope, kind, id, parent, body) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (provider, id) DO UPDATE SET body = excluded.body, parent = excluded.parent",
            provider, stored.scope, stored.kind, stored.id, stored.parent, json.dumps(stored.body),
        )  # fmt: skip

    def find(self, provider: str, object_id: str) -> Stored | None:
        row = self.row("SELECT * FROM objects WHERE provider = ? AND id = ?", provider, object_id)
        return _stored(row) if row else None

    def listed(
        self, provider: str, scope: str, kind: str, parent: str | None = None
    ) -> list[Stored]:
        """Objects of one owner, newest first; of one parent if named."""
        found = self.rows(
            "SELECT * FROM objects WHERE provider = ? AND scope = ? AND kind = ?"
            " AND (? IS NULL OR parent = ?) ORDER BY seq DESC",
            provider, scope, kind, parent, parent,
        )  # fmt: skip
        return [_stored(row) for row in found]

    def parented(self, provider: str, kind: str, parent: str) -> list[Stored]:
        """Objects of all owners that hang on one thing."""
        found = self.rows(
            "SELECT * FROM objects WHERE provider = ? AND kind = ? AND parent = ? ORDER BY seq",
            provider, kind, parent,
        )  # fmt: skip
        return [_stored(row) for row in found]

    def first_until(self, provider: str, kind: str, parent: str) -> Stored | None:
        """The object of this kind whose parent comes first, if that is not after the one given."""
        row = self.row(
            "SELECT * FROM objects WHERE provider = ? AND kind = ? AND parent <= ?"
            " ORDER BY parent, seq LIMIT 1",
            provider, kind, parent,
        )  # fmt: skip
        return _stored(row) if row else None

    def forget(self, provider: str, object_id: str) -> None:
        self.rows("DELETE FROM objects WHERE provider = ? AND id = ?", provider, object_id)

    # balances

    def move(
        self, provider: str, scope: str, currency: str, amount: int, available_at: int
    ) -> None:
        self.rows(
            "INSERT INTO movements (provider, scope, currency, amount, available_at) VALUES (?, ?, ?, ?, ?)",
            provider, scope, currency, amount, available_at,
        )  # fmt: skip

    def balances(self, provider: str, scope: str, now: int) -> dict[str, tuple[int, int]]:
        """Currency -> (available, pending). What is owed counts at once, what is earned when it is due."""
        found = self.rows(
            "SELECT currency, SUM(CASE WHEN available_at <= ? OR amount < 0 THEN amount ELSE 0 END) AS available,"
            " SUM(amount) AS whole FROM movements WHERE provider = ? AND scope = ? GROUP BY currency",
            now, provider, scope,
        )  # fmt: skip
        return {
            row["currency"]: (row["available"], row["whole"] - row["available"]) for row in found
        }

    # idempotency

    def answer(self, provider: str, scope: str, key: str) -> Answer | None:
        row = self.row(
            "SELECT * FROM answers WHERE provider = ? AND scope = ? AND key = ?",
            provider,
            scope,
            key,
        )
        return (
            Answer(row["fingerprint"], row["status"], json.loads(row["body"]), row["made_at"])
            if row
            else None
        )

    def remember(self, provider: str, scope: str, key: str, answer: Answer) -> None:
        self.rows(
            "INSERT OR REPLACE INTO answers (provider, scope, key, fingerprint, status, body, made_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            provider, scope, key, answer.fingerprint, answer.status, json.dumps(answer.body), answer.made_at,
        )  # fmt: skip

    # settings

    def setting(self, name: str, default: str) -> str:
        row = self.row("SELECT value FROM settings WHERE name = ?", name)
        return str(row["value"]) if row else default

    def set_setting(self, name: str, value: str) -> None:
        self.rows("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", name, value)


def _stored(row: sqlite3.Row) -> Stored:
    return Stored(
        row["seq"], row["scope"], row["kind"], row["id"], row["parent"], json.loads(row["body"])
    )
