"""Shares: released once, taken back in pieces, never a cent adrift."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from shared_apps.ledger.queries import balance_of
from shared_apps.outbox.models import OutboxEvent
from tenant_apps.settlement.domain import terms
from tenant_apps.settlement.domain.earnings import (
    EarningPaidOut,
    EarningUnknown,
    MoreThanEarned,
    ShareCut,
    record_earnings,
    remaining_share,
    void_earning,
)
from tenant_apps.settlement.domain.shares import (
    is_within,
    legs_total,
    next_cut,
    release_legs,
    reversal_legs,
)
from tenant_apps.settlement.models import Earning
from tests.tenant_apps.settlement.people import (
    VECTOR,
    assert_books_hold,
    cut,
    earn,
    euro,
    reduce,
    release,
    sell,
    share_of,
)
from tests.world import NOW

pytestmark = pytest.mark.django_db


def balance(code):
    return balance_of(code, "EUR").minor


def takes():
    rows = OutboxEvent.objects.filter(name="billing.take_accrued.v1").order_by("created_at", "id")
    return [(row.payload["key"], row.payload["take_minor"]) for row in rows]


@operation
def void(subject):
    void_earning(subject=subject, acting=SYSTEM, at=NOW)


def test_release_divides_what_was_paid(potter):
    earn(potter.id)

    assert balance(f"vendor:{potter.id}") == 4723
    assert (balance("commission"), balance("commission_tax")) == (562, 112)
    assert (balance("saas_commission"), balance("saas_payable")) == (360, 360)
    assert balance("escrow") == 0
    assert takes() == [("release", 360)]
    assert_books_hold()


def test_release_twice_is_once(potter):
    subject = earn(potter.id)
    release(subject)

    assert balance(f"vendor:{potter.id}") == 4723
    assert takes() == [("release", 360)]


def test_subsidy_comes_from_the_operator_and_reaches_the_vendor(potter):
    whole = cut(4000, subsidy=1000, commission=500)
    subject = sell(potter.id, whole)
    assert (balance("promotion_cost"), balance("escrow")) == (1000, 5000)

    release(subject)

    assert balance(f"vendor:{potter.id}") == 4500
    assert balance("escrow") == 0
    assert_books_hold()


def test_refund_before_release_lowers_what_is_held(potter):
    subject = sell(potter.id, cut(4000, subsidy=1000, commission=500, take=80))

    rest = reduce(subject, cut(1600, subsidy=400, commission=200, take=32), "r1")
    release(subject)

    assert rest == cut(2400, subsidy=600, commission=300, take=48)
    assert balance(f"vendor:{potter.id}") == 2700
    assert (balance("promotion_cost"), balance("escrow")) == (600, 0)
    assert takes() == [("release", 48)]
    assert_books_hold()


def test_refund_after_release_comes_from_everybody(potter):
    subject = earn(potter.id, cut(4000, subsidy=1000, commission=500, retained_tax=100, take=80))

    reduce(subject, cut(1600, subsidy=400, commission=200, retained_tax=40, take=32), "refund:1")

    assert balance(f"vendor:{potter.id}") == 2640
    assert (balance("commission"), balance("tax:standard")) == (300, 60)
    assert (balance("promotion_cost"), balance("escrow")) == (600, 0)
    assert (balance("saas_commission"), balance("saas_payable")) == (48, 48)
    assert takes() == [("release", 80), ("refund:1", -32)]
    assert_books_hold()


def test_refund_after_payout_becomes_debt(potter):
    subject = earn(potter.id, cut(4000, commission=400))
    reduce(subject, cut(4000), "keep the commission")

    assert balance(f"vendor:{potter.id}") == -400
    assert balance("commission") == 400
    assert_books_hold()


def test_same_key_reduces_once(potter):
    subject = earn(potter.id)
    reduce(subject, cut(1799, commission=187, commission_tax=37), "once")
    reduce(subject, cut(1799, commission=187, commission_tax=37), "once")

    assert remaining_share(subject).gross == euro(3598)
    assert_books_hold()


def test_pieces_of_the_vector_take_off_exactly_the_whole(potter):
    """1 unit three times: commission back 1.87, 1.88, 1.87; fee VAT .37, .38, .37."""
    subject, done, pieces = earn(potter.id), ShareCut.nothing("EUR"), []
    for unit in (1, 2, 3):
        piece = next_cut(whole=VECTOR, part=unit, parts=3, done=done)
        reduce(subject, piece, f"unit {unit}")
        done, pieces = done + piece, [*pieces, piece]

    assert [piece.gross.minor for piece in pieces] == [1799, 1799, 1799]
    assert [piece.commission.minor for piece in pieces] == [187, 188, 187]
    assert [piece.commission_tax.minor for piece in pieces] == [37, 38, 37]
    assert balance(f"vendor:{potter.id}") == 0
    assert (balance("commission"), balance("saas_payable"), balance("escrow")) == (0, 0, 0)
    assert sum(take for _, take in takes()) == 0
    assert_books_hold()


def test_no_more_is_taken_off_than_was_earned(potter):
    subject = earn(potter.id)

    with pytest.raises(MoreThanEarned):
        reduce(subject, cut(5398), "too much")
    with pytest.raises(MoreThanEarned):
        reduce(subject, cut(100, commission=563), "too much of one part")
    with pytest.raises(MoreThanEarned):
        reduce(subject, cut(-1), "below nothing")

    assert_books_hold()


def test_all_taken_off_before_release_is_voided(potter):
    subject = sell(potter.id)
    reduce(subject, VECTOR, "all")
    void(subject)

    assert Earning.objects.get(subject=str(subject)).state == "voided"
    assert balance("escrow") == 0
    assert_books_hold()


def test_void_gives_the_subsidy_back(potter):
    subject = sell(potter.id, cut(4000, subsidy=1000, commission=500))
    void(subject)
    void(subject)

    assert (balance("promotion_cost"), balance("escrow")) == (0, 4000)
    release(subject)
    assert balance(f"vendor:{potter.id}") == 0


def test_released_is_not_voided(potter):
    with pytest.raises(EarningPaidOut):
        void(earn(potter.id))


def test_unknown_subject(in_alpha):
    nobody = Ref("ordering.vendor_order", "nobody")
    for action in (lambda: release(nobody), lambda: reduce(nobody, cut(1), "k")):
        with pytest.raises(EarningUnknown):
            action()


def test_one_earning_per_subject(potter):
    subject = sell(potter.id)

    with pytest.raises(IntegrityError):
        operation(lambda: record_earnings(shares=[share_of(potter.id, subject=subject)], at=NOW))()


def test_hold_days_are_frozen_at_release(potter):
    terms.choose_release(at_payment=False, hold_days=7, acting=SYSTEM, at=NOW)
    subject = earn(potter.id)
    terms.choose_release(at_payment=False, hold_days=0, acting=SYSTEM, at=NOW)

    assert Earning.objects.get(subject=str(subject)).available_at == NOW + timedelta(days=7)


def test_hold_days_have_an_end(in_alpha):
    with pytest.raises(terms.BadTerms):
        terms.choose_release(at_payment=False, hold_days=181, acting=SYSTEM, at=NOW)


minor = st.integers(0, 10**9)
shares = st.builds(
    lambda gross, subsidy, commission, tax, retained, take: cut(
        gross,
        subsidy=subsidy,
        commission=commission,
        commission_tax=tax,
        retained_tax=retained,
        take=take,
    ),
    *[minor] * 6,
)


@given(shares, st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_pieces_always_sum_to_the_whole(whole, pieces):
    parts, undone, done = sum(pieces), 0, ShareCut.nothing("EUR")
    for piece in pieces:
        undone += piece
        taken = next_cut(whole=whole, part=undone, parts=parts, done=done)
        assert is_within(taken, whole - done)
        done += taken

    assert done == whole


@given(shares)
def test_legs_move_every_part_and_leave_the_gross(share):
    """Into escrow comes gross + subsidy; a release empties it, a reversal leaves the gross."""
    partner = share_of("00000000-0000-0000-0000-000000000000").partner_id
    names = {"partner_id": partner, "tax_code": "", "ref": "r"}

    def escrow_after(legs):
        moved = 0
        for leg in legs:
            moved += leg.amount.minor * ((leg.credit == "escrow") - (leg.debit == "escrow"))
        return moved

    out = release_legs(share=share, **names)
    back = reversal_legs(cut=share, **names)

    assert escrow_after(out) == -(share.gross + share.subsidy).minor
    assert escrow_after(back) == share.gross.minor
    assert legs_total(out) >= share.take.minor
    assert all(leg.amount.minor > 0 for leg in [*out, *back])
