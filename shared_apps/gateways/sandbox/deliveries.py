"""The post: webhooks out of the door, again and again until they are taken.

One message per endpoint is on its way at a time, endpoints do not wait for each other. Names ending in
`.localhost` are reached at 127.0.0.1 with their own Host header, because not every resolver knows them.
"""

from __future__ import annotations

import http.client
import logging
import sqlite3
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from shared_apps.gateways.sandbox.provider import Provider
from shared_apps.gateways.sandbox.store import Store

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
RETRY_AFTER_SECONDS = (1, 2, 5, 15, 60, 300, 900, 3600, 3600, 3600)
CHECK_SECONDS = 0.5
AN_HOUR = 3600


class Postman:
    """Sends what is due. `wake()` after something was posted; it also looks by itself now and then."""

    def __init__(self, store: Store, providers: Mapping[str, Provider]) -> None:
        self._store = store
        self._providers = providers
        self._wakened = threading.Event()
        self._is_stopped = False
        self._busy_endpoints: set[str] = set()
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="webhook")
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)

    def start(self) -> None:
        # A process that died while sending left messages under way; they go out again.
        with self._store.transaction():
            self._store.rows("UPDATE deliveries SET state = 'waiting' WHERE state = 'sending'")
        self._thread.start()

    def stop(self) -> None:
        self._is_stopped = True
        self._wakened.set()
        self._thread.join(timeout=5)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def wake(self) -> None:
        self._wakened.set()

    def _run(self) -> None:
        while not self._is_stopped:
            self._wakened.clear()
            for row in self._taken():
                self._pool.submit(self._deliver, row)
            self._wakened.wait(CHECK_SECONDS)

    def _taken(self) -> list[sqlite3.Row]:
        """The oldest due message of every endpoint that is free, marked as under way."""
        with self._store.transaction():
            due = self._store.rows(
                "SELECT * FROM deliveries WHERE state IN ('waiting', 'held') AND due_at <= ? ORDER BY due_at, id",
                time.time(),
            )
            taken: list[sqlite3.Row] = []
            for row in due:
                if row["endpoint"] not in self._busy_endpoints:
                    self._busy_endpoints.add(row["endpoint"])
                    self._store.rows(
                        "UPDATE deliveries SET state = 'sending' WHERE id = ?", row["id"]
                    )
                    taken.append(row)
            return taken

    def _deliver(self, row: sqlite3.Row) -> None:
        try:
            status, error = self._sent(row)
            with self._store.transaction():
                self._record(row, status, error)
        except Exception:
            log.exception("webhook delivery %s failed in an unforeseen way", row["id"])
        finally:
            self._busy_endpoints.discard(row["endpoint"])
            self._wakened.set()

    def _sent(self, row: sqlite3.Row) -> tuple[int, str]:
        """Status and error of one attempt; the first attempt may be spoiled on purpose."""
        spoiled = row["spoiled"] if row["attempts"] == 0 else ""
        body = row["body"].encode()
        headers = self._providers[row["provider"]].signature_headers(
            body=body,
            secret=row["secret"] + ("-wrong" if spoiled == "bad_signature" else ""),
            at=int(time.time()) - (AN_HOUR if spoiled == "old_timestamp" else 0),
        )
        try:
            return posted(row["url"], body, headers), ""
        except (OSError, http.client.HTTPException) as failure:
            return 0, f"{type(failure).__name__}: {failure}"

    def _record(self, row: sqlite3.Row, status: int, error: str) -> None:
        attempts = row["attempts"] + 1
        is_taken = 200 <= status < 300
        is_given_up = attempts > len(RETRY_AFTER_SECONDS)
        state = "delivered" if is_taken else "failed" if is_given_up else "waiting"
        wait = 0 if is_taken or is_given_up else RETRY_AFTER_SECONDS[attempts - 1]
        self._store.rows(
            "UPDATE deliveries SET attempts = ?, last_status = ?, last_error = ? WHERE id = ?",
            attempts, status, error, row["id"],
        )  # fmt: skip
        # Whoever asked for it to be sent again meanwhile is obeyed: it is waiting already.
        self._store.rows(
            "UPDATE deliveries SET state = ?, due_at = ? WHERE id = ? AND state = 'sending'",
            state, time.time() + wait, row["id"],
        )  # fmt: skip
        # Whatever was told to go after another one has now been overtaken.
        self._store.rows(
            "UPDATE deliveries SET state = 'waiting', due_at = ? WHERE state = 'held' AND endpoint = ?",
            time.time(), row["endpoint"],
        )  # fmt: skip


def posted(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """POST to the URL and return the status."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_local = host == "localhost" or host.endswith(".localhost")
    address = "127.0.0.1" if is_local else host
    is_secure = parts.scheme == "https"
    connect = http.client.HTTPSConnection if is_secure else http.client.HTTPConnection
    connection = connect(address, parts.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(
            "POST",
            parts.path + (f"?{parts.query}" if parts.query else ""),
            body,
            {
                "Host": parts.netloc,
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "payment-sandbox/1",
                **headers,
            },
        )
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
