"""Objects that we did not make: Stripe's own examples, and some recorded from its API."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from stripe._util import convert_to_stripe_object

from shared_apps.gateways.contract import (
    DisputeState,
    PaymentState,
    PayoutState,
    RefundState,
    WebhookSubject,
)
from shared_apps.gateways.errors import GatewayRefused
from shared_apps.gateways.statement import MovementKind
from shared_apps.gateways.stripe import snapshots
from shared_apps.gateways.stripe.fake.happenings import signature
from shared_apps.gateways.stripe.webhooks import verified_event
from shared_apps.kernel.money import Money
from tests.shared_apps.gateways import typed_answers

FILE = Path(__file__).parents[2] / "data" / "gateway-specs" / "stripe-examples-2026-08.json.gz"
# The examples are of August, the library is of October.
NEWER = {"dispute": ["dispute.evidence_details: EvidenceDetails lacks 'submission_method'"]}


@cache
def _file() -> dict[str, dict[str, Any]]:
    with gzip.open(FILE, "rt", encoding="utf-8") as file:
        return json.load(file)


def thing(kind: str, part: str = "examples", **changes: object) -> Any:
    return convert_to_stripe_object({**_file()[part][kind], **changes}, None, None, api_mode="V1")


@pytest.mark.parametrize("kind", sorted(_file()["examples"]))
def test_the_judge_of_answers_agrees_with_stripe(kind):
    assert typed_answers.complaints(_file()["examples"][kind], kind) == NEWER.get(kind, [])


@pytest.mark.parametrize(
    ("kind", "read", "expected"),
    [
        (
            "payment_intent",
            snapshots.intent_snapshot,
            {"state": PaymentState.PENDING, "amount": Money(1099, "USD"), "failure_code": ""},
        ),
        ("transfer", snapshots.payout_snapshot, {"state": PayoutState.PAID}),
        ("transfer", snapshots.sent_transfer, {"reversed": Money(0, "USD")}),
        (
            "dispute",
            snapshots.dispute_snapshot,
            {"state": DisputeState.WARNING, "withdrawn": Money(0, "USD"), "reason": "general"},
        ),
        (
            "balance_transaction",
            snapshots.balance_movement,
            {"kind": MovementKind.CHARGE, "net": Money(100, "USD")},
        ),
        ("refund", snapshots.refunded, {"state": RefundState.SUCCEEDED}),
        ("payment_method", snapshots.saved_method, {"last4": "4242", "expires": "2030-08"}),
        ("account", snapshots.account_snapshot, {"is_payable": True, "is_paid_out": False}),
    ],
)
def test_stripes_examples_are_read(kind, read: Callable[[Any], object], expected):
    found = read(thing(kind))
    assert {name: getattr(found, name) for name in expected} == expected


def test_a_page_that_is_for_no_payment_is_refused():
    with pytest.raises(GatewayRefused):
        snapshots.payment_snapshot(thing("checkout.session", currency=None))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", PayoutState.PENDING),
        ("in_transit", PayoutState.PENDING),
        ("paid", PayoutState.PAID),
        ("failed", PayoutState.FAILED),
        ("canceled", PayoutState.FAILED),
    ],
)
def test_every_state_of_a_bank_payout_is_known(status, state):
    read = snapshots.bank_payout_snapshot(thing("payout", status=status), account="acct_1")
    assert (read.state, read.payout_id.startswith("acct_1/po_")) == (state, True)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("requires_payment_method", PaymentState.PENDING),
        ("requires_confirmation", PaymentState.PENDING),
        ("requires_action", PaymentState.PENDING),
        ("processing", PaymentState.PENDING),
        ("requires_capture", PaymentState.AUTHORISED),
        ("succeeded", PaymentState.CAPTURED),
        ("canceled", PaymentState.CANCELLED),
    ],
)
def test_every_state_of_an_intent_is_known(status, state):
    assert snapshots.intent_snapshot(thing("payment_intent", status=status)).state is state


@pytest.mark.parametrize(
    ("amount", "captured", "refunded", "expected"),
    [
        (1000, 1000, 0, 0),
        (1000, 1000, 300, 300),
        # A partial capture: what was let go is counted as refunded, or it is not.
        (1000, 600, 400, 0),
        (1000, 600, 700, 300),
        (1000, 600, 1000, 600),
        (1000, 600, 0, 0),
        (1000, 600, 300, 300),
    ],
)
def test_what_was_let_go_is_no_refund(amount, captured, refunded, expected):
    charge = {
        **_file()["examples"]["charge"],
        "amount": amount,
        "amount_captured": captured,
        "amount_refunded": refunded,
        "captured": True,
        "paid": True,
    }
    intent = thing("payment_intent", status="succeeded", amount=amount, latest_charge=charge)
    assert snapshots.intent_snapshot(intent).refunded.minor == expected


def test_an_account_without_our_capability_is_not_payable():
    standard = snapshots.account_snapshot(thing("standard_account", "recorded"))
    assert (standard.is_payable, standard.has_submitted_details) == (False, True)
    custom = snapshots.account_snapshot(thing("custom_account", "recorded"))
    assert not custom.is_payable
    assert custom.disabled_reason == "requirements.past_due"
    assert "individual.first_name" in custom.pending_requirements


@pytest.mark.parametrize("name", ["deauthorised", "account_updated", "bank_account_created"])
def test_recorded_events_are_about_their_account(name):
    event = _file()["recorded"][name]
    body = json.dumps(event).encode()
    header = {"Stripe-Signature": signature(body, "whsec_x", int(time.time()))}
    read = verified_event(body, header, secrets=["whsec_x"])
    assert (read.subject, read.object_id) == (WebhookSubject.ACCOUNT, event["account"])
    assert read.id == event["id"]


def test_a_refused_question_is_told_although_it_has_no_decline_code(gateway, customer):
    from tests.shared_apps.gateways.ground import payment

    started = gateway.start_payment(payment())
    customer.pay(started.redirect_url, "challenge")
    customer.press(f"{started.redirect_url}/challenge", action="refuse")
    told = gateway.fetch_payment(started.provider_id)
    assert told.failure_code == "payment_intent_authentication_failure"
