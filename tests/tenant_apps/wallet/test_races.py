"""Many at once at one wallet, with real threads and real commits."""

from __future__ import annotations

import pytest

from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.wallet.domain import balances, holds
from tenant_apps.wallet.models import Hold
from tenant_apps.wallet.queries import wallet_of
from tests.tenant_apps.wallet.conftest import all_at_once, assert_books_hold, eur
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)

SUBJECT = Ref("ordering.order", "o1")


def test_hundred_debits_of_the_whole_balance(cy, in_alpha):
    """Exactly one of a hundred debits of everything wins."""
    spend = operation(balances.debit)
    actions = [
        lambda key=f"spend:{n}": spend(
            source=f"wallet:{cy.id}",
            amount=eur("100.00"),
            credit="escrow",
            key=key,
            kind="spend",
            subject=SUBJECT,
            at=NOW,
        )
        for n in range(100)
    ]

    results = all_at_once(in_alpha, actions)

    lost = [each for each in results if isinstance(each, DomainError)]
    assert len(lost) == 99
    assert {each.code for each in lost} == {"insufficient_funds"}
    assert wallet_of(cy.id, "EUR").available == eur("0.00")
    assert_books_hold()


def test_one_key_held_by_many(cy, in_alpha):
    set_aside = operation(holds.hold)
    action = lambda: set_aside(  # noqa: E731
        source=f"wallet:{cy.id}", amount=eur("60.00"), key="same", subject=SUBJECT, at=NOW
    )

    results = all_at_once(in_alpha, [action] * 8)

    assert len(set(results)) == 1
    assert Hold.objects.count() == 1
    assert wallet_of(cy.id, "EUR").held == eur("60.00")
    assert_books_hold()


def test_capture_and_release_at_once(cy, in_alpha):
    """Whoever is first decides; the money is in escrow or back, never both."""
    set_aside = operation(holds.hold)
    hold_id = set_aside(
        source=f"wallet:{cy.id}", amount=eur("60.00"), key="k", subject=SUBJECT, at=NOW
    )

    all_at_once(
        in_alpha,
        [lambda: operation(holds.capture_hold)(hold_id=hold_id, at=NOW)] * 4
        + [lambda: operation(holds.release_hold)(hold_id=hold_id, at=NOW)] * 4,
    )

    state = Hold.objects.get(id=hold_id).state
    available = wallet_of(cy.id, "EUR").available
    assert (state, available) in {("captured", eur("40.00")), ("released", eur("100.00"))}
    assert_books_hold()
