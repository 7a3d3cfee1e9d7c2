"""Counters and times for Prometheus, with labels that cannot grow without end.

Every process of the house writes into one folder; whichever web worker is asked adds them up.
`/metrics` answers on the web process's own port only: to a loopback caller that names 127.0.0.1
and came through no proxy.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config import env

_FOLDER = Path(env.DATA_DIR.value()) / "metrics"
_FOLDER.mkdir(parents=True, exist_ok=True)
# Read by prometheus_client when it is imported, hence before that import.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(_FOLDER))

from django.http import HttpRequest, HttpResponse, HttpResponseBase  # noqa: E402
from prometheus_client import (  # noqa: E402
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

from shared_apps.kernel.context import TenantContext, current_scope  # noqa: E402

OTHER = "other"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PROXY_HEADERS = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED", "HTTP_VIA")
_LOOPBACK = frozenset({"127.0.0.1", "::1"})


class Capped:
    """The first `limit` values keep their name, all later ones are `other`."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: set[str] = set()

    def __call__(self, value: str) -> str:
        if value in self._seen:
            return value
        if len(self._seen) >= self._limit:
            return OTHER
        self._seen.add(value)
        return value


tenant_label = Capped(100)
_route_label = Capped(400)

REQUESTS = Counter("galleria_requests", "Requests answered.", ["tenant", "method", "status"])
REQUEST_SECONDS = Histogram(
    "galleria_request_seconds",
    "Time to answer a request.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
TASKS = Counter("galleria_tasks", "Tasks ended.", ["task", "state"])
EVENTS = Counter("galleria_events", "Events taken up by the relay.", ["tenant", "outcome"])


class MetricsMiddleware:
    """Counts and times every request; answers /metrics to who may see it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/metrics" and _is_internal(request):
            return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        REQUEST_SECONDS.labels(_route_label(match.route if match else "unmatched")).observe(
            time.perf_counter() - started
        )
        method = request.method if request.method in _METHODS else OTHER
        tenant = request.META.get("GALLERIA_TENANT", "none")
        REQUESTS.labels(tenant_label(tenant), method, str(response.status_code)).inc()
        return response

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        # The tenant is bound here, and no longer when the response comes back to us.
        request.META["GALLERIA_TENANT"] = scope_label()


def scope_label() -> str:
    """The bound tenant's slug, or `platform`."""
    scope = current_scope()
    return scope.slug if isinstance(scope, TenantContext) else "platform"


def exposition() -> bytes:
    """What all processes counted so far, in Prometheus' text form."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _is_internal(request: HttpRequest) -> bool:
    host = request.META.get("HTTP_HOST", "").rsplit(":", 1)[0]
    return (
        host == "127.0.0.1"
        and request.META.get("REMOTE_ADDR", "") in _LOOPBACK
        and not any(name in request.META for name in _PROXY_HEADERS)
    )
