from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared_apps.gateways.sandbox.server import Sandbox
from shared_apps.gateways.stripe.fake import StripeFake
from tests.shared_apps.gateways.customer import Customer
from tests.tenant_apps.payments.till import make_till


@pytest.fixture
def sandbox(tmp_path: Path, settings: Any) -> Iterator[Sandbox]:
    running = Sandbox(providers=[StripeFake()], path=str(tmp_path / "sandbox.sqlite3"))
    running.start()
    settings.GALLERIA_PAY_SANDBOX_URL = running.url
    yield running
    running.stop()


@pytest.fixture
def customer(sandbox: Sandbox) -> Customer:
    return Customer(sandbox.url)


@pytest.fixture
def till(in_alpha: Any) -> Any:
    return make_till()
