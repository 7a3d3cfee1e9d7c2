from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from shared_apps.kernel.context import tenant_context
from shared_apps.outbox.domain.webhooks import (
    WebhookUnknown,
    fail_webhook,
    load_webhook,
    receive_webhook,
    settle_webhook,
)
from shared_apps.outbox.models import OutboxEvent
from shared_apps.outbox.queries import waiting_webhooks
from tests.world import NOW


def receive(dedupe_key="evt_1"):
    return receive_webhook(
        provider="stripe",
        endpoint="ep1",
        dedupe_key=dedupe_key,
        type="charge.succeeded",
        raw=b'{"id": "evt_1"}\xff',
        headers={"Stripe-Signature": "t=1"},
        at=NOW,
    )


def test_a_webhook_is_kept_once_as_bytes(in_alpha):
    first, second = receive(), receive()

    assert first == second
    webhook = load_webhook(webhook_id=first)
    assert webhook.raw == b'{"id": "evt_1"}\xff'
    assert not webhook.is_settled
    assert waiting_webhooks() == [first]


def test_a_webhook_is_settled_once(in_alpha):
    webhook_id = receive()
    with transaction.atomic():
        assert settle_webhook(webhook_id=webhook_id, at=NOW)
        assert not settle_webhook(webhook_id=webhook_id, at=NOW)

    assert load_webhook(webhook_id=webhook_id).is_settled
    assert waiting_webhooks() == []


def test_ten_failures_are_poison(in_alpha):
    webhook_id = receive()
    for _ in range(9):
        fail_webhook(webhook_id=webhook_id, error="away")
    assert waiting_webhooks() == [webhook_id]

    fail_webhook(webhook_id=webhook_id, error="away")

    assert waiting_webhooks() == []
    assert not load_webhook(webhook_id=webhook_id).is_settled


def test_a_webhook_of_one_tenant_is_unknown_to_another(alpha, beta):
    with tenant_context(alpha):
        webhook_id = receive()

    with tenant_context(beta), pytest.raises(WebhookUnknown):
        load_webhook(webhook_id=webhook_id)


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_take_the_effect_once(alpha):
    with tenant_context(alpha):
        webhook_id = receive()

    def work():
        with tenant_context(alpha), transaction.atomic():
            if settle_webhook(webhook_id=webhook_id, at=NOW):
                OutboxEvent.objects.create(name="testing.effect.v1", payload={})
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with tenant_context(alpha):
        assert OutboxEvent.objects.count() == 1
