"""The levers as a page: what a person presses does what a program asks for."""

from __future__ import annotations

import re
from html import unescape

from shared_apps.gateways.contract import DisputeState, PayoutState
from tests.shared_apps.gateways.ground import payment
from tests.shared_apps.gateways.stripe_world import A_DAY, listening, onboarded, paid, payout


def see(customer) -> str:
    answer = customer.see(f"{customer.url}/_sandbox/")
    assert answer.status_code == 200
    return unescape(answer.text)


def press(customer, **form: str) -> str:
    """Press a button; what the page says then."""
    onward = customer.press(f"{customer.url}/_sandbox/desk", **form)
    page = unescape(customer.see(f"{customer.url}{onward}").text)
    return re.search(r'role="status">([^<]*)<', page)[1]


def test_the_page_is_whole_without_scripts(customer):
    page = see(customer)
    assert not re.search(r"<script|style=|\son\w+=", page)
    assert "No message has been sent yet." in page
    assert 'value="dispute"' in page


def test_the_clock_goes_on(customer):
    began = customer.lever("clock", "GET")["now"]
    assert press(customer, lever="clock", advance_seconds=str(A_DAY)) == "clock: done"
    assert customer.lever("clock", "GET")["now"] >= began + A_DAY


def test_faults_are_armed_shown_and_disarmed(gateway, customer):
    form = {"provider": "stripe", "match": "", "times": "2", "seconds": "0"}
    press(customer, lever="faults", kind="decline:lost_card", **form)
    assert "decline:lost_card" in see(customer)
    started = gateway.start_payment(payment())
    customer.pay(started.redirect_url)
    assert gateway.fetch_payment(started.provider_id).failure_code == "lost_card"
    press(customer, lever="faults", method="DELETE")
    assert customer.lever("faults", "GET") == {"faults": []}
    assert (
        press(customer, lever="faults", kind="fire", **form) == "kind, provider, times or seconds"
    )
    assert press(customer, lever="faults", kind="drop", times="often") == "That is no number."


def test_fate_takes_its_course(gateway, customer):
    payment_id = paid(gateway, customer)
    assert (
        press(customer, at="stripe", lever="dispute", payment=f" {payment_id} ")
        == "stripe/dispute: done"
    )
    (dispute,) = gateway._api.disputes.list().data
    press(customer, at="stripe", lever="close_dispute", dispute=dispute.id, outcome="won")
    assert gateway.fetch_dispute(dispute.id).state is DisputeState.WON
    sent = gateway.send_payout(
        payout(onboarded(gateway, customer), 100, gateway.fetch_payment(payment_id).charge_id)
    )
    press(customer, at="stripe", lever="fail_payout", payout=sent.payout_id)
    assert gateway.fetch_payout(sent.payout_id).state is PayoutState.REVERSED
    assert "no such thing" in press(customer, at="stripe", lever="dispute", payment="nobody")
    assert "no such lever" in press(customer, at="stripe", lever="explode")


def test_the_post_is_listed_and_sent_again(gateway, customer, mailbox):
    listening(gateway, mailbox)
    paid(gateway, customer)
    mailbox.wait(3)
    again = re.search(r"deliveries/\d+/resend", see(customer))[0]
    press(customer, lever=again)
    mailbox.wait(4)


def test_another_sites_form_is_not_obeyed(customer):
    began = customer.lever("clock", "GET")["now"]
    answer = customer.web.post(
        f"{customer.url}/_sandbox/desk",
        data={"lever": "clock", "advance_seconds": str(A_DAY)},
        headers={"Origin": "http://evil.example"},
        timeout=10,
    )
    assert answer.status_code == 403
    assert customer.lever("clock", "GET")["now"] < began + 60
