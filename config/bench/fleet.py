"""How fast a release walks over 200 tenants: AddField, AddIndex and a Python operation."""

from __future__ import annotations

import time
from uuid import uuid4

from config.bench.release import coming_release
from config.bench.results import Result
from config.bench.scratch import scratch_database
from config.bench.standard import migrate_tenant, stock_connection
from provisioning.domain.fleet import migrate_fleet
from provisioning.domain.pool import fill_pool
from provisioning.domain.signup import TenantOrder, provision_tenant
from provisioning.domain.template import ensure_template
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now

_STANDARD = 5


def run(*, n: int = 0) -> list[Result]:
    """Tenants a second, against django-tenants' standard executor on five of them in the same run."""
    size = n or 200
    with scratch_database():
        ensure_template(at=now())
        fill_pool(target=size + _STANDARD, at=now())
        schemas = [_tenant() for _ in range(size + _STANDARD)]
        with coming_release():
            with stock_connection():
                started = time.perf_counter()
                for schema in schemas[:_STANDARD]:
                    migrate_tenant(schema)
                standard = _STANDARD / (time.perf_counter() - started)
            report = migrate_fleet(canary=2, at=now())
        started = time.perf_counter()
        migrate_fleet(at=now())
        check = time.perf_counter() - started
    if not report.ok or report.done != size:
        raise LookupError(f"the walk ended {report.state} after {report.done} tenants")
    rate = report.done / report.seconds
    return [
        Result(
            metric="fleet migration",
            value=round(rate, 1),
            unit="tenants/s",
            n=report.done,
            reference=round(standard, 3),
            ratio=round(rate / standard, 1),
            target=">= 50x the standard executor's rate",
            met=rate / standard >= 50,
        ),
        Result("nothing to migrate", round(check * 1000 / size, 2), "ms/tenant", size),
    ]


def _tenant() -> str:
    order = TenantOrder(
        slug=f"bench-{uuid4().hex[:10]}", name="Bench", owner_email="ada@bench.example"
    )
    return provision_tenant(order=order, acting=SYSTEM, at=now()).schema
