"""Two planted tenants in a committed database of their own, once for each module."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import storages

from shared_apps.gateways.sandbox.server import Sandbox
from shared_apps.gateways.stripe.fake import StripeFake
from shared_apps.kernel.context import bound
from tests.isolation.planted import Planted, plant
from tests.provisioning.conftest import own_database
from tests.shared_apps.gateways.customer import Customer
from tests.world import ALPHA, BETA


@dataclass(frozen=True)
class Worlds:
    """Alpha, whose things are looked for, and Beta, where nobody may find them."""

    alpha: Planted
    beta: Planted


@pytest.fixture(scope="module")
def worlds(django_db_setup: None, django_db_blocker: Any) -> Iterator[Worlds]:
    before = settings.DATA_DIR, settings.GALLERIA_PAY_SANDBOX_URL
    with tempfile.TemporaryDirectory() as folder, django_db_blocker.unblock(), own_database():
        settings.DATA_DIR = Path(folder)
        storages._storages = {}
        sandbox = Sandbox(providers=[StripeFake()], path=f"{folder}/sandbox.sqlite3")
        sandbox.start()
        settings.GALLERIA_PAY_SANDBOX_URL = sandbox.url
        try:
            with bound(None):
                customer = Customer(sandbox.url)
                yield Worlds(plant(ALPHA, customer), plant(BETA, customer))
        finally:
            sandbox.stop()
            settings.DATA_DIR, settings.GALLERIA_PAY_SANDBOX_URL = before
            storages._storages = {}
