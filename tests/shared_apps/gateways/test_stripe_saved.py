"""Means of payment that are kept, and charges made while their owners are away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared_apps.gateways.contract import (
    CapturePayment,
    ChargeSaved,
    PaymentState,
    SavedMethod,
    WebhookSubject,
)
from shared_apps.gateways.errors import AuthenticationNeeded, GatewayRefused, PaymentDeclined
from tests.shared_apps.gateways.ground import fresh_key, payment
from tests.shared_apps.gateways.stripe_world import eur, heard, listening, onboarded, paid, payout


def opened(gateway, reference: str = "user_1") -> str:
    return gateway.open_customer(
        reference=reference, email="ada@example.org", idempotency_key=f"k:{reference}"
    )


def kept(gateway, customer, card: str = "visa") -> tuple[str, SavedMethod]:
    person = opened(gateway)
    started = gateway.start_payment(payment(save_for=person, customer_reference="user_1"))
    customer.pay(started.redirect_url, card)
    if gateway.fetch_payment(started.provider_id).state is PaymentState.PENDING:
        customer.press(f"{started.redirect_url}/challenge", action="accept")
    snapshot = gateway.fetch_payment(started.provider_id)
    assert snapshot.customer == person
    return person, snapshot.saved_method


def charge(person: str, token: str, minor: int = 2500) -> ChargeSaved:
    return ChargeSaved(token, person, eur(minor), "pay_saved", fresh_key("charge"))


def test_the_page_knows_the_customer_and_what_is_kept_is_shown(gateway, customer, transport):
    person = opened(gateway)
    started = gateway.start_payment(payment(save_for=person, customer_reference="user_1"))
    assert "ada@example.org" in customer.see(started.redirect_url).text
    _, _, sent = transport.seen[-1]
    assert (sent["customer"], sent["payment_intent_data"]["setup_future_usage"]) == (
        person,
        "off_session",
    )
    assert "customer_email" not in sent
    customer.pay(started.redirect_url, "mastercard")
    (found,) = gateway.saved_methods(person)
    assert (found.brand, found.last4, found.is_reusable) == ("mastercard", "4444", True)
    assert found.expires.endswith("-12")
    assert gateway.fetch_payment(started.provider_id).saved_method == found


def test_nothing_is_kept_unasked(gateway, customer):
    snapshot = gateway.fetch_payment(paid(gateway, customer))
    assert (snapshot.customer, snapshot.saved_method) == ("", None)


def test_a_declined_card_is_not_kept(gateway, customer):
    person = opened(gateway)
    paid(gateway, customer, "declined", save_for=person)
    assert gateway.saved_methods(person) == []


def test_a_card_that_asks_once_pays_alone_later(gateway, customer):
    person, method = kept(gateway, customer, "asks_once")
    assert gateway.charge_saved(charge(person, method.token)).state is PaymentState.CAPTURED


def test_a_card_that_always_asks_needs_its_owner(gateway, customer):
    person, method = kept(gateway, customer, "challenge")
    with pytest.raises(AuthenticationNeeded) as needed:
        gateway.charge_saved(charge(person, method.token))
    assert isinstance(needed.value, PaymentDeclined)
    started = gateway.start_payment(payment(2500))
    customer.pay(started.redirect_url, "challenge")
    customer.press(f"{started.redirect_url}/challenge", action="accept")
    assert gateway.fetch_payment(started.provider_id).captured == eur(2500)


def test_a_bank_may_say_no_to_a_kept_card(gateway, customer):
    person, method = kept(gateway, customer)
    customer.lever("faults", kind="decline:insufficient_funds", match="pay_saved")
    wish = charge(person, method.token)
    with pytest.raises(PaymentDeclined) as declined:
        gateway.charge_saved(wish)
    assert not isinstance(declined.value, AuthenticationNeeded)
    assert declined.value.members["provider_code"] == "card_declined"
    with pytest.raises(PaymentDeclined):
        gateway.charge_saved(wish)
    assert gateway.charge_saved(charge(person, method.token)).state is PaymentState.CAPTURED


def test_a_lost_answer_charges_once(gateway, customer):
    person, method = kept(gateway, customer)
    customer.lever("faults", kind="timeout_after_commit", match="/v1/payment_intents")
    wish = charge(person, method.token)
    assert gateway.charge_saved(wish).captured == eur(2500)
    assert len(gateway._api.charges.list().data) == 2


def test_only_its_owner_is_charged_and_nobody_once_it_is_forgotten(gateway, customer):
    person, method = kept(gateway, customer)
    stranger = opened(gateway, "user_2")
    with pytest.raises(GatewayRefused):
        gateway.charge_saved(charge(stranger, method.token))
    with pytest.raises(GatewayRefused):
        gateway.charge_saved(charge("cus_nobody", method.token))
    gateway.forget_method(method.token)
    assert gateway.saved_methods(person) == []
    with pytest.raises(GatewayRefused):
        gateway.charge_saved(charge(person, method.token))
    with pytest.raises(GatewayRefused):
        gateway.forget_method(method.token)


def test_another_operator_sees_nothing_of_it(gateway, beta_gateway, customer):
    person, method = kept(gateway, customer)
    with pytest.raises(GatewayRefused):
        beta_gateway.saved_methods(person)
    with pytest.raises(GatewayRefused):
        beta_gateway.charge_saved(charge(opened(beta_gateway), method.token))


def test_a_deleted_customer_is_told_of_and_gone(gateway, customer, mailbox):
    person, method = kept(gateway, customer)
    secret = listening(gateway, mailbox)
    assert gateway._api.customers.delete(person).deleted
    (event,) = heard(gateway, mailbox, secret, 1)
    assert (event.type, event.subject, event.object_id) == (
        "customer.deleted",
        WebhookSubject.CUSTOMER,
        person,
    )
    assert gateway._api.customers.retrieve(person).deleted
    with pytest.raises(GatewayRefused):
        gateway.saved_methods(person)
    with pytest.raises(GatewayRefused):
        gateway.charge_saved(charge(person, method.token))


def test_keeping_is_told_with_the_customer(gateway, customer, mailbox):
    secret = listening(gateway, mailbox)
    person, _ = kept(gateway, customer)
    told = [
        event
        for event in heard(gateway, mailbox, secret, 4)
        if event.subject is WebhookSubject.CUSTOMER
    ]
    assert [(event.type, event.object_id) for event in told] == [
        ("payment_method.attached", person)
    ]


def test_twenty_at_once_with_one_key_charge_once(gateway, customer):
    person, method = kept(gateway, customer)
    wish = charge(person, method.token)
    with ThreadPoolExecutor(10) as pool:
        made = {
            one.provider_id for one in pool.map(lambda _: gateway.charge_saved(wish), range(20))
        }
    assert len(made) == 1
    assert len(gateway._api.charges.list().data) == 2


def test_ten_captures_at_once_take_the_money_once(gateway, customer):
    payment_id = paid(gateway, customer, is_manual_capture=True)

    def capture(number: int):
        return gateway.capture(CapturePayment(payment_id, eur(8400), f"k:capture:{number}"))

    with ThreadPoolExecutor(10) as pool:
        taken = [*pool.map(capture, range(10))]
    assert {(one.state, one.captured) for one in taken} == {(PaymentState.CAPTURED, eur(8400))}
    assert [entry.amount for entry in gateway._api.balance_transactions.list().data] == [8400]


def test_shares_sent_at_once_stay_within_their_charge(gateway, customer):
    account = onboarded(gateway, customer)
    drawn = gateway.fetch_payment(paid(gateway, customer)).charge_id

    def send(_: int) -> int:
        try:
            return gateway.send_payout(payout(account, 1000, drawn)).amount.minor
        except GatewayRefused:
            return 0

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(send, range(20))) == 8000
