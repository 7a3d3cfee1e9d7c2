from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from shared_apps.gateways.sandbox.server import Sandbox
from shared_apps.gateways.stripe.fake import StripeFake
from shared_apps.kernel.clock import now
from shared_apps.ledger.domain.checks import check_books
from shared_apps.outbox.domain.delivery import deliver_pending
from tenant_apps.ordering.domain.carts import CartOwner, add_to_cart
from tenant_apps.ordering.domain.checkout import CheckoutStarted, check_out
from tests.factories import shop
from tests.shared_apps.gateways.customer import Customer
from tests.tenant_apps.ordering.people import DETAILS, GUEST


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
def stall(in_alpha: Any) -> Any:
    """Two vendors with one product each, and a guest's cart with both."""
    potter, weaver = shop.make_vendor("Potter"), shop.make_vendor("Weaver")
    bowl = shop.make_item(potter, "Bowl", price="24.50", stock=5)
    scarf = shop.make_item(weaver, "Scarf", price="39.99", stock=2)
    owner = CartOwner(guest_key=uuid4())
    return SimpleNamespace(potter=potter, weaver=weaver, bowl=bowl, scarf=scarf, owner=owner)


def fill(stall: Any, *, bowls: int = 2, scarves: int = 1) -> None:
    for item, quantity in ((stall.bowl, bowls), (stall.scarf, scarves)):
        if quantity:
            add_to_cart(owner=stall.owner, variant_id=item.variant_id, quantity=quantity, at=now())


def start(stall: Any, **changes: Any) -> CheckoutStarted:
    return check_out(
        owner=stall.owner, details=changes.get("details", DETAILS), acting=GUEST, at=now()
    )


def deliver_all() -> None:
    done = deliver_pending(at=now())
    assert done.failed == 0


def assert_books_hold() -> None:
    assert [(check.name, check.offending) for check in check_books() if not check.holds] == []
