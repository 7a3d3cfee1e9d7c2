"""The relay process: delivers every scope's events soon after their commit.

Nudges say where to look now; a sweep over all schemas every few seconds finds what a lost nudge
or a crash left behind. Several relays may run: claims never overlap.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import connection

from config.metrics import EVENTS, scope_label, tenant_label
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import PLATFORM, Scope, bound, platform_context
from shared_apps.outbox.domain.delivery import deliver_pending
from shared_apps.outbox.domain.nudges import wait_for_nudges
from shared_apps.outbox.domain.sweeping import due_schemas, has_due_events
from tenants.lifecycle import SERVED
from tenants.queries import all_contexts, find_by_schema

# What was committed is told even when the tenant has been suspended since.
RELAYED = SERVED | {"suspended", "closing"}
_WAIT_SECONDS = 1.0
_SWEEP_SECONDS = 3.0
_THREADS = 4
_log = structlog.get_logger(__name__)


class Relay:
    """Drains several scopes at once, but never one of them in two threads of this process."""

    def __init__(self, *, sweep_seconds: float = _SWEEP_SECONDS) -> None:
        self._sweep_seconds = sweep_seconds
        self._swept_at = -sweep_seconds
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="relay")
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._again: set[str] = set()

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop; then finish the events in hand and return."""
        while not stop.is_set():
            for schema in wait_for_nudges(seconds=_WAIT_SECONDS):
                self._drain_soon(schema)
            if time.monotonic() - self._swept_at >= self._sweep_seconds:
                self._swept_at = time.monotonic()
                self._sweep()
        self._threads.shutdown(wait=True)

    def _sweep(self) -> None:
        try:
            with platform_context():
                if has_due_events():
                    self._drain_soon(PLATFORM.schema)
            tenants = all_contexts(states=RELAYED)
            for schema in due_schemas([tenant.schema for tenant in tenants]):
                self._drain_soon(schema)
        except Exception:  # noqa: BLE001 - the database is away: the next sweep asks again
            _log.exception("sweep failed")
            connection.close()

    def _drain_soon(self, schema: str) -> None:
        with self._lock:
            if schema in self._busy:
                self._again.add(schema)
                return
            self._busy.add(schema)
        self._threads.submit(self._drain, schema)

    def _drain(self, schema: str) -> None:
        try:
            drain(schema)
        except Exception:  # noqa: BLE001 - whatever went wrong, the sweep asks again
            _log.exception("drain failed", schema=schema)
        finally:
            connection.close()
        with self._lock:
            self._busy.discard(schema)
            once_more = schema in self._again
            self._again.discard(schema)
        if once_more:
            self._drain_soon(schema)


def drain(schema: str) -> None:
    """Deliver what is due in one schema, if it is one we relay for."""
    scope = _scope_of(schema)
    if scope is None:
        return
    names = {"tenant": getattr(scope, "slug", "platform"), "schema": schema}
    with bound(scope), structlog.contextvars.bound_contextvars(**names):
        done = deliver_pending(at=now())
        tenant = tenant_label(scope_label())
    EVENTS.labels(tenant, "delivered").inc(done.delivered)
    EVENTS.labels(tenant, "failed").inc(done.failed)
    if done.failed:
        _log.warning("events failed", schema=schema, failed=done.failed)


def _scope_of(schema: str) -> Scope | None:
    if schema == PLATFORM.schema:
        return PLATFORM
    tenant = find_by_schema(schema)
    return tenant if tenant is not None and tenant.state in RELAYED else None
