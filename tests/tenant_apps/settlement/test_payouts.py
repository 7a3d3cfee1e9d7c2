"""Payouts: all that is available and no more, once, and back again when they fail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.errors import NotAllowed
from shared_apps.kernel.lifecycle import MoveNotAllowed
from shared_apps.kernel.money import Money
from shared_apps.ledger.queries import balance_of
from shared_apps.outbox.models import OutboxEvent
from tenant_apps.settlement.domain import payouts, rhythms, terms
from tenant_apps.settlement.domain.balances import balances_of
from tenant_apps.settlement.domain.due import due_list
from tenant_apps.settlement.domain.payouts import NoDestination, NothingToPay
from tenant_apps.settlement.domain.schedules import PayoutRhythm
from tenant_apps.settlement.models import Earning, Payout, PayoutDestination
from tests.tenant_apps.settlement.people import (
    assert_books_hold,
    bank_of,
    cut,
    earn,
    euro,
    freeze,
    reduce,
)
from tests.world import NOW

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def balance(code):
    return balance_of(code, "EUR").minor


def pay(vendor, key="k", *, at=NOW):
    return payouts.pay_now(partner_id=vendor.id, currency="EUR", key=key, acting=SYSTEM, at=at)


def test_payout_sets_the_money_aside_and_stamps_the_earnings(potter):
    bank_of(potter.id)
    first, second = earn(potter.id), earn(potter.id)

    payout = Payout.objects.get(id=pay(potter))

    assert (payout.amount_minor, payout.method, payout.state) == (9446, "bank", "due")
    assert set(Earning.objects.values_list("subject", "payout_id")) == {
        (str(first), payout.id),
        (str(second), payout.id),
    }
    assert (balance(f"vendor:{potter.id}"), balance("payouts_in_transit")) == (0, 9446)
    assert OutboxEvent.objects.filter(name="settlement.payout_created.v1").count() == 1
    assert_books_hold()


def test_same_key_is_the_same_payout(potter):
    bank_of(potter.id)
    earn(potter.id)

    assert pay(potter, "one") == pay(potter, "one")
    with pytest.raises(NothingToPay):
        pay(potter, "two")

    assert Payout.objects.count() == 1


def test_nobody_is_paid_nowhere(potter):
    earn(potter.id)

    with pytest.raises(NoDestination):
        pay(potter)

    assert balance(f"vendor:{potter.id}") == 4723
    assert Payout.objects.count() == 0


def test_only_the_operator_pays(potter):
    bank_of(potter.id)
    earn(potter.id)

    with pytest.raises(NotAllowed):
        payouts.pay_now(partner_id=potter.id, currency="EUR", key="k", acting=potter.actor, at=NOW)


def test_held_days_and_disputes_wait(potter):
    bank_of(potter.id)
    earn(potter.id, cut(1000))
    disputed = earn(potter.id, cut(2000))
    freeze(disputed, "d1")
    terms.choose_release(at_payment=False, hold_days=7, acting=SYSTEM, at=NOW)
    earn(potter.id, cut(4000))

    (funds,) = balances_of(potter.id, at=NOW)
    payout = Payout.objects.get(id=pay(potter))

    assert (funds.available.minor, funds.pending.minor) == (1000, 6000)
    assert payout.amount_minor == 1000
    assert Earning.objects.filter(payout=payout).count() == 1
    later = Payout.objects.get(id=pay(potter, "later", at=NOW + timedelta(days=7)))
    assert later.amount_minor == 4000
    assert_books_hold()


def test_debt_is_netted_with_the_next_payout(potter):
    bank_of(potter.id)
    sold = earn(potter.id, cut(4000))
    pay(potter)
    reduce(sold, cut(4000), "refund")
    assert balance(f"vendor:{potter.id}") == -4000
    assert balances_of(potter.id, at=NOW)[0].debt.minor == 4000

    earn(potter.id, cut(3000))
    with pytest.raises(NothingToPay):
        pay(potter, "still in debt")
    earn(potter.id, cut(2500))

    assert Payout.objects.get(id=pay(potter, "again")).amount_minor == 1500
    assert Earning.objects.filter(payout=None).count() == 0
    assert_books_hold()


def test_reserve_stays_behind_for_a_while(potter):
    bank_of(potter.id)
    rhythm = PayoutRhythm("daily", reserve_bps=1000, reserve_days=30)
    rhythms.choose_rhythm(partner_id=potter.id, rhythm=rhythm, acting=SYSTEM, at=NOW)
    earn(potter.id, cut(10_000))

    assert Payout.objects.get(id=pay(potter)).amount_minor == 9000
    with pytest.raises(NothingToPay):
        pay(potter, "next")
    after = NOW + timedelta(days=31)
    assert Payout.objects.get(id=pay(potter, "after", at=after)).amount_minor == 1000
    assert_books_hold()


def test_each_currency_is_its_own_payout(potter):
    bank_of(potter.id)
    earn(potter.id, cut(1000))
    earn(potter.id, cut(700, currency="USD"))

    swept = sweep_on(MONDAY)

    found = set(Payout.objects.values_list("currency", "amount_minor"))
    assert found == {("EUR", 1000), ("USD", 700)}
    assert len(swept.made) == 2
    assert_books_hold()


def sweep_on(day):
    return payouts.sweep(at=day)


def test_sweep_pays_on_the_day_and_once(potter, weaver):
    bank_of(potter.id)
    earn(potter.id)
    earn(weaver.id)

    early = sweep_on(MONDAY - timedelta(days=1))
    first, again = sweep_on(MONDAY), sweep_on(MONDAY + timedelta(hours=1))

    assert (early.made, len(first.made), again.made) == ((), 1, ())
    assert first.skipped == (weaver.id,)
    assert Payout.objects.get().batch.key == "schedule:2026-11-23"


def test_missed_day_is_made_up_for(potter):
    bank_of(potter.id)
    earn(potter.id)
    sweep_on(MONDAY - timedelta(days=2))

    assert len(sweep_on(MONDAY + timedelta(days=3)).made) == 1


def test_below_the_minimum_is_carried_over(potter):
    bank_of(potter.id)
    rhythm = PayoutRhythm("daily", minimums={"EUR": 5000})
    rhythms.choose_rhythm(partner_id=None, rhythm=rhythm, acting=SYSTEM, at=NOW)
    earn(potter.id)

    assert sweep_on(NOW).made == ()
    earn(potter.id)
    assert len(sweep_on(NOW + timedelta(days=1)).made) == 1
    assert Payout.objects.get().amount_minor == 9446


def test_manual_partners_are_not_swept(potter):
    bank_of(potter.id)
    rhythms.choose_rhythm(
        partner_id=potter.id, rhythm=PayoutRhythm("manual"), acting=SYSTEM, at=NOW
    )
    earn(potter.id)

    assert sweep_on(MONDAY).made == ()
    rhythms.drop_exception(partner_id=potter.id, acting=SYSTEM, at=NOW)
    assert len(sweep_on(MONDAY + timedelta(days=7)).made) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        PayoutRhythm("hourly"),
        PayoutRhythm(weekday=7),
        PayoutRhythm(reserve_bps=10_001),
        PayoutRhythm(minimums={"EUR": -1}),
        PayoutRhythm(reserve_days=366),
    ],
)
def test_impossible_terms_are_refused(in_alpha, wrong):
    with pytest.raises(terms.BadTerms):
        rhythms.choose_rhythm(partner_id=None, rhythm=wrong, acting=SYSTEM, at=NOW)


def test_failed_payout_is_the_partners_again(potter):
    bank_of(potter.id)
    earn(potter.id)
    payout_id = pay(potter)

    payouts.settle_by_hand(
        payout_id=payout_id, has_arrived=False, note="account_closed", acting=SYSTEM, at=NOW
    )

    payout = Payout.objects.get(id=payout_id)
    assert (payout.state, payout.failure_code) == ("failed", "account_closed")
    assert balance(f"vendor:{potter.id}") == 4723
    assert balance("payouts_in_transit") == 0
    assert Earning.objects.get().payout_id is None
    assert PayoutDestination.objects.get().state == "restricted"
    with pytest.raises(NoDestination):
        pay(potter, "again")
    bank_of(potter.id)
    assert Payout.objects.get(id=pay(potter, "new account")).amount_minor == 4723
    assert_books_hold()


def test_paid_then_failed(potter):
    bank_of(potter.id)
    earn(potter.id)
    payout_id = pay(potter)
    payouts.settle_by_hand(payout_id=payout_id, has_arrived=True, acting=SYSTEM, at=NOW)
    assert (balance("bank"), balance("payouts_in_transit")) == (-4723, 0)

    payouts.settle_by_hand(
        payout_id=payout_id, has_arrived=False, note="returned", acting=SYSTEM, at=NOW
    )

    assert Payout.objects.get().state == "failed"
    assert (balance("bank"), balance(f"vendor:{potter.id}")) == (0, 4723)
    told = OutboxEvent.objects.get(name="settlement.payout_failed.v1").payload
    assert (told["was_paid"], told["failure_code"]) == (True, "returned")
    assert_books_hold()


def test_cancelled_before_anybody_was_asked(potter):
    bank_of(potter.id)
    earn(potter.id)
    payout_id = pay(potter)

    payouts.cancel_payout(payout_id=payout_id, acting=SYSTEM, at=NOW)

    assert balance(f"vendor:{potter.id}") == 4723
    assert Earning.objects.get().payout_id is None
    with pytest.raises(MoveNotAllowed):
        payouts.settle_by_hand(payout_id=payout_id, has_arrived=True, acting=SYSTEM, at=NOW)
    assert_books_hold()


def test_refund_of_what_a_payout_carries_becomes_debt_and_failure_restores_the_rest(potter):
    bank_of(potter.id)
    sold = earn(potter.id, cut(4000))
    payout_id = pay(potter)
    reduce(sold, cut(1500), "refund")
    payouts.settle_by_hand(payout_id=payout_id, has_arrived=False, acting=SYSTEM, at=NOW)
    bank_of(potter.id)

    assert balance(f"vendor:{potter.id}") == 2500
    assert Payout.objects.get(id=pay(potter, "rest")).amount_minor == 2500
    assert_books_hold()


def test_someone_else_may_not_settle(potter):
    stranger = Actor("user", str(potter.user.id), "x", frozenset({"customer"}))
    with pytest.raises(NotAllowed):
        payouts.settle_by_hand(payout_id=potter.id, has_arrived=True, acting=stranger, at=NOW)


def test_list_of_who_is_due_agrees_with_each_balance(potter, weaver, django_assert_num_queries):
    """Hold days, disputes, debts and reserves of several partners, in the same few queries."""
    bank_of(potter.id)
    rhythm = PayoutRhythm("daily", minimums={"EUR": 900}, reserve_bps=500, reserve_days=30)
    rhythms.choose_rhythm(partner_id=weaver.id, rhythm=rhythm, acting=SYSTEM, at=NOW)
    earn(potter.id, cut(1000))
    freeze(earn(potter.id, cut(2000)), "d1")
    earn(weaver.id, cut(3000), at=NOW - timedelta(days=60))
    sold = earn(weaver.id, cut(500))
    reduce(sold, cut(200), "r")
    terms.choose_release(at_payment=False, hold_days=7, acting=SYSTEM, at=NOW)
    earn(weaver.id, cut(700, currency="USD"))

    with django_assert_num_queries(6):
        found = due_list(at=NOW)

    assert [(each.partner.name, each.balance, each.available.minor) for each in found] == [
        ("Weaver", euro(3300), 3285),
        ("Potter", euro(3000), 1000),
        ("Weaver", Money(700, "USD"), 0),
    ]
    assert [each.problem for each in found] == ["no_destination", "", "no_destination"]
    for vendor in (potter, weaver):
        for funds in balances_of(vendor.id, at=NOW):
            (due,) = (
                each
                for each in found
                if (each.partner.id, each.balance.currency) == (vendor.id, funds.currency)
            )
            assert due.funds == funds.funds
