"""The last use of a code, with real threads and real commits."""

from __future__ import annotations

from uuid import uuid4

import pytest

from shared_apps.kernel.errors import DomainError
from tenant_apps.promotions.models import CodeUse, Promotion
from tests.tenant_apps.promotions.conftest import EMAIL, ask, make, order, reserve
from tests.tenant_apps.wallet.conftest import all_at_once, assert_books_hold
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def _reserving(quote, name, user_id, email):
    return lambda: reserve(quote=quote, subject=order(name), user_id=user_id, email=email, at=NOW)


def _lost(results):
    return [each.code for each in results if isinstance(each, DomainError)]


def test_last_use_is_decided_once(basket, in_alpha):
    """Forty orders, three uses left: three of them get it."""
    make(uses_max=3)
    quote = ask(basket, "TEN")

    results = all_at_once(
        in_alpha,
        [_reserving(quote, f"o{n}", uuid4(), f"c{n}@customers.example") for n in range(40)],
    )

    assert _lost(results) == ["code_used_up"] * 37
    assert Promotion.objects.get().used_count == CodeUse.objects.count() == 3
    assert_books_hold()


def test_one_customer_in_many_tabs(basket, in_alpha):
    make(uses_per_customer=1)
    quote = ask(basket, "TEN")

    results = all_at_once(
        in_alpha, [_reserving(quote, f"o{n}", basket.user_id, EMAIL) for n in range(12)]
    )

    assert _lost(results) == ["code_used_up"] * 11
    assert_books_hold()


def test_two_codes_in_either_order(basket, in_alpha):
    """Orders that name two codes in different order never wait for each other crosswise."""
    make(is_stackable=True)
    make(code="FIVE", kind="fixed", bps=0, amount_minor=500, is_stackable=True)
    there, back = ask(basket, "TEN", "FIVE"), ask(basket, "FIVE", "TEN")

    results = all_at_once(
        in_alpha,
        [_reserving(there if n % 2 else back, f"o{n}", uuid4(), "") for n in range(16)],
    )

    assert _lost(results) == []
    assert CodeUse.objects.count() == 32
    assert_books_hold()
