"""A part of what was spent comes back, once, if the operator says so."""

from __future__ import annotations

from uuid import uuid4

import pytest

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.errors import NotAllowed
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from shared_apps.ledger.queries import balance_of
from tenant_apps.promotions.domain import loyalty
from tenant_apps.promotions.domain.loyalty import BadLoyaltyTerms
from tenant_apps.promotions.models import LoyaltyReward
from tenant_apps.wallet.queries import wallet_of
from tests.tenant_apps.promotions.conftest import ADA, eur
from tests.tenant_apps.wallet.conftest import assert_books_hold
from tests.world import NOW

pytestmark = pytest.mark.django_db

PART = Ref("ordering.vendor_order", "v1")
reward = operation(loyalty.reward)


def choose(bps):
    loyalty.choose_loyalty(bps=bps, acting=ADA, at=NOW)


def test_off_unless_chosen(in_alpha):
    assert not reward(user_id=uuid4(), subject=PART, spent=eur("50.00"), at=NOW)
    assert not LoyaltyReward.objects.exists()


def test_reward_is_credited_once(in_alpha):
    choose(250)
    cy = uuid4()

    first = reward(user_id=cy, subject=PART, spent=eur("50.10"), at=NOW)
    choose(500)
    again = reward(user_id=cy, subject=PART, spent=eur("50.10"), at=NOW)

    assert (first, again) == (eur("1.25"), eur("0.00"))
    assert wallet_of(cy, "EUR").available == eur("1.25")
    assert balance_of("promotion_cost", "EUR") == eur("1.25")
    assert_books_hold()


def test_each_tenant_has_its_own_terms(in_alpha, beta):
    choose(250)

    with tenant_context(beta):
        assert loyalty.loyalty_bps() == 0
        assert not reward(user_id=uuid4(), subject=PART, spent=eur("50.00"), at=NOW)


def test_terms_have_bounds(in_alpha):
    for bps in (-1, 10_001):
        with pytest.raises(BadLoyaltyTerms):
            choose(bps)
    with pytest.raises(NotAllowed):
        loyalty.choose_loyalty(bps=1, acting=_cy(), at=NOW)


def _cy():
    return Actor("user", "x", "Cy", frozenset({"customer"}))
