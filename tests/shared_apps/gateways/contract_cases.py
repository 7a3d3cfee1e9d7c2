"""What every gateway must do, whoever is on the other side.

A provider's test class inherits from `GatewayContract` and brings a fixture `ground` (see `ground.py`).
What a provider does not offer it must refuse with `NotOffered`: the same cases check that.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from shared_apps.gateways.contract import (
    CapturePayment,
    ChargeSaved,
    CreateAccount,
    DisputeEvidence,
    DisputeState,
    PaymentLine,
    PaymentState,
    PayoutState,
    RefundPayment,
    RefundState,
    SendPayout,
)
from shared_apps.gateways.errors import (
    CredentialsRefused,
    GatewayRefused,
    IdempotencyKeyReused,
    NotOffered,
)
from shared_apps.gateways.statement import MovementKind
from shared_apps.kernel.clock import now
from tests.shared_apps.gateways.ground import Ground, fresh_key, lacking, payment

AN_HOUR = timedelta(hours=1)


def offered(ground: Ground, capability: str, attempt: Callable[[], object]) -> bool:
    """Whether the provider can; if it cannot, trying must say so."""
    if getattr(ground.gateway.capabilities, capability):
        return True
    with pytest.raises(NotOffered):
        attempt()
    return False


def refund_of(payment_id: str, ground: Ground, minor: int) -> RefundPayment:
    return RefundPayment(
        payment_id, ground.money(minor), f"refund_{uuid.uuid4().hex}", fresh_key("refund")
    )


class PaymentCases:
    def test_the_keys_open_an_account(self, ground: Ground):
        found = ground.gateway.verify_credentials()
        assert found
        assert found.startswith(ground.account_prefix)

    def test_wrong_keys_are_refused(self, ground: Ground):
        with pytest.raises(CredentialsRefused):
            ground.stranger.verify_credentials()

    def test_a_started_payment_is_pending_and_has_a_page(self, ground: Ground):
        wish, started = ground.start(lines=[PaymentLine("Mug", ground.money(4200), 2)])
        assert started.redirect_url.startswith("http")
        snapshot = ground.gateway.fetch_payment(started.provider_id)
        assert snapshot.state is PaymentState.PENDING
        assert (snapshot.reference, snapshot.amount) == (wish.reference, ground.money(8400))
        assert (snapshot.captured, snapshot.fee, snapshot.charge_id) == (ground.money(0), None, "")

    def test_starting_again_with_the_same_key_opens_the_same_page(self, ground: Ground):
        wish, first = ground.start()
        again = ground.gateway.start_payment(wish)
        assert (again.provider_id, again.redirect_url) == (first.provider_id, first.redirect_url)

    def test_one_key_for_two_payments_is_refused(self, ground: Ground):
        if not ground.compares_repetitions:
            pytest.skip("this provider answers a repeated key without looking at the request")
        wish, _ = ground.start()
        with pytest.raises(IdempotencyKeyReused):
            ground.start(1234, key=wish.idempotency_key)

    def test_currencies_with_other_exponents_keep_their_value(self, ground: Ground):
        for amount in ground.odd_amounts:
            started = ground.gateway.start_payment(payment(amount.minor, amount.currency))
            assert ground.gateway.fetch_payment(started.provider_id).amount == amount

    def test_lines_that_do_not_add_up_are_refused_before_anything_is_sent(self, ground: Ground):
        with pytest.raises(GatewayRefused, match="add up"):
            ground.start(8400, lines=[PaymentLine("Mug", ground.money(4200))])

    def test_an_abandoned_page_can_be_closed_more_than_once(self, ground: Ground):
        if not ground.closes_pages:
            pytest.skip("this provider's pages close by themselves only")
        _, started = ground.start()
        for _ in range(2):
            closed = ground.gateway.expire_payment(started.provider_id)
            assert closed.state is PaymentState.EXPIRED

    def test_closing_a_paid_page_changes_nothing(self, ground: Ground):
        paid = ground.paid()
        assert ground.gateway.expire_payment(paid).state is PaymentState.CAPTURED

    def test_an_unknown_payment_is_refused(self, ground: Ground):
        with pytest.raises(GatewayRefused):
            ground.gateway.fetch_payment(ground.unknown_payment)

    def test_an_unpaid_payment_cannot_be_refunded(self, ground: Ground):
        _, started = ground.start()
        with pytest.raises(GatewayRefused):
            ground.gateway.refund(refund_of(started.provider_id, ground, 1))

    def test_a_paid_payment_is_captured_with_its_fee(self, ground: Ground):
        snapshot = ground.gateway.fetch_payment(ground.paid())
        assert snapshot.state is PaymentState.CAPTURED
        assert (snapshot.captured, snapshot.refunded) == (ground.money(8400), ground.money(0))
        assert snapshot.charge_id
        if ground.tells_fees:
            assert snapshot.fee
            assert ground.money(0) < snapshot.fee < snapshot.captured

    def test_a_declined_payment_is_not_captured(self, ground: Ground):
        decline = lacking(ground.decline, "nobody sits at the provider's page in this run")
        _, started = ground.start()
        decline(started)
        snapshot = ground.gateway.fetch_payment(started.provider_id)
        assert snapshot.state in {PaymentState.PENDING, PaymentState.FAILED}
        assert (snapshot.captured, bool(snapshot.failure_code)) == (ground.money(0), True)

    def test_a_refund_repeated_with_its_key_happens_once(self, ground: Ground):
        paid = ground.paid()
        wish = refund_of(paid, ground, 400)
        assert ground.gateway.refund(wish).refund_id == ground.gateway.refund(wish).refund_id
        assert ground.gateway.fetch_payment(paid).refunded == ground.money(400)

    def test_refunds_in_parts_end_refunded(self, ground: Ground):
        paid = ground.paid()
        wishes = [8400] if not ground.gateway.capabilities.partial_refunds else [300, 8100]
        for index, minor in enumerate(wishes):
            made = ground.gateway.refund(refund_of(paid, ground, minor))
            assert made.state in {RefundState.SUCCEEDED, RefundState.PENDING}
            assert ground.gateway.fetch_refund(made.refund_id).amount == ground.money(minor)
            if index < len(wishes) - 1:
                partly = ground.gateway.fetch_payment(paid)
                assert partly.state is PaymentState.CAPTURED
                assert partly.refunded == ground.money(minor)
                with pytest.raises(GatewayRefused):
                    ground.gateway.refund(refund_of(paid, ground, 8400 - minor + 1))
        assert ground.gateway.fetch_payment(paid).state is PaymentState.REFUNDED
        with pytest.raises(GatewayRefused):
            ground.gateway.refund(refund_of(paid, ground, 1))


class AuthorisationCases:
    def _authorised(self, ground: Ground) -> str | None:
        """An authorised payment's id, or None where the provider refuses to authorise only."""
        if not offered(ground, "manual_capture", lambda: ground.start(is_manual_capture=True)):
            return None
        paid = ground.paid(is_manual_capture=True)
        snapshot = ground.gateway.fetch_payment(paid)
        assert snapshot.state is PaymentState.AUTHORISED
        assert (snapshot.amount, snapshot.captured) == (ground.money(8400), ground.money(0))
        return paid

    def test_what_was_authorised_is_captured_once(self, ground: Ground):
        if paid := self._authorised(ground):
            wish = CapturePayment(paid, ground.money(8400), fresh_key("capture"))
            first, again = ground.gateway.capture(wish), ground.gateway.capture(wish)
            assert first == again
            assert (first.state, first.captured) == (PaymentState.CAPTURED, ground.money(8400))
            other_key = CapturePayment(paid, ground.money(8400), fresh_key("capture"))
            assert ground.gateway.capture(other_key) == first

    def test_part_of_it_is_captured_and_only_that_can_go_back(self, ground: Ground):
        wish = CapturePayment("x", ground.money(6000), fresh_key("capture"))
        if not offered(ground, "partial_capture", lambda: ground.gateway.capture(wish)):
            return
        paid = self._authorised(ground)
        assert paid
        taken = ground.gateway.capture(
            CapturePayment(paid, ground.money(6000), fresh_key("capture"))
        )
        assert (taken.state, taken.captured, taken.refunded) == (
            PaymentState.CAPTURED,
            ground.money(6000),
            ground.money(0),
        )
        with pytest.raises(GatewayRefused):
            ground.gateway.refund(refund_of(paid, ground, 6001))
        ground.gateway.refund(refund_of(paid, ground, 6000))
        assert ground.gateway.fetch_payment(paid).state is PaymentState.REFUNDED

    def test_no_more_than_that_is_captured(self, ground: Ground):
        if paid := self._authorised(ground):
            with pytest.raises(GatewayRefused):
                ground.gateway.capture(
                    CapturePayment(paid, ground.money(8401), fresh_key("capture"))
                )
            assert ground.gateway.fetch_payment(paid).state is PaymentState.AUTHORISED

    def test_it_is_let_go_more_than_once_and_then_not_captured(self, ground: Ground):
        if paid := self._authorised(ground):
            for _ in range(2):
                gone = ground.gateway.cancel_authorisation(paid, idempotency_key=fresh_key("void"))
                assert (gone.state, gone.captured) == (PaymentState.CANCELLED, ground.money(0))
            with pytest.raises(GatewayRefused):
                ground.gateway.capture(
                    CapturePayment(paid, ground.money(8400), fresh_key("capture"))
                )

    def test_what_was_captured_is_not_let_go(self, ground: Ground):
        if paid := self._authorised(ground):
            ground.gateway.capture(CapturePayment(paid, ground.money(8400), fresh_key("capture")))
            with pytest.raises(GatewayRefused):
                ground.gateway.cancel_authorisation(paid, idempotency_key=fresh_key("void"))
            assert ground.gateway.fetch_payment(paid).state is PaymentState.CAPTURED


class SavedMethodCases:
    def test_a_means_of_payment_is_kept_charged_and_forgotten(self, ground: Ground):
        gateway = ground.gateway

        def open_customer() -> str:
            return gateway.open_customer(
                reference=f"user_{uuid.uuid4().hex}",
                email="ada@example.org",
                idempotency_key=fresh_key("customer"),
            )

        if not offered(ground, "saved_methods", open_customer):
            return
        customer = open_customer()
        paid = gateway.fetch_payment(ground.paid(save_for=customer))
        assert paid.saved_method
        assert paid.saved_method.is_reusable
        charge = ChargeSaved(
            token=paid.saved_method.token,
            customer=customer,
            amount=ground.money(2500),
            reference=f"pay_{uuid.uuid4().hex}",
            idempotency_key=fresh_key("charge"),
        )
        charged = gateway.charge_saved(charge)
        assert (charged.state, charged.captured) == (PaymentState.CAPTURED, ground.money(2500))
        assert charged.reference == charge.reference
        assert gateway.charge_saved(charge).provider_id == charged.provider_id
        found = gateway.fetch_payment(charged.provider_id)
        assert (found.state, found.captured) == (PaymentState.CAPTURED, ground.money(2500))
        gateway.refund(refund_of(charged.provider_id, ground, 2500))
        assert gateway.fetch_payment(charged.provider_id).state is PaymentState.REFUNDED

    def test_what_is_kept_is_listed_until_it_is_forgotten(self, ground: Ground):
        gateway = ground.gateway
        if not offered(ground, "saved_methods", lambda: gateway.saved_methods("nobody")):
            return
        customer = gateway.open_customer(
            reference="user_1", email="ada@example.org", idempotency_key=fresh_key("customer")
        )
        kept = gateway.fetch_payment(ground.paid(save_for=customer)).saved_method
        try:
            listed = [*gateway.saved_methods(customer)]
            assert listed == [kept]
            gateway.forget_method(kept.token)
        except NotOffered as lack:
            pytest.skip(f"kept and charged, but no more: {lack}")
        assert [*gateway.saved_methods(customer)] == []


class PartnerCases:
    def test_a_new_partner_account_waits_for_its_onboarding(self, ground: Ground):
        gateway = ground.gateway
        wish = CreateAccount(uuid.uuid4().hex, "vendor@example.org", "US", fresh_key("account"))
        if not offered(ground, "connected_accounts", lambda: gateway.create_account(wish)):
            return
        account = gateway.create_account(wish)
        assert not account.is_payable
        assert account.pending_requirements
        assert gateway.fetch_account(account.account_id) == account
        link = gateway.onboarding_link(
            account.account_id,
            return_url="https://shop.example/partner/payouts",
            refresh_url="https://shop.example/partner/payouts?again",
        )
        assert link.url.startswith("http")

    def _wish(self, ground: Ground, minor: int = 5000) -> SendPayout:
        destination = lacking(ground.destination, "nobody to pay out to in this run")
        return SendPayout(
            destination(), ground.money(minor), f"payout_{uuid.uuid4().hex}", fresh_key("payout")
        )

    def _funded(self, ground: Ground) -> None:
        ground.paid()
        lacking(ground.money_arrives, "money takes days to become available in this run")()

    def test_a_payout_is_sent_once_and_its_state_can_be_asked(self, ground: Ground):
        gateway = ground.gateway
        if not offered(ground, "payouts", lambda: gateway.fetch_payout("nobody")):
            return
        wish = self._wish(ground)
        self._funded(ground)
        sent = gateway.send_payout(wish)
        assert sent.state in {PayoutState.PENDING, PayoutState.PAID}
        assert (sent.amount, sent.returned) == (ground.money(5000), ground.money(0))
        assert gateway.send_payout(wish).payout_id == sent.payout_id
        assert gateway.fetch_payout(sent.payout_id).amount == ground.money(5000)

    def test_more_than_there_is_cannot_be_paid_out(self, ground: Ground):
        if ground.gateway.capabilities.payouts:
            wish = self._wish(ground, 99_000_000)
            with pytest.raises(GatewayRefused):
                ground.gateway.send_payout(wish)

    def test_a_payout_may_come_back_after_it_was_paid(self, ground: Ground):
        bounce = lacking(ground.bounce, "nothing bounces on demand in this run")
        wish = self._wish(ground)
        self._funded(ground)
        sent = ground.gateway.send_payout(wish)
        bounce(sent.payout_id)
        back = ground.gateway.fetch_payout(sent.payout_id)
        assert back.state in {PayoutState.FAILED, PayoutState.REVERSED}
        assert back.returned == ground.money(5000)


class DisputeCases:
    def test_a_dispute_is_read_answered_and_given_in_to(self, ground: Ground):
        gateway = ground.gateway
        if not offered(ground, "disputes", lambda: gateway.fetch_dispute("nobody")):
            return
        object_to = lacking(ground.object_to, "nobody objects on demand in this run")
        dispute_id = object_to(ground.paid())
        opened = gateway.fetch_dispute(dispute_id)
        assert opened.state is DisputeState.NEEDS_RESPONSE
        assert (opened.amount, opened.dispute_id) == (ground.money(8400), dispute_id)
        assert opened.charge_id
        assert opened.reason
        answered = gateway.submit_evidence(
            DisputeEvidence(dispute_id, "It was delivered.", True, fresh_key("evidence"))
        )
        assert answered.state is DisputeState.UNDER_REVIEW
        other = object_to(ground.paid())
        lost = gateway.accept_dispute(other, idempotency_key=fresh_key("accept"))
        assert lost.state is DisputeState.LOST


class StatementCases:
    def test_the_statement_tells_what_was_taken_and_given_back(self, ground: Ground):
        gateway, since = ground.gateway, now() - AN_HOUR
        if not offered(ground, "movements", lambda: gateway.balance_movements(since=since)):
            return
        paid = ground.paid()
        made = gateway.refund(refund_of(paid, ground, 2400))
        found = {}
        cursor = ""
        while True:
            page = gateway.balance_movements(since=since, cursor=cursor)
            found |= {movement.source_id: movement for movement in page.items}
            cursor = page.next_cursor
            if not cursor:
                break
        charge = found[gateway.fetch_payment(paid).charge_id]
        assert (charge.kind, charge.amount) == (MovementKind.CHARGE, ground.money(8400))
        assert charge.net == charge.amount - charge.fee
        back = found[made.refund_id]
        assert (back.kind, back.amount) == (MovementKind.REFUND, ground.money(-2400))


class GatewayContract(
    PaymentCases,
    AuthorisationCases,
    SavedMethodCases,
    PartnerCases,
    DisputeCases,
    StatementCases,
):
    """All of it."""
