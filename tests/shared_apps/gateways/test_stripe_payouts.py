"""Partners are paid: shares as payouts, their banks' payouts after that, and what comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared_apps.gateways.contract import (
    DestinationKind,
    PayoutDestination,
    PayoutState,
    ReverseTransfer,
    SendPayout,
    WebhookSubject,
)
from shared_apps.gateways.errors import GatewayRefused, NotOffered
from shared_apps.gateways.statement import MovementKind
from shared_apps.kernel.clock import now
from tests.shared_apps.gateways.ground import fresh_key
from tests.shared_apps.gateways.stripe_world import (
    A_DAY,
    SETTLED,
    eur,
    heard,
    listening,
    nets,
    onboarded,
    paid,
    payout,
)


def funded_partner(gateway, customer, minor: int = 5000) -> tuple[str, str]:
    """A partner with a share of a payment: account and payout."""
    account = onboarded(gateway, customer)
    charge = gateway.fetch_payment(paid(gateway, customer)).charge_id
    return account, gateway.send_payout(payout(account, minor, charge)).payout_id


def available(gateway, account: str) -> int:
    return gateway._api.balance.retrieve({}, {"stripe_account": account}).available[0].amount


def test_a_payout_is_a_share_and_is_there_at_once(gateway, customer):
    _, payout_id = funded_partner(gateway, customer)
    found = gateway.fetch_payout(payout_id)
    assert (found.state, found.amount, found.returned) == (PayoutState.PAID, eur(5000), eur(0))
    assert found.reference == "payout_1"
    assert nets(gateway) == 8400 - 274 - 5000


def test_other_destinations_are_not_offered(gateway, transport):
    bank = PayoutDestination(DestinationKind.BANK_ACCOUNT, "0123456789", bank_code="044")
    with pytest.raises(NotOffered):
        gateway.send_payout(SendPayout(bank, eur(100), "payout_1", "k:1"))
    assert transport.seen == []


def test_a_share_taken_back_in_part_says_how_much_came_back(gateway, customer):
    _, payout_id = funded_partner(gateway, customer)

    def take(minor: int):
        gateway.reverse_transfer(
            ReverseTransfer(payout_id, eur(minor), "reversal_1", fresh_key("reversal"))
        )
        return gateway.fetch_payout(payout_id)

    assert (take(2000).state, take(500).returned) == (PayoutState.PAID, eur(2500))
    assert (take(2500).state, nets(gateway)) == (PayoutState.REVERSED, 8400 - 274)


def test_a_payout_comes_back_later_when_it_was_told_to(gateway, customer, mailbox):
    secret = listening(gateway, mailbox)
    customer.lever("faults", kind="payout_fail", match="payout_1", seconds=3 * A_DAY)
    _, payout_id = funded_partner(gateway, customer)
    _, untouched = funded_partner(gateway, customer)
    assert gateway.fetch_payout(payout_id).state is PayoutState.PAID
    customer.lever("clock", advance_seconds=3 * A_DAY + 1)
    back = gateway.fetch_payout(payout_id)
    assert (back.state, back.returned) == (PayoutState.REVERSED, eur(5000))
    assert gateway.fetch_payout(untouched).state is PayoutState.PAID
    events = [
        event for event in heard(gateway, mailbox, secret, 9) if event.type == "transfer.reversed"
    ]
    assert [(event.object_id, event.reference) for event in events] == [(payout_id, "payout_1")]


def test_the_partners_bank_is_paid_by_schedule_and_may_send_it_back(gateway, customer, mailbox):
    secret = listening(gateway, mailbox, of_partners=True)
    account, payout_id = funded_partner(gateway, customer)
    mailbox.wait(4)
    mailbox.arrived.clear()
    customer.lever("clock", advance_seconds=SETTLED)
    (created,) = heard(gateway, mailbox, secret, 1)
    assert (created.type, created.subject) == ("payout.created", WebhookSubject.PAYOUT)
    assert (created.account, created.object_id.startswith(f"{account}/po_")) == (account, True)
    assert gateway.fetch_payout(created.object_id).state is PayoutState.PENDING
    assert available(gateway, account) == 0
    with pytest.raises(GatewayRefused) as refusal:
        gateway.reverse_transfer(ReverseTransfer(payout_id, eur(1), "reversal_1", "k:reversal"))
    assert refusal.value.members["provider_code"] == "insufficient_funds"

    customer.lever("clock", advance_seconds=A_DAY + 1)
    arrived = gateway.fetch_payout(created.object_id)
    assert (arrived.state, arrived.amount) == (PayoutState.PAID, eur(5000))
    customer.lever("stripe/fail_payout", payout=created.object_id, code="no_account")
    failed = gateway.fetch_payout(created.object_id)
    assert (failed.state, failed.failure_code) == (PayoutState.FAILED, "no_account")
    assert failed.returned == eur(5000)
    assert available(gateway, account) == 5000
    types = [event.type for event in heard(gateway, mailbox, secret, 3)]
    assert types == ["payout.created", "payout.paid", "payout.failed"]


def test_a_bank_payout_fails_after_it_was_paid_when_it_was_told_to(gateway, customer):
    account, _ = funded_partner(gateway, customer)
    as_partner = {"stripe_account": account}
    manual = {"payments": {"payouts": {"schedule": {"interval": "manual"}}}}
    gateway._api.balance_settings.update(manual, as_partner)
    customer.lever("clock", advance_seconds=SETTLED)
    customer.lever("faults", kind="payout_fail:account_closed", seconds=2 * A_DAY)
    made = gateway._api.payouts.create({"amount": 5000, "currency": "eur"}, as_partner)
    whole = f"{account}/{made.id}"
    states = []
    for seconds in (0, 3601, A_DAY, 2 * A_DAY):
        customer.lever("clock", advance_seconds=seconds)
        states.append(gateway._api.payouts.retrieve(made.id, {}, as_partner).status)
    assert states == ["pending", "in_transit", "paid", "failed"]
    assert gateway.fetch_payout(whole).failure_code == "account_closed"


def test_a_pending_bank_payout_can_be_called_back(gateway, customer):
    account, _ = funded_partner(gateway, customer)
    as_partner = {"stripe_account": account}
    customer.lever("clock", advance_seconds=SETTLED)
    (automatic,) = gateway._api.payouts.list({}, as_partner).data
    assert gateway._api.payouts.cancel(automatic.id, {}, as_partner).status == "canceled"
    assert gateway.fetch_payout(f"{account}/{automatic.id}").state is PayoutState.FAILED
    assert available(gateway, account) == 5000


def test_a_restricted_partner_gets_nothing_and_is_told_what_is_asked(gateway, customer, mailbox):
    account, _ = funded_partner(gateway, customer)
    secret = listening(gateway, mailbox, of_partners=True)
    customer.lever("stripe/restrict_account", account=account, asked="individual.dob")
    found = gateway.fetch_account(account)
    assert (found.is_payable, found.is_paid_out) == (False, False)
    assert (found.pending_requirements, found.disabled_reason) == (
        ("individual.dob",),
        "requirements.past_due",
    )
    with pytest.raises(GatewayRefused):
        gateway.send_payout(payout(account, 1))
    events = heard(gateway, mailbox, secret, 2)
    assert {event.type for event in events} == {"capability.updated", "account.updated"}
    assert {(event.subject, event.object_id) for event in events} == {
        (WebhookSubject.ACCOUNT, account)
    }


def test_a_partner_who_left_is_seen_no_more(gateway, customer, mailbox):
    account, _ = funded_partner(gateway, customer)
    secret = listening(gateway, mailbox, of_partners=True)
    customer.lever("stripe/deauthorise_account", account=account)
    (event,) = heard(gateway, mailbox, secret, 1)
    assert (event.type, event.object_id) == ("account.application.deauthorized", account)
    with pytest.raises(GatewayRefused):
        gateway.fetch_account(account)


def test_the_statement_names_shares_and_what_came_back(gateway, customer):
    since = now() - timedelta(hours=1)
    _, payout_id = funded_partner(gateway, customer)
    customer.lever("stripe/fail_payout", payout=payout_id)
    movements = gateway.balance_movements(since=since).items
    assert [(one.kind, one.amount) for one in movements] == [
        (MovementKind.TRANSFER, eur(5000)),
        (MovementKind.TRANSFER, eur(-5000)),
        (MovementKind.CHARGE, eur(8400)),
    ]
    assert (movements[1].source_id, movements[1].reference) == (payout_id, "payout_1")
    assert gateway.balance_movements(since=now() + timedelta(hours=1)).items == []


def test_the_statement_goes_page_by_page(gateway, customer, monkeypatch):
    from shared_apps.gateways.stripe import statements

    monkeypatch.setattr(statements, "MOVEMENTS_PER_PAGE", 2)
    since = now() - timedelta(hours=1)
    for _ in range(5):
        paid(gateway, customer)
    seen, cursor, pages = [], "", 0
    while True:
        page = gateway.balance_movements(since=since, cursor=cursor)
        seen += [one.id for one in page.items]
        pages, cursor = pages + 1, page.next_cursor
        if not cursor:
            break
    assert (pages, len(seen), len(set(seen))) == (3, 5, 5)


def test_a_share_is_there_when_its_charge_is(gateway, customer):
    account = onboarded(gateway, customer)
    at_once = gateway.fetch_payment(paid(gateway, customer, "at_once")).charge_id
    gateway.send_payout(payout(account, 100, at_once))
    assert available(gateway, account) == 100
    card = gateway.fetch_payment(paid(gateway, customer)).charge_id
    customer.lever("clock", advance_seconds=A_DAY - 60)
    gateway.send_payout(payout(account, 50, card))
    assert available(gateway, account) == 100
    assert {entry.status for entry in gateway._api.balance_transactions.list().data} == {
        "available",
        "pending",
    }
    manual = {"payments": {"payouts": {"schedule": {"interval": "manual"}}}}
    gateway._api.balance_settings.update(manual, {"stripe_account": account})
    customer.lever("clock", advance_seconds=A_DAY + 120)
    gateway.send_payout(payout(account, 7, card))
    assert available(gateway, account) == 157
    settled = gateway._api.balance_transactions.list().data
    assert {entry.status for entry in settled} == {"available"}
