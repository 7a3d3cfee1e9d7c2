"""Health answers for machines, before any tenant is looked up, on any host."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from shared_apps.kernel.clock import now
from shared_apps.kernel.context import platform_context


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/health/live":
            return HttpResponse("ok", content_type="text/plain")
        if request.path in {"/health", "/health/", "/health/ready"}:
            report = health()
            return JsonResponse(report, status=200 if report["status"] == "healthy" else 503)
        return self.get_response(request)


def health() -> dict[str, Any]:
    """`{status, timestamp, checks: [{name, status, responseTime}]}`, times in milliseconds."""
    checks = [_check("database", _ask_database), _check("valkey", _ask_cache)]
    healthy = all(check["status"] == "healthy" for check in checks)
    return {
        "status": "healthy" if healthy else "unhealthy",
        "timestamp": now().isoformat(),
        "checks": checks,
    }


def _check(name: str, ask: Callable[[], None]) -> dict[str, Any]:
    started = time.perf_counter()
    try:
        with platform_context():
            ask()
        status = "healthy"
    except Exception:  # noqa: BLE001 - whatever is wrong, the answer is "unhealthy"
        status = "unhealthy"
    elapsed = round((time.perf_counter() - started) * 1000, 1)
    return {"name": name, "status": status, "responseTime": elapsed}


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_cache() -> None:
    cache.set("health", 1, 5)
