from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared_apps.gateways.sandbox.server import Sandbox
from shared_apps.gateways.stripe.fake import StripeFake
from shared_apps.kernel.clock import now
from tenant_apps.payments.domain.accounts import open_sandbox_account
from tests.factories import shop
from tests.factories.shop import Vendor
from tests.shared_apps.gateways.customer import Customer


@pytest.fixture
def potter(in_alpha: Any) -> Vendor:
    return shop.make_vendor("Potter")


@pytest.fixture
def weaver(in_alpha: Any) -> Vendor:
    return shop.make_vendor("Weaver")


@pytest.fixture
def sandbox(tmp_path: Path, settings: Any, in_alpha: Any) -> Iterator[Sandbox]:
    """Stripe as the sandbox plays it, and the tenant's account there."""
    running = Sandbox(providers=[StripeFake()], path=str(tmp_path / "sandbox.sqlite3"))
    running.start()
    settings.GALLERIA_PAY_SANDBOX_URL = running.url
    open_sandbox_account(at=now(), kind="stripe")
    yield running
    running.stop()


@pytest.fixture
def customer(sandbox: Sandbox) -> Customer:
    return Customer(sandbox.url)
