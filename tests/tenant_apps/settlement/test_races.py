"""Many at once, with real threads and real commits."""

from __future__ import annotations

import pytest

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError
from shared_apps.ledger.queries import balance_of
from tenant_apps.settlement.domain import payouts, rhythms, sending
from tenant_apps.settlement.domain.payouts import NothingToPay
from tenant_apps.settlement.domain.schedules import PayoutRhythm
from tenant_apps.settlement.models import Earning, Payout
from tests.tenant_apps.ordering.test_races import all_at_once
from tests.tenant_apps.settlement.people import assert_books_hold, bank_of, cut, earn, reduce
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def pay(vendor, key):
    return payouts.pay_now(partner_id=vendor.id, currency="EUR", key=key, acting=SYSTEM, at=NOW)


def test_payout_asked_twice_is_one(potter, in_alpha):
    """Eight clicks of one button and eight of another: one payout of all there is."""
    bank_of(potter.id)
    earn(potter.id)

    results = all_at_once(in_alpha, [lambda key=key: pay(potter, key) for key in ["a", "b"] * 8])

    paid = {each for each in results if not isinstance(each, DomainError)}
    assert len(paid) == 1
    assert {type(each) for each in results if isinstance(each, DomainError)} == {NothingToPay}
    assert Payout.objects.get().amount_minor == 4723
    assert_books_hold()


def test_concurrent_sweeps_pay_everybody_once(potter, weaver, in_alpha):
    rhythms.choose_rhythm(partner_id=None, rhythm=PayoutRhythm("daily"), acting=SYSTEM, at=NOW)
    for vendor in (potter, weaver):
        bank_of(vendor.id)
        for _ in range(3):
            earn(vendor.id, cut(1000))

    all_at_once(in_alpha, [lambda: payouts.sweep(at=NOW)] * 6)

    found = sorted(Payout.objects.values_list("partner_id", "amount_minor"))
    assert found == sorted([(potter.id, 3000), (weaver.id, 3000)])
    assert Earning.objects.filter(payout=None).count() == 0
    assert_books_hold()


def test_refund_and_payout_at_once_never_pay_more_than_there_is(potter, in_alpha):
    bank_of(potter.id)
    sold = [earn(potter.id, cut(1000)) for _ in range(6)]

    all_at_once(
        in_alpha,
        [
            *(lambda key=key: pay(potter, key) for key in "abc"),
            *(
                lambda subject=subject: reduce(subject, cut(1000), f"refund {subject}")
                for subject in sold[:3]
            ),
        ],
    )

    paid = sum(Payout.objects.values_list("amount_minor", flat=True))
    assert balance_of(f"vendor:{potter.id}", "EUR").minor == 3000 - paid
    assert_books_hold()


def test_relay_and_tending_send_one(potter, customer, in_alpha):
    from tests.tenant_apps.settlement import test_sending as at_stripe

    vendor = at_stripe.onboarded.__wrapped__(potter, customer)
    at_stripe.fund(customer)
    earn(vendor.id, at=now())
    payout_id = at_stripe.make(vendor)

    all_at_once(
        in_alpha,
        [lambda: sending.deliver_payout(payout_id=payout_id, at=now())] * 4,
    )

    sending.tend_payouts(at=now())
    assert Payout.objects.get().state == "paid"
    assert len(at_stripe.sent_at_stripe()) == 1
    assert_books_hold()
