"""What the gateways that speak JSON must do beyond the contract: lost answers, second tries, later news.

A class says in which currency, and to whom it pays out.
"""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import pytest

from shared_apps.gateways.contract import (
    ChargeSaved,
    DestinationKind,
    DisputeState,
    Gateway,
    PaymentSnapshot,
    PaymentState,
    PayoutDestination,
    PayoutState,
    RefundPayment,
    RefundState,
    SendPayout,
    StartPayment,
    WebhookSubject,
)
from shared_apps.gateways.errors import (
    GatewayRefused,
    IdempotencyKeyReused,
    NotOffered,
    OutcomeUnknown,
    PaymentDeclined,
)
from shared_apps.gateways.sandbox.server import Sandbox
from shared_apps.gateways.statement import BalanceMovement, MovementKind
from shared_apps.kernel.clock import now
from shared_apps.kernel.money import Money
from tests.shared_apps.gateways.customer import Customer
from tests.shared_apps.gateways.ground import payment

A_DAY = 86_400


class LimitedCases(ABC):
    kind: ClassVar[str]
    currency: ClassVar[str]
    destination: ClassVar[PayoutDestination]
    failing: ClassVar[PayoutDestination]
    # What the paths of opening a page and of sending a payout have in common with no other.
    opening_path: ClassVar[str] = ""
    payout_path: ClassVar[str] = "/transfer"
    customer: Customer
    sandbox: Sandbox
    scope: ClassVar[str]
    # How many lines of a statement make a page.
    pages_after: ClassVar[int]
    bounced_state: ClassVar[PayoutState] = PayoutState.REVERSED

    @abstractmethod
    def gateway(self) -> Gateway:
        """The adapter, with the keys of the sandbox."""

    def start(self, minor: int = 840_000, **changes: object) -> StartPayment:
        return payment(minor, self.currency, **changes)

    def paid(self, minor: int = 840_000, card: str = "visa", **changes: object) -> str:
        started = self.gateway().start_payment(self.start(minor, **changes))
        self.customer.pay(started.redirect_url, card)
        assert self.gateway().fetch_payment(started.provider_id).captured.minor == minor
        return started.provider_id

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    def refund_wish(self, provider_id: str, minor: int, key: str = "") -> RefundPayment:
        key = key or f"test:refund:{uuid.uuid4()}:1"
        return RefundPayment(provider_id, self.money(minor), "refund_1", key)

    def settled(self) -> None:
        self.customer.lever("clock", advance_seconds=2 * A_DAY)

    def test_a_foreign_currency_is_refused_before_anything_is_sent(self):
        with pytest.raises(GatewayRefused, match="ISK"):
            self.gateway().start_payment(payment(1200, "ISK"))

    def test_a_paid_payment_is_captured_with_its_fee(self):
        start = self.start()
        started = self.gateway().start_payment(start)
        self.customer.pay(started.redirect_url)
        snapshot = self.gateway().fetch_payment(started.provider_id)
        assert (snapshot.state, snapshot.reference) == (PaymentState.CAPTURED, start.reference)
        assert snapshot.captured == start.amount
        assert snapshot.fee
        assert self.money(0) < snapshot.fee < start.amount
        assert snapshot.charge_id
        assert snapshot.saved_method is None

    def test_refunds_in_parts_end_refunded(self):
        provider_id = self.paid()
        first = self.gateway().refund(self.refund_wish(provider_id, 30_000))
        assert first.amount == self.money(30_000)
        partly = self.gateway().fetch_payment(provider_id)
        assert (partly.state, partly.refunded) == (PaymentState.CAPTURED, self.money(30_000))
        with pytest.raises(GatewayRefused):
            self.gateway().refund(self.refund_wish(provider_id, 810_001))
        self.gateway().refund(self.refund_wish(provider_id, 810_000))
        assert self.gateway().fetch_payment(provider_id).state is PaymentState.REFUNDED
        with pytest.raises(GatewayRefused):
            self.gateway().refund(self.refund_wish(provider_id, 1))
        self.settled()
        assert self.gateway().fetch_refund(first.refund_id).state is RefundState.SUCCEEDED

    def test_a_refund_asked_for_twice_with_one_key_is_made_once(self):
        provider_id = self.paid()
        wish = self.refund_wish(provider_id, 30_000, "test:refund:once:1")
        assert self.gateway().refund(wish).refund_id == self.gateway().refund(wish).refund_id
        assert self.gateway().fetch_payment(provider_id).refunded == self.money(30_000)
        with pytest.raises(IdempotencyKeyReused):
            self.gateway().refund(replace(wish, amount=self.money(1)))

    def test_a_refund_whose_answer_was_lost_is_made_once(self):
        provider_id = self.paid()
        wish = self.refund_wish(provider_id, 30_000, "test:refund:lost:1")
        self.customer.lever(
            "faults", provider=self.kind, kind="timeout_after_commit", match="refund"
        )
        with pytest.raises(OutcomeUnknown):
            self.gateway().refund(wish)
        self.gateway().refund(wish)
        assert self.gateway().fetch_payment(provider_id).refunded == self.money(30_000)

    def test_a_page_whose_answer_was_lost_can_still_be_paid(self):
        start = self.start()
        self.customer.lever(
            "faults", provider=self.kind, kind="timeout_after_commit", match=self.opening_path
        )
        with pytest.raises(OutcomeUnknown):
            self.gateway().start_payment(start)
        started = self.gateway().start_payment(start)
        self.customer.pay(started.redirect_url)
        snapshot = self.gateway().fetch_payment(started.provider_id)
        assert (snapshot.captured, snapshot.reference) == (start.amount, start.reference)

    def test_a_broken_provider_leaves_the_outcome_unknown(self):
        self.customer.lever("faults", provider=self.kind, kind="500_then_ok")
        with pytest.raises(OutcomeUnknown):
            self.gateway().verify_credentials()
        assert self.gateway().verify_credentials()

    def test_a_declined_card_leaves_the_page_open_for_another(self):
        started = self.gateway().start_payment(self.start())
        assert "/pay/" in self.customer.pay(started.redirect_url, "declined")
        assert 'role="alert"' in self.customer.see(started.redirect_url).text
        assert self.gateway().fetch_payment(started.provider_id).state is PaymentState.PENDING
        self.customer.pay(started.redirect_url)
        assert self.gateway().fetch_payment(started.provider_id).state is PaymentState.CAPTURED

    def test_the_banks_question_comes_before_the_money(self):
        started = self.gateway().start_payment(self.start())
        page = self.customer.pay(started.redirect_url, "challenge")
        assert self.gateway().fetch_payment(started.provider_id).state is PaymentState.PENDING
        self.customer.press(f"{self.customer.url}{page}/challenge", action="accept")
        assert self.gateway().fetch_payment(started.provider_id).state is PaymentState.CAPTURED

    def test_leaving_leads_to_the_cancel_address(self):
        start = self.start()
        started = self.gateway().start_payment(start)
        assert self.customer.press(started.redirect_url, action="cancel").startswith(
            start.cancel_url
        )

    def statement(self) -> list[BalanceMovement]:
        """All of it, page by page."""
        since, cursor, found = now() - timedelta(days=1), "", []
        while True:
            page = self.gateway().balance_movements(since=since, cursor=cursor)
            found += page.items
            cursor = page.next_cursor
            if not cursor:
                return found

    def balance(self) -> Money:
        """What the sandbox's own books say is there, sooner or later."""
        balances = self.sandbox.store.balances(self.kind, self.scope, 0)
        return self.money(sum(balances.get(self.currency, (0, 0))))

    def test_the_statement_adds_up_to_the_balance(self):
        provider_id = self.paid()
        self.gateway().refund(self.refund_wish(provider_id, 30_000))
        bounced = self.gateway().refund(self.refund_wish(provider_id, 20_000))
        self.customer.lever(f"{self.kind}/fail_refund", refund=bounced.refund_id)
        self.paid(77_700)
        self.gateway().start_payment(self.start())
        self.settled()
        arrived = self.gateway().send_payout(self.payout(self.destination, 50_000))
        self.gateway().send_payout(self.payout(self.failing, 60_000))
        self.settled()
        returned = self.gateway().send_payout(self.payout(self.destination, 40_000))
        self.settled()
        self.customer.lever(f"{self.kind}/fail_payout", payout=returned.payout_id)
        if self.gateway().capabilities.disputes:
            _, dispute_id = self.disputed()
            self.customer.lever(f"{self.kind}/close_dispute", dispute=dispute_id, outcome="lost")
        moved = self.statement()
        assert sum((each.net for each in moved), self.money(0)) == self.balance()
        kinds = [each.kind for each in moved]
        assert (kinds.count(MovementKind.CHARGE), kinds.count(MovementKind.REFUND)) in {
            (2, 1),
            (3, 1),
        }
        (sent,) = [each for each in moved if each.amount == self.money(-50_000)]
        assert (sent.kind, sent.reference) == (MovementKind.PAYOUT, "payout_1")
        assert sent.source_id == arrived.payout_id
        assert len({each.id for each in moved}) == len(moved)

    def test_a_long_statement_comes_in_pages(self):
        for _ in range(self.pages_after + 1):
            self.paid(1_000)
        assert len(self.statement()) == self.pages_after + 1

    def opened(self) -> tuple[str, Gateway]:
        gateway = self.gateway()
        customer = gateway.open_customer(
            reference="user_1", email="ada@example.org", idempotency_key="test:customer:1"
        )
        return customer, gateway

    def kept(self, customer: str, card: str = "visa") -> PaymentSnapshot:
        provider_id = self.paid(save_for=customer, card=card, customer_reference="user_1")
        return self.gateway().fetch_payment(provider_id)

    def charge(self, token: str, customer: str, key: str = "", minor: int = 50_000) -> ChargeSaved:
        key = key or f"test:again:{uuid.uuid4()}:1"
        return ChargeSaved(token, customer, self.money(minor), "pay_again", key)

    def test_a_kept_means_of_payment_pays_again_and_can_be_forgotten(self):
        customer, gateway = self.opened()
        method = self.kept(customer).saved_method
        assert method
        assert method.is_reusable
        assert [each.token for each in gateway.saved_methods(customer)] == [method.token]
        wish = self.charge(method.token, customer)
        first, second = gateway.charge_saved(wish), gateway.charge_saved(wish)
        assert first == second
        assert (first.state, first.captured) == (PaymentState.CAPTURED, self.money(50_000))
        assert first.reference == "pay_again"
        assert gateway.fetch_payment(first.provider_id) == first
        with pytest.raises(IdempotencyKeyReused):
            gateway.charge_saved(replace(wish, amount=self.money(1_000)))
        gateway.forget_method(method.token)
        assert list(gateway.saved_methods(customer)) == []
        with pytest.raises(GatewayRefused):
            gateway.charge_saved(self.charge(method.token, customer))

    def test_a_kept_means_of_payment_may_be_declined_later(self):
        customer, gateway = self.opened()
        method = self.kept(customer, "later").saved_method
        assert method
        with pytest.raises(PaymentDeclined):
            gateway.charge_saved(self.charge(method.token, customer))

    def payout(self, to: PayoutDestination, minor: int = 100_000, key: str = "") -> SendPayout:
        key = key or f"test:payout:{uuid.uuid4()}:1"
        return SendPayout(to, self.money(minor), "payout_1", key)

    def test_a_payout_arrives(self):
        self.paid()
        self.settled()
        wish = self.payout(self.destination)
        first, second = self.gateway().send_payout(wish), self.gateway().send_payout(wish)
        assert first.payout_id == second.payout_id
        assert (first.state, first.amount) == (PayoutState.PENDING, self.money(100_000))
        assert first.reference == "payout_1"
        self.settled()
        arrived = self.gateway().fetch_payout(first.payout_id)
        assert (arrived.state, arrived.returned) == (PayoutState.PAID, self.money(0))

    def test_one_key_for_two_payouts_is_refused(self):
        self.paid()
        self.settled()
        wish = self.payout(self.destination)
        self.gateway().send_payout(wish)
        with pytest.raises(IdempotencyKeyReused):
            self.gateway().send_payout(replace(wish, amount=self.money(1_000)))

    def test_a_payout_whose_answer_was_lost_is_sent_once(self):
        self.paid()
        self.settled()
        wish = self.payout(self.destination, 500_000)
        self.customer.lever(
            "faults", provider=self.kind, kind="timeout_after_commit", match=self.payout_path
        )
        with pytest.raises(OutcomeUnknown):
            self.gateway().send_payout(wish)
        assert self.gateway().send_payout(wish).state is PayoutState.PENDING
        with pytest.raises(GatewayRefused):
            self.gateway().send_payout(self.payout(self.destination, 500_000))

    def test_a_payout_that_fails_gives_its_money_back(self):
        self.paid()
        self.settled()
        made = self.gateway().send_payout(self.payout(self.failing, 700_000))
        self.settled()
        failed = self.gateway().fetch_payout(made.payout_id)
        assert (failed.state, failed.returned) == (PayoutState.FAILED, self.money(700_000))
        assert failed.failure_code
        assert self.gateway().send_payout(self.payout(self.destination, 700_000))

    def test_a_payout_can_come_back_after_it_arrived(self):
        self.paid()
        self.settled()
        made = self.gateway().send_payout(self.payout(self.destination))
        self.settled()
        self.customer.lever(f"{self.kind}/fail_payout", payout=made.payout_id)
        back = self.gateway().fetch_payout(made.payout_id)
        assert (back.state, back.returned) == (self.bounced_state, self.money(100_000))

    def test_a_destination_of_another_kind_is_not_offered(self):
        to = PayoutDestination(DestinationKind.CONNECTED_ACCOUNT, "acct_1")
        with pytest.raises(NotOffered):
            self.gateway().send_payout(self.payout(to))

    def disputed(self, **wish: object) -> tuple[str, str]:
        provider_id = self.paid()
        made = self.customer.lever(f"{self.kind}/dispute", payment=provider_id, **wish)
        return provider_id, str(made["id"])


class DisputedCases(LimitedCases):
    """For those whose disputes can be read."""

    # What the provider holds back while a dispute is open.
    is_held: ClassVar[bool]

    def test_a_dispute_is_won_and_nothing_is_missing(self):
        _, dispute_id = self.disputed()
        held = self.money(840_000 if self.is_held else 0)
        assert self.gateway().fetch_dispute(dispute_id).withdrawn == held
        self.customer.lever(f"{self.kind}/close_dispute", dispute=dispute_id, outcome="won")
        won = self.gateway().fetch_dispute(dispute_id)
        assert (won.state, won.withdrawn) == (DisputeState.WON, self.money(0))

    def test_a_dispute_nobody_answers_is_lost(self):
        provider_id, dispute_id = self.disputed()
        reference = self.gateway().fetch_payment(provider_id).reference
        self.customer.lever("clock", advance_seconds=15 * A_DAY)
        lost = self.gateway().fetch_dispute(dispute_id)
        assert (lost.state, lost.withdrawn) == (DisputeState.LOST, self.money(840_000))
        assert lost.reference == reference

    def test_a_payment_can_be_disputed_later_by_itself(self, mailbox):
        self.listen(mailbox)
        self.customer.lever("faults", provider=self.kind, kind="dispute_after:fraud", seconds=A_DAY)
        self.paid()
        self.settled()
        secrets = [self.secret]
        told = [self.gateway().parse_webhook(*each, secrets=secrets) for each in self.post(mailbox)]
        (about,) = [event for event in told if event.subject is WebhookSubject.DISPUTE]
        found = self.gateway().fetch_dispute(about.object_id)
        assert (found.state, found.reason) == (DisputeState.NEEDS_RESPONSE, "fraud")

    secret: str

    @abstractmethod
    def listen(self, mailbox) -> None:
        """Have the provider tell the mailbox of everything."""

    @abstractmethod
    def post(self, mailbox):
        """What has arrived once the message about the dispute is there."""
