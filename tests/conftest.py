"""One PostgreSQL and one Valkey for the run, one database a worker, two tenants in each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests import running_services


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """A copy of the prepared world for this worker, dropped afterwards."""
    from tests.world import enter_world_database

    with django_db_blocker.unblock(), enter_world_database():
        yield


@pytest.fixture(autouse=True)
def _nobody_bound() -> Iterator[None]:
    """Each test starts with no tenant bound, as every request and task does."""
    from shared_apps.kernel.context import bound
    from shared_apps.kernel.memory import forget_all
    from tenants.routing import HOSTS

    HOSTS.forget()
    forget_all()
    with bound(None):
        yield


@pytest.fixture
def alpha(db: None) -> Any:
    """The first tenant of the test world, as a context to enter."""
    from tests.world import ALPHA

    return ALPHA


@pytest.fixture
def beta(db: None) -> Any:
    """The other tenant: what could leak, leaks to here."""
    from tests.world import BETA

    return BETA


@pytest.fixture
def in_alpha(alpha: Any) -> Iterator[Any]:
    from shared_apps.kernel.context import tenant_context

    with tenant_context(alpha):
        yield alpha


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        running_services.stop()
