"""From a customer's card to a vendor's bank and back: a real purchase, paid out, refunded, netted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.ledger.queries import balance_of
from tenant_apps.ordering.domain import goodwill
from tenant_apps.ordering.models import OrderLine, VendorOrder
from tenant_apps.settlement.domain import payouts, rhythms, rule_editing, simulation
from tenant_apps.settlement.domain.balances import balances_of
from tenant_apps.settlement.domain.commissions import all_rules
from tenant_apps.settlement.domain.schedules import PayoutRhythm
from tenant_apps.settlement.domain.statements import month_of, statement_of
from tenant_apps.settlement.models import Payout
from tests.tenant_apps.ordering.conftest import stall  # noqa: F401
from tests.tenant_apps.settlement.people import assert_books_hold, bank_of
from tests.tenant_apps.settlement.test_disputes import (  # noqa: F401
    bought,
    deliver_all,
    hand_over,
)
from tests.tenant_apps.settlement.test_rules import rule

pytestmark = pytest.mark.django_db


def balance(code):
    return balance_of(code, "EUR").minor


def daily():
    rhythms.choose_rhythm(partner_id=None, rhythm=PayoutRhythm("daily"), acting=SYSTEM, at=now())


def test_paid_out_refunded_and_netted(bought):  # noqa: F811
    daily()
    potter = bought.potter
    bank_of(potter.id)
    hand_over(potter)
    part = VendorOrder.objects.get(vendor_id=potter.id)
    earned = balance(f"vendor:{potter.id}")
    assert earned == part.earning_minor > 0

    (payout_id,) = payouts.sweep(at=now()).made
    payouts.settle_by_hand(payout_id=payout_id, has_arrived=True, acting=SYSTEM, at=now())
    assert Payout.objects.get().amount_minor == earned
    line = OrderLine.objects.get(vendor_order=part)
    goodwill.pay_back(
        vendor_order_id=part.id,
        amounts={line.id: line.total_minor},
        reason="broken",
        acting=SYSTEM,
        at=now(),
    )
    deliver_all()

    (funds,) = balances_of(potter.id, at=now())
    assert funds.debt.minor == line.earning_minor
    assert payouts.sweep(at=now() + timedelta(days=1)).made == ()
    month = month_of(now().strftime("%Y-%m"))
    statement = statement_of(partner_id=potter.id, currency="EUR", period=month)
    assert [each.kind for each in statement.lines] == ["sale", "payout", "reduction"]
    assert statement.lines[0].reference == part.number
    assert statement.closing.minor == balance(f"vendor:{potter.id}")
    assert_books_hold()


def test_last_month_under_other_rules(bought):  # noqa: F811
    """What was sold bore 10 %; the proposed rule halves it for one vendor, and nothing is saved."""
    wanted = rule("Half", target=bought.potter.id, bps=500)
    frozen = list(OrderLine.objects.order_by("id").values_list("commission_minor", flat=True))

    found = simulation.simulate(
        rules=rule_editing.proposed(all_rules(), wanted), acting=SYSTEM, at=now()
    )

    effects = {each.vendor_name: (each.before.minor, each.after.minor) for each in found.effects}
    assert effects == {"Potter": (490, 245), "Weaver": (400, 400)}
    assert [each.name for each in all_rules()] == ["Standard"]
    assert frozen == list(
        OrderLine.objects.order_by("id").values_list("commission_minor", flat=True)
    )
