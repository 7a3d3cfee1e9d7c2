"""What gateways tell us, in every order, and the messages that failed."""

from __future__ import annotations

from itertools import permutations

import pytest
from django.db import transaction

from shared_apps.gateways.errors import WebhookRefused
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from shared_apps.outbox.domain.delivery import deliver_pending
from shared_apps.outbox.models import OutboxEvent, ReceivedWebhook
from tenant_apps.payments.domain import webhooks
from tenant_apps.payments.domain.webhooks import (
    EndpointUnknown,
    NothingToReplay,
    replay_webhook,
    work_off_webhook,
)
from tenant_apps.payments.events import WebhookReceived
from tenant_apps.payments.models import Dispute, GatewayAccount, Payment, PaymentSplit, Refund
from tests.tenant_apps.payments.till import (
    OPERATOR,
    assert_books_hold,
    message,
    open_page,
    pay_at_gateway,
    refund,
    signed,
    tell_us,
    work_off,
)

pytestmark = pytest.mark.django_db


def state_of_all():
    return (
        list(Payment.objects.values_list("state", "captured_minor", "refunded_minor")),
        list(Refund.objects.values_list("state", flat=True)),
        list(Dispute.objects.values_list("state", "withdrawn_minor", "reinstated_minor")),
        sorted(PaymentSplit.objects.values_list("captured_minor", "disputed_minor")),
    )


def in_every_order(account, events):
    """The final states that the orders of the messages lead to, each tried from the same start."""
    found = []
    for order in permutations(events):
        point = transaction.savepoint()
        for event in order:
            tell_us(account, event)
        work_off()
        assert_books_hold()
        found.append(state_of_all())
        transaction.savepoint_rollback(point)
    return found


def test_payment_and_dispute_in_every_order(till, customer):
    opened = open_page(till)
    customer.pay(opened.redirect_url)
    payment = Payment.objects.get()
    told = customer.lever("stripe/dispute", payment=payment.provider_id)
    customer.lever("stripe/close_dispute", dispute=told["id"], outcome="won")
    completed = message("checkout.session.completed", "checkout.session", payment.provider_id)
    events = [
        completed,
        completed,
        message("payment_intent.succeeded", "payment_intent", "pi_x", reference=payment.reference),
        message("charge.dispute.created", "dispute", told["id"]),
        message("charge.dispute.closed", "dispute", told["id"], number=1),
    ]

    found = in_every_order(payment.account, events)

    assert len(found) == 120
    assert {str(state) for state in found} == {str(found[0])}
    payments, _refunds, decided, splits = found[0]
    assert payments == [("captured", 5000, 0)]
    assert decided[0][0] == "won"
    assert splits == [(2000, 0), (3000, 0)]


def test_refund_that_bounced_in_every_order(till, customer):
    payment = pay_at_gateway(till, customer)
    refund(till.bowl, "20.00")
    work_off()
    row = Refund.objects.get()
    customer.lever("stripe/fail_refund", refund=row.provider_id)
    events = [
        message("refund.created", "refund", row.provider_id, reference=str(row.id)),
        message("refund.updated", "refund", row.provider_id, reference=str(row.id)),
        message("refund.failed", "refund", row.provider_id),
        message("charge.refunded", "charge", "ch_x", reference=payment.reference),
    ]

    found = in_every_order(payment.account, events)

    assert len(found) == 24
    assert {str(state) for state in found} == {str(found[0])}
    assert found[0][:2] == ([("captured", 5000, 0)], ["failed"])


def test_forged_and_of_another_tenant(till, customer, beta):
    payment = pay_at_gateway(till, customer)
    account = payment.account
    event = message("checkout.session.completed", "checkout.session", payment.provider_id)
    body, headers = signed(account, event, secret="whsec_guessed")

    def take(**changed):
        said = {"kind": "stripe", "token": account.endpoint_token, "body": body, "headers": headers}
        webhooks.take_webhook(**{**said, **changed}, at=now())

    with pytest.raises(WebhookRefused):
        take()
    with pytest.raises(EndpointUnknown):
        take(token="guessed")
    with pytest.raises(EndpointUnknown):
        take(kind="paypal")
    right = signed(account, event)
    with tenant_context(beta), pytest.raises(EndpointUnknown):
        take(body=right[0], headers=right[1])
    assert ReceivedWebhook.objects.count() == 0


def test_signature_of_the_secret_before_is_believed(till, customer):
    from tenant_apps.payments.domain.accounts import renew_webhook

    payment = pay_at_gateway(till, customer)
    account = payment.account
    event = message("checkout.session.completed", "checkout.session", payment.provider_id)
    body, headers = signed(account, event)

    renew_webhook(account_id=account.id, acting=OPERATOR, at=now())

    renewed = GatewayAccount.objects.get(id=account.id)
    assert renewed.webhook_secret != account.webhook_secret
    token = account.endpoint_token
    webhooks.take_webhook(kind="stripe", token=token, body=body, headers=headers, at=now())
    tell_us(renewed, message("payment_intent.created", "payment_intent", "pi_y"))
    assert ReceivedWebhook.objects.count() == 2


def test_poison_is_replayed(till, customer):
    opened = open_page(till)
    customer.pay(opened.redirect_url)
    payment = Payment.objects.get()
    customer.lever("faults", kind="500_then_ok", match="checkout/sessions", times=99)
    tell_us(
        payment.account,
        message("checkout.session.completed", "checkout.session", payment.provider_id),
    )
    assert deliver_pending(at=now()).failed == 1
    received = ReceivedWebhook.objects.get()
    OutboxEvent.objects.filter(name=WebhookReceived.name).update(next_at=None, attempts=10)
    assert (received.state, received.attempts) == ("failed", 1)
    customer.lever("faults", method="DELETE")

    replay_webhook(webhook_id=received.id, acting=OPERATOR, at=now())
    work_off()

    received.refresh_from_db()
    payment.refresh_from_db()
    assert (received.state, payment.state) == ("done", "captured")
    with pytest.raises(NothingToReplay):
        replay_webhook(webhook_id=received.id, acting=OPERATOR, at=now())


def test_message_about_nothing_of_ours(till, customer):
    payment = pay_at_gateway(till, customer)

    tell_us(payment.account, message("payment_intent.succeeded", "payment_intent", "pi_alien"))
    tell_us(payment.account, message("refund.updated", "refund", "re_alien", reference="not-an-id"))
    work_off()

    assert set(ReceivedWebhook.objects.values_list("state", flat=True)) == {"ignored"}


def test_settled_message_is_not_looked_at_again(till, customer):
    payment = pay_at_gateway(till, customer)
    tell_us(
        payment.account,
        message("checkout.session.completed", "checkout.session", payment.provider_id),
    )
    work_off()
    received = ReceivedWebhook.objects.get()
    customer.lever("faults", kind="500_then_ok", match="checkout/sessions", times=99)

    work_off_webhook(
        hint=WebhookReceived(str(received.id), "payment", payment.provider_id, ""), at=now()
    )
