from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from shared_apps.ledger.domain.checks import check_books
from tenant_apps.wallet.domain import balances
from tests.factories.shop import make_user
from tests.world import NOW


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


@operation
def fund(user_id: UUID, amount: Money) -> None:
    """Money from nowhere in particular in a person's wallet."""
    key = str(uuid4())
    subject = Ref("test.gift", key)
    balances.credit(
        source=f"wallet:{user_id}",
        amount=amount,
        debit="goodwill",
        key=key,
        kind="goodwill",
        subject=subject,
        at=NOW,
    )


def assert_books_hold() -> None:
    assert [(check.name, check.offending) for check in check_books() if not check.holds] == []


def all_at_once(tenant: Any, actions: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run the actions together; what each returned or raised."""
    barrier, results = threading.Barrier(len(actions)), [None] * len(actions)

    def run(place: int, action: Callable[[], Any]) -> None:
        try:
            with tenant_context(tenant):
                barrier.wait()
                results[place] = action()
        except DomainError as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def cy(in_alpha: Any) -> Any:
    """A customer with EUR 100.00 in the wallet."""
    user = make_user("cy@customers.example", name="Cy")
    fund(user.id, eur("100.00"))
    return user
