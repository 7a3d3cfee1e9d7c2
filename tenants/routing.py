"""From the host of a request to the tenant it is for, without a query.

Each process keeps the hosts it has met, the unknown ones too. A stamp in Valkey tells when
something changed: it is looked at once a second at most, and always before an unknown host is
turned away, so that a new tenant answers at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.core.cache import cache
from django.db.utils import ProgrammingError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render

from shared_apps.kernel.context import (
    PLATFORM,
    PlatformContext,
    TenantContext,
    bound,
    platform_context,
)
from tenants.domain.hosts import UnknownHost, normalise_host
from tenants.lifecycle import ENDED, SERVED
from tenants.queries import find_by_host

_STAMP = "routing-stamp"
_LOOK_SECONDS = 1.0
_ENTRY_SECONDS = 30.0
_ENTRIES_MAX = 20_000
_FENCED = "42501"


@dataclass(frozen=True, slots=True)
class _Entry:
    tenant: TenantContext | None
    until: float


class HostMap:
    """Host -> tenant of one process."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._stamp: object = None
        self._looked_at = 0.0
        self._lock = threading.Lock()

    def tenant_of(self, host: str) -> TenantContext | None:
        moment = time.monotonic()
        self._look(moment)
        entry = self._entries.get(host)
        if entry is not None and entry.tenant is None:
            self._look(moment, force=True)
            entry = self._entries.get(host)
        if entry is None or entry.until < moment:
            entry = _Entry(find_by_host(host), moment + _ENTRY_SECONDS)
            if len(self._entries) >= _ENTRIES_MAX:
                self.forget()
            self._entries[host] = entry
        return entry.tenant

    def forget(self) -> None:
        self._entries = {}

    def _look(self, moment: float, *, force: bool = False) -> None:
        if not force and moment - self._looked_at < _LOOK_SECONDS:
            return
        self._looked_at = moment
        stamp = _read_stamp()
        with self._lock:
            if stamp != self._stamp:
                self._stamp = stamp
                self.forget()


def _read_stamp() -> object:
    try:
        with platform_context():
            return cache.get(_STAMP)
    except Exception:  # noqa: BLE001 - Valkey away: entries still end after _ENTRY_SECONDS
        return None


def routing_changed() -> None:
    """Tell every process that a host or a tenant is not what it was."""
    HOSTS.forget()
    try:
        with platform_context():
            cache.set(_STAMP, time.time_ns(), None)
    except Exception:  # noqa: BLE001 - then the other processes learn it by age
        return


HOSTS = HostMap()


class TenantMiddleware:
    """Binds the tenant (or the platform) for the whole of the request, streamed body included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            scope, surface = scope_of(request.META.get("HTTP_HOST", ""))
        except UnknownHost:
            with platform_context():
                return _host_page(request, "unknown", 404)
        request.urlconf = settings.GALLERIA_URLCONFS[surface]
        with bound(scope):
            if isinstance(scope, TenantContext):
                turned_away = _turned_away(request, scope)
                if turned_away is not None:
                    return turned_away
            return _kept_bound(self.get_response(request), scope)

    def process_exception(self, _request: HttpRequest, error: Exception) -> None:
        # The tenant was moved or its role fenced: the next look-up reads the map anew.
        if isinstance(error, ProgrammingError) and (
            getattr(error.__cause__, "sqlstate", "") == _FENCED
        ):
            HOSTS.forget()


def scope_of(raw_host: str) -> tuple[TenantContext | PlatformContext, str]:
    """Who a host speaks for, and which surface it shows; raises UnknownHost."""
    host = normalise_host(raw_host)
    if host == settings.GALLERIA_ROOT_HOST:
        return PLATFORM, "site"
    if host == f"console.{settings.GALLERIA_ROOT_HOST}":
        return PLATFORM, "console"
    tenant = HOSTS.tenant_of(host)
    if tenant is None:
        raise UnknownHost
    return tenant, "tenant"


def _turned_away(request: HttpRequest, tenant: TenantContext) -> HttpResponse | None:
    if tenant.state in SERVED:
        return None
    if tenant.state in ENDED:
        return _host_page(request, "closed", 410)
    if tenant.state == "suspended":
        return _host_page(request, "suspended", 403)
    return _host_page(request, "preparing", 503)


def _host_page(request: HttpRequest, kind: str, status: int) -> HttpResponse:
    response = render(request, f"tenants/host_{kind}.html", status=status)
    response["Cache-Control"] = "no-store"
    if status == 503:
        response["Retry-After"] = "2"
    return response


def _kept_bound(
    response: HttpResponseBase, scope: TenantContext | PlatformContext
) -> HttpResponseBase:
    if isinstance(response, StreamingHttpResponse) and not response.is_async:
        plain = cast("Iterable[bytes]", response.streaming_content)

        def speaking_for_the_tenant() -> Iterator[bytes]:
            iterator = iter(plain)
            while True:
                with bound(scope):
                    try:
                        chunk = next(iterator)
                    except StopIteration:
                        return
                yield chunk

        response.streaming_content = speaking_for_the_tenant()
    return response
