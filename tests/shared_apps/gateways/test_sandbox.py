"""The sandbox: pages, webhooks, faults, memory."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
import stripe

from shared_apps.gateways.contract import Credentials, PaymentState, RefundPayment
from shared_apps.gateways.errors import (
    CredentialsRefused,
    GatewayRefused,
    OutcomeUnknown,
    PaymentDeclined,
    WebhookRefused,
)
from shared_apps.gateways.sandbox.server import Sandbox
from shared_apps.gateways.stripe.client import StripeGateway
from shared_apps.gateways.stripe.errors import stripe_errors
from shared_apps.gateways.stripe.fake import StripeFake
from shared_apps.kernel.money import Money
from tests.shared_apps.gateways.customer import Customer
from tests.shared_apps.gateways.ground import payment

ROOT = Path(__file__).parents[3]


def listening(gateway, mailbox) -> str:
    """Register the mailbox; the secret."""
    return gateway.register_webhook(
        url=mailbox.url, of_partners=False, idempotency_key="k:hook"
    ).secret


def read(gateway, secret, message):
    body, headers = message
    return gateway.parse_webhook(body, headers, secrets=["whsec_other", secret])


class TestThePage:
    def test_it_shows_what_is_paid_and_lets_nothing_foreign_in(self, gateway, customer):
        started = gateway.start_payment(payment(8400, metadata={"merchant": "Loam & <Field>"}))
        answer = customer.see(started.redirect_url)
        assert "€84.00" in answer.text
        assert "Loam &amp; &lt;Field&gt;" in answer.text
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self' http://shop.galleria.localhost:8000" in policy
        assert not re.search(r"<script|style=|\son\w+=", answer.text)
        assert (
            customer.see(f"{customer.url}/_sandbox/sandbox.css")
            .headers["Content-Type"]
            .startswith("text/css")
        )

    def test_paying_leads_back_with_the_payments_id(self, gateway, customer):
        started = gateway.start_payment(payment())
        onward = customer.pay(started.redirect_url)
        assert onward == f"http://shop.galleria.localhost:8000/paid?payment={started.provider_id}"
        assert "closed" in customer.see(started.redirect_url).text
        assert customer.pay(started.redirect_url) == f"/pay/{started.provider_id}"
        assert len(gateway._api.charges.list().data) == 1

    def test_cancelling_leads_back_unpaid(self, gateway, customer):
        started = gateway.start_payment(payment())
        onward = customer.press(started.redirect_url, action="cancel")
        assert onward == "http://shop.galleria.localhost:8000/cart"
        assert gateway.fetch_payment(started.provider_id).state is PaymentState.PENDING

    @pytest.mark.parametrize(
        ("card", "sentence", "code"),
        [
            ("declined", "Your card has been declined.", "generic_decline"),
            ("insufficient", "Your card has insufficient funds.", "insufficient_funds"),
        ],
    )
    def test_a_declined_card_may_be_followed_by_another(
        self, gateway, customer, card, sentence, code
    ):
        started = gateway.start_payment(payment())
        assert customer.pay(started.redirect_url, card) == f"/pay/{started.provider_id}"
        assert sentence in customer.see(started.redirect_url).text
        declined = gateway.fetch_payment(started.provider_id)
        assert (declined.state, declined.failure_code) == (PaymentState.PENDING, code)
        assert (declined.captured, declined.charge_id) == (Money(0, "EUR"), "")
        customer.pay(started.redirect_url)
        assert gateway.fetch_payment(started.provider_id).state is PaymentState.CAPTURED

    def test_the_bank_asks_and_the_answer_counts(self, gateway, customer):
        started = gateway.start_payment(payment())
        page, challenge = started.redirect_url, f"{started.redirect_url}/challenge"
        customer.pay(page, "challenge")
        assert "Is it you" in customer.see(page).text
        assert gateway.fetch_payment(started.provider_id).state is PaymentState.PENDING
        customer.press(challenge, action="refuse")
        assert "unable to authenticate" in customer.see(page).text
        customer.pay(page, "challenge")
        assert customer.press(challenge, action="accept").endswith(started.provider_id)
        assert gateway.fetch_payment(started.provider_id).state is PaymentState.CAPTURED

    def test_the_question_cannot_be_skipped_to(self, gateway, customer):
        started = gateway.start_payment(payment())
        customer.press(f"{started.redirect_url}/challenge", action="accept")
        assert gateway.fetch_payment(started.provider_id).state is PaymentState.PENDING

    def test_an_unknown_card_or_page_is_told(self, gateway, customer):
        started = gateway.start_payment(payment())
        customer.pay(started.redirect_url, "gold")
        assert "Choose one of the cards" in customer.see(started.redirect_url).text
        assert customer.see(f"{customer.url}/pay/cs_test_none").status_code == 404

    def test_its_time_runs_out(self, gateway, customer):
        started = gateway.start_payment(payment())
        customer.pay(started.redirect_url, "declined")
        customer.lever("clock", advance_seconds=86_401)
        assert gateway.fetch_payment(started.provider_id).raw_status == "expired/unpaid/canceled"


class TestWebhooks:
    def test_a_payment_is_reported_signed_and_about_our_reference(self, gateway, customer, mailbox):
        secret = listening(gateway, mailbox)
        start = payment()
        customer.pay(gateway.start_payment(start).redirect_url)
        arrived = mailbox.wait(3)
        assert arrived[0][1]["Host"] == f"shop.galleria.localhost:{mailbox.port}"
        events = [read(gateway, secret, message) for message in arrived]
        assert {event.type for event in events} == {
            "charge.succeeded",
            "payment_intent.succeeded",
            "checkout.session.completed",
        }
        assert {event.reference for event in events} == {start.reference}
        assert len({event.id for event in events}) == 3
        body, headers = arrived[0]
        assert (
            stripe.Webhook.construct_event(body, headers["Stripe-Signature"], secret).id
            == events[0].id
        )

    def test_nobody_hears_of_others_payments(self, gateway, beta_gateway, customer, mailbox):
        listening(beta_gateway, mailbox)
        customer.pay(gateway.start_payment(payment()).redirect_url)
        start = payment()
        customer.pay(beta_gateway.start_payment(start).redirect_url)
        mailbox.wait(3)
        assert {
            json.loads(body)["data"]["object"]["metadata"]["reference"]
            for body, _ in mailbox.arrived
        } == {start.reference}

    def test_partners_events_carry_their_account(self, gateway, mailbox):
        from shared_apps.gateways.contract import CreateAccount, WebhookSubject

        hook = gateway.register_webhook(
            url=mailbox.url, of_partners=True, idempotency_key="k:partners"
        )
        account = gateway.create_account(
            CreateAccount("partner_1", "v@example.org", "DE", "k:account")
        )
        event = read(gateway, hook.secret, mailbox.wait(1)[0])
        assert (event.type, event.subject) == ("account.updated", WebhookSubject.ACCOUNT)
        assert (event.account, event.reference) == (account.account_id, "partner_1")

    def test_a_refused_message_comes_again(self, gateway, customer, mailbox):
        secret = listening(gateway, mailbox)
        mailbox.statuses = [500]
        customer.pay(gateway.start_payment(payment()).redirect_url)
        events = [read(gateway, secret, message).id for message in mailbox.wait(4)]
        assert len(events) == 4
        assert len(set(events)) == 3

    def test_duplicates_drops_and_disorder_on_demand(self, gateway, customer, mailbox):
        secret = listening(gateway, mailbox)
        customer.lever("faults", kind="duplicate", match="payment_intent.succeeded")
        customer.lever("faults", kind="drop", match="charge.succeeded")
        customer.pay(gateway.start_payment(payment()).redirect_url)
        types = [read(gateway, secret, message).type for message in mailbox.wait(3)]
        assert types == [
            "payment_intent.succeeded",
            "payment_intent.succeeded",
            "checkout.session.completed",
        ]
        assert customer.lever("faults", "GET") == {"faults": []}

        mailbox.arrived.clear()
        customer.lever("faults", kind="reorder", match="charge.succeeded")
        customer.pay(gateway.start_payment(payment()).redirect_url)
        types = [read(gateway, secret, message).type for message in mailbox.wait(3)]
        assert types[0] == "payment_intent.succeeded"
        assert "charge.succeeded" in types

    @pytest.mark.parametrize("kind", ["bad_signature", "old_timestamp"])
    def test_a_spoiled_signature_is_refused_and_the_repetition_is_not(
        self, gateway, customer, mailbox, kind
    ):
        secret = listening(gateway, mailbox)
        mailbox.statuses = [400]
        customer.lever("faults", kind=kind, match="charge.succeeded")
        customer.pay(gateway.start_payment(payment()).redirect_url)
        arrived = mailbox.wait(4)
        with pytest.raises(WebhookRefused):
            read(gateway, secret, arrived[0])
        assert "charge.succeeded" in {
            read(gateway, secret, message).type for message in arrived[1:]
        }

    def test_one_can_be_sent_again_by_hand(self, gateway, customer, mailbox):
        listening(gateway, mailbox)
        customer.pay(gateway.start_payment(payment()).redirect_url)
        mailbox.wait(3)
        newest = customer.lever("deliveries", "GET")["deliveries"][0]
        customer.lever(f"deliveries/{newest['id']}/resend")
        arrived = [json.loads(body)["id"] for body, _ in mailbox.wait(4)]
        assert arrived.count(newest["event_id"]) == 2

    def test_one_asked_for_while_it_is_under_way_comes_twice(self, gateway, customer, mailbox):
        """The answer to the first attempt must not undo that somebody wants a second."""
        listening(gateway, mailbox)
        mailbox.pause.clear()
        customer.pay(gateway.start_payment(payment()).redirect_url)
        deadline = time.monotonic() + 10
        under_way: list[dict[str, object]] = []
        while not under_way and time.monotonic() < deadline:
            listed = customer.lever("deliveries", "GET")["deliveries"]
            under_way = [one for one in listed if one["state"] == "sending"]
        customer.lever(f"deliveries/{under_way[0]['id']}/resend")
        mailbox.pause.set()
        arrived = [json.loads(body)["id"] for body, _ in mailbox.wait(4)]
        assert arrived.count(under_way[0]["event_id"]) == 2

    def test_a_deaf_endpoint_is_recorded_with_its_reason(self, gateway, customer):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        gateway.register_webhook(
            url=f"http://gone.localhost:{port}/", of_partners=False, idempotency_key="k:hook"
        )
        customer.pay(gateway.start_payment(payment()).redirect_url)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            newest = customer.lever("deliveries", "GET")["deliveries"][-1]
            if newest["attempts"]:
                break
            time.sleep(0.05)
        assert newest["state"] == "waiting"
        assert "ConnectionRefusedError" in newest["last_error"]


class TestLostAnswers:
    def test_the_library_asks_again_and_meets_the_first_answer(self, gateway, customer):
        customer.lever("faults", kind="timeout_after_commit", match="/v1/checkout/sessions")
        started = gateway.start_payment(payment())
        assert [session.id for session in gateway._api.checkout.sessions.list().data] == [
            started.provider_id
        ]

    @pytest.mark.parametrize("kind", ["timeout_after_commit", "fail_before"])
    def test_no_answer_at_all_is_an_unknown_outcome_and_the_same_key_resolves_it(
        self, gateway, customer, kind
    ):
        started = gateway.start_payment(payment())
        customer.pay(started.redirect_url)
        customer.lever("faults", kind=kind, match="/v1/refunds", times=2)
        wish = RefundPayment(started.provider_id, Money(8400, "EUR"), "refund_1", "k:refund:1")
        with pytest.raises(OutcomeUnknown):
            gateway.refund(wish)
        assert gateway.refund(wish).amount == Money(8400, "EUR")
        assert len(gateway._api.refunds.list().data) == 1


class TestTheApi:
    def test_a_replay_says_so_and_is_kept_per_account(self, gateway, beta_gateway):
        params = {"amount": 500, "currency": "eur"}
        first = gateway._api.payment_intents.create(params, {"idempotency_key": "same"})
        again = gateway._api.payment_intents.create(params, {"idempotency_key": "same"})
        other = beta_gateway._api.payment_intents.create(params, {"idempotency_key": "same"})
        assert first.id == again.id != other.id
        assert again.last_response.headers["Idempotent-Replayed"] == "true"

    def test_a_malformed_request_does_not_use_the_key_up(self, gateway, customer):
        headers = {"Authorization": "Bearer sk_test_alpha", "Idempotency-Key": "k:typo"}

        def send(**form: str) -> int:
            url = f"{customer.url}/stripe/v1/payment_intents"
            return customer.web.post(url, data=form, headers=headers, timeout=10).status_code

        assert send(amount="many", currency="eur") == 400
        assert send(amount="100", currency="eur") == 200

    def test_cards_by_name_capture_by_hand_and_cancel(self, gateway):
        intents = gateway._api.payment_intents

        def create(card: str, **more: object):
            with stripe_errors():
                return intents.create(
                    {
                        "amount": 1000,
                        "currency": "eur",
                        "confirm": True,
                        "payment_method": card,
                        **more,
                    }
                )

        held = create("pm_card_visa", capture_method="manual")
        assert (held.status, held.amount_capturable) == ("requires_capture", 1000)
        assert intents.capture(held.id, {"amount_to_capture": 600}).amount_received == 600
        assert (
            intents.cancel(create("pm_card_visa", capture_method="manual").id).status == "canceled"
        )
        with pytest.raises(PaymentDeclined) as declined:
            create("pm_card_chargeDeclined")
        assert declined.value.members["provider_code"] == "card_declined"
        with pytest.raises(PaymentDeclined) as asked:
            create("pm_card_authenticationRequired", off_session=True)
        assert asked.value.members["provider_code"] == "authentication_required"
        assert create("pm_card_authenticationRequired").status == "requires_action"

    def test_errors_have_stripes_shape(self, customer):
        def ask(path: str, key: str = "sk_test_alpha", **more: str) -> tuple[int, dict[str, str]]:
            headers = {"Authorization": f"Bearer {key}", **more}
            answer = customer.web.get(f"{customer.url}/stripe{path}", headers=headers, timeout=10)
            assert answer.headers["Request-Id"].startswith("req_")
            return answer.status_code, answer.json()["error"]

        assert ask("/v1/charges/ch_none")[1] == {
            "type": "invalid_request_error",
            "code": "resource_missing",
            "message": "No such charge: 'ch_none'",
            "param": "id",
        }
        assert ask("/v1/nothing")[0] == 404
        assert ask("/v1/charges", key="sk_live_real")[0] == 401
        assert ask("/v1/charges", **{"Stripe-Account": "acct_none"})[0] == 403
        assert ask("/v1/charges?limit=x")[0] == 400
        assert ask("/v1/charges?expand[]=nothing")[0] == 400

    def test_foreign_keys_and_other_accounts_are_refused(
        self, sandbox, gateway, customer, transport
    ):
        for key in ("sk_live_real", "", "pk_test_public"):
            if key:
                stranger = StripeGateway(Credentials(key, f"{sandbox.url}/stripe"))
                with pytest.raises(CredentialsRefused):
                    stranger.verify_credentials()
        started = gateway.start_payment(payment())
        other = StripeGateway(Credentials("sk_test_other", f"{sandbox.url}/stripe"))
        with pytest.raises(GatewayRefused):
            other.fetch_payment(started.provider_id)

    def test_lists_go_page_by_page(self, gateway):
        made = [gateway._api.customers.create({"email": f"c{i}@example.org"}).id for i in range(5)]
        listed = [one.id for one in gateway._api.customers.list({"limit": 2}).auto_paging_iter()]
        assert listed == made[::-1]

    def test_the_statement_adds_up_to_the_balance(self, gateway, customer):
        started = gateway.start_payment(payment(10000))
        customer.pay(started.redirect_url)
        gateway.refund(RefundPayment(started.provider_id, Money(2500, "EUR"), "refund_1", "k:1"))
        entries = gateway._api.balance_transactions.list().data
        balance = gateway._api.balance.retrieve()
        assert sorted((entry.type, entry.net) for entry in entries) == [
            ("charge", 9680),
            ("refund", -2500),
        ]
        assert balance.available[0].amount + balance.pending[0].amount == 7180

    def test_odd_requests_get_answers(self, customer):
        assert customer.web.get(f"{customer.url}/barter/v1/x", timeout=10).status_code == 404
        assert (
            customer.web.post(
                f"{customer.url}/_sandbox/faults", json={"kind": "fire"}, timeout=10
            ).status_code
            == 400
        )
        assert (
            customer.web.post(f"{customer.url}/_sandbox/clock", json={}, timeout=10).status_code
            == 400
        )
        big = customer.web.post(
            f"{customer.url}/stripe/v1/customers", data=b"x" * (1024 * 1024 + 1), timeout=10
        )
        assert big.status_code == 413
        headers = {
            "Authorization": "Bearer sk_test_alpha",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        odd = customer.web.post(
            f"{customer.url}/stripe/v1/customers", data=b"\xff\xfe=1", headers=headers, timeout=10
        )
        assert odd.status_code == 400


def test_a_restart_forgets_nothing(data, transport):
    def running() -> Sandbox:
        sandbox = Sandbox(providers=[StripeFake()], path=str(data))
        sandbox.start()
        return sandbox

    first = running()
    start = payment(key="k:restart")
    gateway = StripeGateway(Credentials("sk_test_alpha", f"{first.url}/stripe"))
    account, started = gateway.verify_credentials(), gateway.start_payment(start)
    first.stop()
    second = running()
    gateway = StripeGateway(Credentials("sk_test_alpha", f"{second.url}/stripe"))
    assert gateway.verify_credentials() == account
    assert gateway.start_payment(start) == started
    assert gateway.fetch_payment(started.provider_id).state is PaymentState.PENDING
    second.stop()


@pytest.mark.slow
def test_the_program_starts_names_a_taken_port_survives_kill_and_stops(data, transport):
    def program(port: int) -> subprocess.Popen[str]:
        command = [
            sys.executable,
            "-m",
            "shared_apps.gateways.sandbox",
            "--port",
            str(port),
            "--data",
            str(data),
        ]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={name: text for name, text in os.environ.items() if "DJANGO" not in name},
        )

    first = program(0)
    url = first.stdout.readline().split()[-1]
    port = int(url.rsplit(":", 1)[1])
    refused = program(port)
    assert refused.wait(20) == 1
    assert f"port {port} cannot be used" in refused.stderr.read()
    gateway = StripeGateway(Credentials("sk_test_alpha", f"{url}/stripe"))
    started = gateway.start_payment(payment())
    gateway.register_webhook(url="http://gone.localhost:9/", of_partners=False, idempotency_key="k")
    customer = Customer(url)
    customer.lever("faults", kind="decline:lost_card", match="nobody")
    assert customer.pay(started.redirect_url, "declined").startswith("/pay/")
    # The program has no settings of Django's, and its pages need none.
    for page in (started.redirect_url, f"{url}/_sandbox/"):
        assert customer.see(page).status_code == 200
    first.kill()
    first.wait(20)
    second = program(port)
    second.stdout.readline()
    assert gateway.fetch_payment(started.provider_id).state is PaymentState.PENDING
    second.send_signal(signal.SIGTERM)
    assert second.wait(20) == 0


def test_a_call_takes_milliseconds(gateway):
    started = gateway.start_payment(payment())
    gateway.fetch_payment(started.provider_id)
    times = []
    for _ in range(50):
        begun = time.perf_counter()
        gateway.fetch_payment(started.provider_id)
        times.append(time.perf_counter() - begun)
    assert statistics.median(times) < 0.05, times


def test_many_refunds_at_once_never_exceed_the_charge(gateway, customer):
    from concurrent.futures import ThreadPoolExecutor

    started = gateway.start_payment(payment(1000))
    customer.pay(started.redirect_url)

    def refund(number: int) -> bool:
        wish = RefundPayment(
            started.provider_id, Money(100, "EUR"), f"r{number}", f"k:{uuid.uuid4()}"
        )
        try:
            gateway.refund(wish)
        except GatewayRefused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(refund, range(40))) == 10
    assert gateway.fetch_payment(started.provider_id).state is PaymentState.REFUNDED
