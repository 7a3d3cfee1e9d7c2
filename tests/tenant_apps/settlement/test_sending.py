"""Payouts at the provider: sent once, believed only when it answers, back when they bounce."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared_apps.gateways.contract import StartPayment
from shared_apps.gateways.errors import OutcomeUnknown
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.money import Money
from shared_apps.ledger.queries import balance_of
from shared_apps.outbox.domain.subscriptions import Delivery
from tenant_apps.partners.models import Partner
from tenant_apps.payments.domain.accounts import active_account, gateway_of
from tenant_apps.payments.events import WebhookReceived
from tenant_apps.settlement import handlers
from tenant_apps.settlement.domain import destinations, payouts, sending
from tenant_apps.settlement.models import Payout, PayoutDestination
from tests.tenant_apps.settlement.people import assert_books_hold, cut, earn

pytestmark = pytest.mark.django_db

SETTLED = 2 * 86_400 + 1


def gateway():
    return gateway_of(active_account("stripe"))


def balance(code):
    return balance_of(code, "EUR").minor


@pytest.fixture
def onboarded(potter, customer):
    """Potter told Stripe who she is, and the operator's balance there has settled."""
    Partner.objects.filter(id=potter.id).update(country="DE")
    link = destinations.begin_onboarding(partner_id=potter.id, acting=potter.actor, at=now())
    customer.press(link.url, action="complete")
    row = PayoutDestination.objects.get()
    destinations.refresh_destination(destination_id=row.id, at=now())
    return potter


def fund(customer, minor=20_000):
    started = gateway().start_payment(
        StartPayment(
            reference=str(uuid7()),
            amount=Money(minor, "EUR"),
            success_url="http://alpha.galleria.localhost/ok",
            cancel_url="http://alpha.galleria.localhost/no",
            idempotency_key=str(uuid7()),
        )
    )
    customer.pay(started.redirect_url)
    customer.lever("clock", advance_seconds=SETTLED)


def make(vendor, key="k"):
    return payouts.pay_now(partner_id=vendor.id, currency="EUR", key=key, acting=SYSTEM, at=now())


def fail(customer, kind):
    """Also for the repetitions that the SDK makes by itself."""
    customer.lever("faults", provider="stripe", kind=kind, match="/v1/transfers", times=9)


def sent_at_stripe():
    return gateway()._api.transfers.list().data


def test_onboarding_makes_a_partner_payable(onboarded):
    row = PayoutDestination.objects.get()
    assert (row.kind, row.state) == ("stripe", "ready")
    assert row.provider_account.startswith("acct_")


def test_onboarding_twice_is_one_account(potter, sandbox):
    Partner.objects.filter(id=potter.id).update(country="DE")
    first = destinations.begin_onboarding(partner_id=potter.id, acting=potter.actor, at=now())
    second = destinations.begin_onboarding(partner_id=potter.id, acting=potter.actor, at=now())

    assert first.url != second.url
    assert PayoutDestination.objects.get().state == "pending"


def test_paid_at_stripe(onboarded, customer):
    fund(customer)
    earn(onboarded.id, at=now())
    payout_id = make(onboarded)

    assert sending.deliver_payout(payout_id=payout_id, at=now()) == "paid"
    assert sending.deliver_payout(payout_id=payout_id, at=now()) == "paid"

    (transfer,) = sent_at_stripe()
    assert (transfer.amount, transfer.metadata["reference"]) == (4723, str(payout_id))
    assert (balance("payouts_in_transit"), balance(f"vendor:{onboarded.id}")) == (0, 0)
    assert_books_hold()


def test_answer_lost_is_asked_again_and_paid_once(onboarded, customer):
    fund(customer)
    earn(onboarded.id, at=now())
    payout_id = make(onboarded)
    fail(customer, "timeout_after_commit")

    with pytest.raises(OutcomeUnknown):
        sending.send_payout(payout_id=payout_id, at=now())
    assert Payout.objects.get().state == "processing"
    customer.lever("faults", method="DELETE")
    sending.tend_payouts(at=now())

    assert Payout.objects.get().state == "paid"
    assert len(sent_at_stripe()) == 1
    assert_books_hold()


def test_forgotten_keys_are_not_asked_under_again(onboarded, customer):
    fund(customer)
    earn(onboarded.id, at=now())
    payout_id = make(onboarded)
    fail(customer, "500_then_ok")
    with pytest.raises(OutcomeUnknown):
        sending.send_payout(payout_id=payout_id, at=now())

    customer.lever("faults", method="DELETE")

    later = now() + timedelta(hours=21)
    assert sending.send_payout(payout_id=payout_id, at=later) == "processing"

    assert sent_at_stripe() == []
    payouts.settle_by_hand(payout_id=payout_id, has_arrived=False, acting=SYSTEM, at=later)
    assert balance(f"vendor:{onboarded.id}") == 4723
    assert_books_hold()


def test_operator_without_balance_pays_later(onboarded, customer):
    earn(onboarded.id, at=now())
    payout_id = make(onboarded)

    assert sending.deliver_payout(payout_id=payout_id, at=now()) == "due"
    row = Payout.objects.get()
    assert (row.attempt, row.failure_code) == (2, "operator_balance_insufficient")
    assert PayoutDestination.objects.get().state == "ready"
    fund(customer)
    sending.tend_payouts(at=now())

    assert Payout.objects.get().state == "paid"
    assert len(sent_at_stripe()) == 1
    assert_books_hold()


def test_payout_failure_after_paid(onboarded, customer):
    fund(customer)
    earn(onboarded.id, cut(5000), at=now())
    payout_id = make(onboarded)
    sending.deliver_payout(payout_id=payout_id, at=now())
    provider_id = Payout.objects.get().provider_id

    customer.lever("stripe/fail_payout", payout=provider_id, code="account_closed")
    assert sending.follow_payout(provider_id=provider_id, reference="", at=now())
    sending.follow_payout(provider_id=provider_id, reference="", at=now())

    row = Payout.objects.get()
    assert row.state == "failed"
    assert (balance(f"vendor:{onboarded.id}"), balance("clearing:stripe")) == (5000, 5000)
    assert PayoutDestination.objects.get().state == "restricted"
    assert_books_hold()


def test_news_by_webhook_in_any_order_and_number(onboarded, customer):
    """Twice, late and before the relay sent it: what counts is how the payout stands there."""
    fund(customer)
    earn(onboarded.id, at=now())
    payout_id = make(onboarded)
    sending.deliver_payout(payout_id=payout_id, at=now())
    provider_id = Payout.objects.get().provider_id
    event = WebhookReceived(
        webhook_id=str(uuid7()), subject="transfer", object_id=provider_id, reference=""
    )
    delivery = Delivery(uuid7(), now(), now(), "system:system", "", 1)
    handlers.hear_of_payouts(event, delivery)
    assert Payout.objects.get().state == "paid"

    customer.lever("stripe/fail_payout", payout=provider_id, code="account_closed")
    for _ in range(2):
        handlers.hear_of_payouts(event, delivery)

    assert Payout.objects.get().state == "failed"
    assert balance(f"vendor:{onboarded.id}") == 4723
    assert_books_hold()


def test_account_news_restrict_a_destination(onboarded, customer):
    row = PayoutDestination.objects.get()
    customer.lever("stripe/restrict_account", account=row.provider_account)
    event = WebhookReceived(
        webhook_id=str(uuid7()), subject="account", object_id=row.provider_account, reference=""
    )
    delivery = Delivery(uuid7(), now(), now(), "system:system", "", 1)

    handlers.hear_of_payouts(event, delivery)

    row.refresh_from_db()
    assert row.state == "restricted"
    assert row.requirements


def test_refused_account_gives_the_money_back(potter, customer):
    """Stripe will not pay an account whose owner has not answered its questions."""
    Partner.objects.filter(id=potter.id).update(country="DE")
    destinations.begin_onboarding(partner_id=potter.id, acting=potter.actor, at=now())
    PayoutDestination.objects.update(state="ready")
    fund(customer)
    earn(potter.id, at=now())
    payout_id = make(potter)

    assert sending.deliver_payout(payout_id=payout_id, at=now()) == "failed"

    assert balance(f"vendor:{potter.id}") == 4723
    assert PayoutDestination.objects.get().state == "restricted"
    assert_books_hold()


def test_news_of_somebody_elses_payout_is_not_ours(sandbox):
    assert not sending.follow_payout(provider_id="tr_unknown", reference="x", at=now())
    assert not destinations.refresh_account(provider_account="acct_unknown", at=now())


def test_wallet_is_paid_at_once(potter):
    destinations.choose_destination(
        partner_id=potter.id,
        kind="wallet",
        details=destinations.Details(user_id=str(potter.user.id), name="Potter"),
        acting=potter.actor,
        at=now(),
    )
    earn(potter.id, at=now())

    assert sending.deliver_payout(payout_id=make(potter), at=now()) == "paid"

    assert balance(f"wallet:{potter.user.id}") == 4723
    assert balance("payouts_in_transit") == 0
    assert_books_hold()
