"""What tenants cost a request: the same view with three reads, with and without them.

CPU of this process and of the PostgreSQL backend that serves it, in rounds that alternate.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psutil
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from config.bench.results import Result
from config.bench.scratch import scratch_database
from provisioning.domain.migrations import owner_connection
from provisioning.domain.pool import fill_pool
from provisioning.domain.signup import NewTenant, TenantOrder, provision_tenant
from shared_apps.identity.models import RoleGrant, User
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import bound
from themes.models import ThemeVersion

_TENANTS, _ROUNDS, _REQUESTS, _TARGET = 8, 12, 160, 1.25
_PLAIN = "plain"


def _three_reads(alias: str) -> HttpResponse:
    person = User.objects.using(alias).order_by("id").first()
    roles = list(RoleGrant.objects.using(alias).filter(user=person))
    versions = list(ThemeVersion.objects.using(alias).only("number", "theme")[:5])
    return HttpResponse(f"{person} {len(roles)} {len(versions)}")


def ours(_request: HttpRequest) -> HttpResponse:
    return _three_reads("default")


def plain(_request: HttpRequest) -> HttpResponse:
    return _three_reads(_PLAIN)


urlpatterns = [path("ours/", ours), path("plain/", plain)]


def run() -> list[Result]:
    """The median ratio of a round with eight tenants in turn to one of plain Django."""
    with scratch_database():
        fill_pool(target=_TENANTS, at=now())
        tenants = [_tenant() for _ in range(_TENANTS)]
        with _plain_connection(tenants[0].schema), _urls():
            tenant_stack = _handler(["tenants.routing.TenantMiddleware"])
            plain_stack = _handler([])
            hosts = [tenant.host for tenant in tenants]
            statements = _routing_statements(tenant_stack, hosts)
            ratios, costs = _rounds(tenant_stack, plain_stack, hosts)
    ratio = statistics.median(ratios)
    return [
        Result(
            metric="request with three reads, eight tenants in turn",
            value=round(statistics.median(cost for cost, _ in costs), 3),
            unit="CPU-ms",
            n=_ROUNDS * _REQUESTS,
            reference=round(statistics.median(cost for _, cost in costs), 3),
            ratio=round(ratio, 3),
            target=f"<= {_TARGET}x plain Django",
            met=ratio <= _TARGET,
        ),
        Result(
            metric="routing queries a request",
            value=statements - 3,
            unit="queries",
            n=_TENANTS,
            target="0",
            met=statements == 3,
        ),
    ]


def _rounds(
    tenant_stack: WSGIHandler, plain_stack: WSGIHandler, hosts: list[str]
) -> tuple[list[float], list[tuple[float, float]]]:
    def ours_round() -> None:
        for index in range(_REQUESTS):
            _ask(tenant_stack, hosts[index % len(hosts)], "/ours/")

    def plain_round() -> None:
        for _ in range(_REQUESTS):
            _ask(plain_stack, hosts[0], "/plain/")

    ours_round()
    plain_round()
    costs = [(_cost(ours_round), _cost(plain_round)) for _ in range(_ROUNDS)]
    return [mine / reference for mine, reference in costs], costs


def _cost(work: Callable[[], None]) -> float:
    """CPU milliseconds a request, of this process and of every backend of this database."""
    before = time.process_time() + backends_cpu()
    work()
    return (time.process_time() + backends_cpu() - before) * 1000 / _REQUESTS


def backends_cpu() -> float:
    """CPU seconds that the backends of this database have spent, ours as owner left out."""
    with owner_connection().cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
        times = [psutil.Process(row[0]).cpu_times() for row in cursor.fetchall()]
    return sum(spent.user + spent.system for spent in times)


def _routing_statements(handler: WSGIHandler, hosts: list[str]) -> float:
    """Statements of a request once its host is known."""
    wrapper = connections["default"]
    for host in hosts:
        _ask(handler, host, "/ours/")
    wrapper.force_debug_cursor = True
    wrapper.queries_log.clear()
    for host in hosts:
        _ask(handler, host, "/ours/", signals=False)
    wrapper.force_debug_cursor = False
    return len(wrapper.queries_log) / len(hosts)


def _handler(middleware: list[str]) -> WSGIHandler:
    with override_settings(MIDDLEWARE=middleware):
        return WSGIHandler()


def _ask(handler: WSGIHandler, host: str, address: str, *, signals: bool = True) -> None:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": address,
        "HTTP_HOST": host,
        "SERVER_NAME": host,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
    }
    statuses: list[str] = []
    with bound(None):
        if signals:
            served: Any = handler
            response = served(environ, lambda status, _headers: statuses.append(status))
        else:
            response = handler.get_response(handler.request_class(environ))
            statuses.append(str(response.status_code))
        if signals:
            response.close()
    if not statuses[0].startswith("200"):
        raise LookupError(f"{address} on {host} answered {statuses[0]}")


@contextmanager
def _urls() -> Iterator[None]:
    surfaces = dict.fromkeys(("tenant", "site", "console"), __name__)
    with override_settings(
        ROOT_URLCONF=__name__, GALLERIA_URLCONFS=surfaces, DEBUG_PROPAGATE_EXCEPTIONS=True
    ):
        yield


@contextmanager
def _plain_connection(schema: str) -> Iterator[None]:
    """Django's own backend, forever in one schema, with the same pool as ours."""
    known = connections["default"].settings_dict
    owner = owner_connection().settings_dict
    pooled = {key: value for key, value in known["OPTIONS"].items() if key == "pool"}
    connections.databases[_PLAIN] = {
        **known,
        "ENGINE": "django.db.backends.postgresql",
        "USER": owner["USER"],
        "PASSWORD": owner["PASSWORD"],
        "OPTIONS": {**pooled, "options": f"-c search_path={schema},ext"},
    }
    try:
        yield
    finally:
        wrapper: Any = connections[_PLAIN]
        wrapper.close()
        wrapper.close_pool()
        del connections[_PLAIN], connections.databases[_PLAIN]


def _tenant() -> NewTenant:
    order = TenantOrder(
        slug=f"bench-{uuid4().hex[:10]}", name="Bench", owner_email="ada@bench.example"
    )
    return provision_tenant(order=order, acting=SYSTEM, at=now())
