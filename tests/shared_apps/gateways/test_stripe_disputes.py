"""The owner of a card objects: what the adapter reads, what the sandbox does with the money."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared_apps.gateways.contract import (
    DisputeEvidence,
    DisputeState,
    WebhookSubject,
)
from shared_apps.gateways.errors import GatewayRefused
from shared_apps.gateways.statement import MovementKind
from shared_apps.kernel.clock import now
from tests.shared_apps.gateways.ground import fresh_key
from tests.shared_apps.gateways.stripe_world import (
    A_DAY,
    eur,
    heard,
    listening,
    nets,
    paid,
    refund,
)

FEE = 1500
# 8400 less the card's fee of 2.9 % and 30.
KEPT = 8400 - 274


def disputed(gateway, customer, card: str = "disputed") -> str:
    paid(gateway, customer, card)
    customer.lever("clock", advance_seconds=0)
    return gateway._api.disputes.list().data[0].id


def evidence(dispute_id: str, text: str, *, is_final: bool = True) -> DisputeEvidence:
    return DisputeEvidence(
        dispute_id,
        text,
        is_final,
        fresh_key("evidence"),
        product_description="A mug",
        customer_email="ada@example.org",
        shipping_carrier="Post",
        tracking_number="TRACK1",
        shipping_date="2026-11-20",
    )


def test_the_money_is_withdrawn_with_a_fee_and_comes_back_without_it(gateway, customer, mailbox):
    secret = listening(gateway, mailbox)
    dispute_id = disputed(gateway, customer)
    opened = gateway.fetch_dispute(dispute_id)
    assert opened.state is DisputeState.NEEDS_RESPONSE
    assert (opened.amount, opened.withdrawn, opened.fee) == (eur(8400), eur(8400), eur(FEE))
    assert opened.reason == "fraudulent"
    assert opened.reference.startswith("pay_")
    assert opened.respond_by
    assert nets(gateway) == KEPT - 8400 - FEE
    customer.lever("stripe/close_dispute", dispute=dispute_id, outcome="won")
    won = gateway.fetch_dispute(dispute_id)
    assert (won.state, won.withdrawn, won.fee) == (DisputeState.WON, eur(0), eur(FEE))
    assert nets(gateway) == KEPT - FEE
    events = [
        event
        for event in heard(gateway, mailbox, secret, 7)
        if event.subject is WebhookSubject.DISPUTE
    ]
    assert [event.type.rpartition(".")[2] for event in events] == [
        "created",
        "funds_withdrawn",
        "funds_reinstated",
        "closed",
    ]
    assert {event.object_id for event in events} == {dispute_id}


def test_a_lost_one_stays_withdrawn_and_cannot_be_refunded_as_well(gateway, customer):
    payment_id = paid(gateway, customer, "not_received")
    customer.lever("clock", advance_seconds=0)
    dispute_id = gateway._api.disputes.list().data[0].id
    with pytest.raises(GatewayRefused) as refusal:
        gateway.refund(refund(payment_id, 100))
    assert refusal.value.members["provider_code"] == "charge_disputed"
    lost = gateway.accept_dispute(dispute_id, idempotency_key="k:accept")
    assert (lost.state, lost.withdrawn, lost.reason) == (
        DisputeState.LOST,
        eur(8400),
        "product_not_received",
    )
    assert nets(gateway) == KEPT - 8400 - FEE
    with pytest.raises(GatewayRefused):
        gateway.accept_dispute(dispute_id, idempotency_key="k:accept:again")


def test_an_inquiry_moves_no_money(gateway, customer):
    dispute_id = disputed(gateway, customer, "inquiry")
    asked = gateway.fetch_dispute(dispute_id)
    assert (asked.state, asked.withdrawn, asked.fee) == (DisputeState.WARNING, eur(0), eur(0))
    assert nets(gateway) == KEPT
    answered = gateway.submit_evidence(evidence(dispute_id, "It was a mug."))
    assert answered.state is DisputeState.WARNING
    customer.lever("stripe/close_dispute", dispute=dispute_id, outcome="won")
    assert gateway.fetch_dispute(dispute_id).state is DisputeState.WON
    assert nets(gateway) == KEPT


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("It was delivered.", DisputeState.UNDER_REVIEW),
        ("winning_evidence", DisputeState.WON),
        ("losing_evidence", DisputeState.LOST),
    ],
)
def test_evidence_may_be_changed_until_it_is_final(gateway, customer, text, state):
    dispute_id = disputed(gateway, customer)
    staged = gateway.submit_evidence(evidence(dispute_id, "A draft", is_final=False))
    assert staged.state is DisputeState.NEEDS_RESPONSE
    assert gateway.submit_evidence(evidence(dispute_id, text)).state is state
    told = gateway._api.disputes.retrieve(dispute_id).evidence
    assert (told.uncategorized_text, told.shipping_tracking_number) == (text, "TRACK1")
    with pytest.raises(GatewayRefused):
        gateway.submit_evidence(evidence(dispute_id, "One thing more"))


def test_silence_loses_after_nine_days(gateway, customer):
    dispute_id = disputed(gateway, customer)
    customer.lever("clock", advance_seconds=9 * A_DAY - 60)
    assert gateway.fetch_dispute(dispute_id).state is DisputeState.NEEDS_RESPONSE
    customer.lever("clock", advance_seconds=120)
    assert gateway.fetch_dispute(dispute_id).state is DisputeState.LOST


def test_a_dispute_comes_when_it_was_told_to_and_only_for_what_is_left(gateway, customer):
    customer.lever("faults", kind="dispute_after:duplicate", seconds=3600)
    payment_id = paid(gateway, customer)
    gateway.refund(refund(payment_id, 400))
    assert gateway._api.disputes.list().data == []
    customer.lever("clock", advance_seconds=3601)
    (opened,) = gateway._api.disputes.list().data
    assert (opened.amount, opened.reason) == (8000, "duplicate")
    with pytest.raises(AssertionError, match="disputed already"):
        customer.lever("stripe/dispute", payment=payment_id)


def test_the_statement_tells_disputes_apart(gateway, customer):
    since = now() - timedelta(hours=1)
    dispute_id = disputed(gateway, customer)
    customer.lever("stripe/close_dispute", dispute=dispute_id, outcome="won")
    movements = gateway.balance_movements(since=since).items
    assert [(one.kind, one.amount, one.fee) for one in movements] == [
        (MovementKind.DISPUTE, eur(8400), eur(0)),
        (MovementKind.DISPUTE, eur(-8400), eur(FEE)),
        (MovementKind.CHARGE, eur(8400), eur(8400 - KEPT)),
    ]
    assert {one.source_id for one in movements[:2]} == {dispute_id}
    assert movements[2].reference.startswith("pay_")
    assert sum(one.net.minor for one in movements) == nets(gateway)


def test_levers_say_what_they_cannot_do(gateway, customer):
    started = paid(gateway, customer, "declined")

    def pull(lever: str, **wish: str) -> tuple[int, str]:
        answer = customer.web.post(f"{customer.url}/_sandbox/stripe/{lever}", json=wish, timeout=10)
        return answer.status_code, answer.json()["error"]

    assert pull("dispute", payment=started)[0] == 400
    assert pull("dispute", payment="cs_test_nobody") == (400, "payment: there is no such thing")
    assert pull("close_dispute", dispute=started)[0] == 400
    assert pull("explode")[0] == 404
    dispute_id = disputed(gateway, customer)
    assert pull("close_dispute", dispute=dispute_id, outcome="perhaps")[0] == 400
