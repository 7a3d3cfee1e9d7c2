"""How fast a tenant is born: claim, sign-up to the first 200, compiled replay."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from uuid import uuid4

from django.core.management import call_command
from django.test import Client

from config.bench.results import Result
from config.bench.routing import backends_cpu
from config.bench.scratch import scratch_database
from config.bench.standard import create_tenant_schema, stock_connection
from provisioning.domain.pool import fill_pool
from provisioning.domain.schemas import build_schema
from provisioning.domain.signup import TenantOrder, provision_tenant
from provisioning.domain.template import ensure_template
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now


def run(*, n: int = 0) -> list[Result]:
    """Three numbers, each against what django-tenants does by default for a new tenant.

    The reference has an empty database of its own: the more schemas, the slower it gets. The
    claim's CPU stands beside its time, which neighbours on the machine stretch.
    """
    times = n or 16
    # Pages link to static files by their hashed names.
    call_command("collectstatic", interactive=False, verbosity=0)
    with scratch_database():
        template = ensure_template(at=now())
        replays = [_timed(lambda: _replay(template)) for _ in range(times)]
        fill_pool(target=2 * times + 2, at=now())
        _sign_up()
        visitor = Client()
        _first_page(visitor, _sign_up())
        before = time.process_time() + backends_cpu()
        claims = [_timed(_sign_up) for _ in range(times)]
        claim_cpu = (time.process_time() + backends_cpu() - before) / times
        pages = [_timed(lambda: _first_page(visitor, _sign_up())) for _ in range(times)]
    with scratch_database(), stock_connection():
        long_way = [_timed(create_tenant_schema) for _ in range(2)]
    replay, claim = statistics.median(replays), statistics.median(claims)
    page, reference = statistics.median(pages), statistics.median(long_way)
    return [
        _result("claim journey", claim, times, reference, "<= 20 ms", met=claim <= 0.020),
        Result("claim journey, web and PostgreSQL", round(claim_cpu * 1000, 2), "CPU-ms", times),
        _result(
            "sign-up to storefront 200",
            page,
            times,
            reference,
            "<= 250 ms and >= 80x the default path",
            met=page <= 0.250 and reference / page >= 80,
        ),
        _result(
            "compiled replay",
            replay,
            times,
            reference,
            "<= 450 ms and >= 10x the default path",
            met=replay <= 0.450 and reference / replay >= 10,
        ),
    ]


def _result(
    metric: str, seconds: float, n: int, reference: float, target: str, *, met: bool
) -> Result:
    return Result(
        metric=metric,
        value=round(seconds * 1000, 2),
        unit="ms",
        n=n,
        reference=round(reference * 1000, 1),
        ratio=round(reference / seconds, 1),
        target=target,
        met=met,
    )


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _replay(template: object) -> None:
    build_schema(schema=f"t_bench_{uuid4().hex[:12]}", template=template)  # type: ignore[arg-type]


def _sign_up() -> str:
    order = TenantOrder(
        slug=f"bench-{uuid4().hex[:10]}", name="Bench", owner_email="ada@bench.example"
    )
    return provision_tenant(order=order, acting=SYSTEM, at=now()).host


def _first_page(visitor: Client, host: str) -> None:
    # One client, as one web process answers all: a new one would load the middleware anew.
    status = visitor.get("/", headers={"host": host}).status_code
    if status != 200:
        raise LookupError(f"the new storefront answered {status}")
