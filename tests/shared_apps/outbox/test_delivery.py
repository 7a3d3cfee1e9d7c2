from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
from django.db import connection, transaction

from shared_apps.kernel.context import platform_context, tenant_context
from shared_apps.kernel.events import Event
from shared_apps.kernel.transactions import TransactionRequired
from shared_apps.outbox.domain import subscriptions
from shared_apps.outbox.domain.delivery import (
    ATTEMPTS_MAX,
    Delivered,
    deliver_pending,
    forget_delivered,
    revive,
)
from shared_apps.outbox.domain.publishing import publish
from shared_apps.outbox.domain.sweeping import due_schemas
from shared_apps.outbox.models import HandledEvent, OutboxEvent
from shared_apps.outbox.queries import poisonous_events
from tests.world import NOW


@dataclass(frozen=True, slots=True)
class LampLit(Event):
    name: ClassVar[str] = "testing.lamp_lit.v1"

    lamp_id: str
    watts: int = 5


def publish_lamp(lamp_id="l1"):
    with transaction.atomic():
        return publish(LampLit(lamp_id=lamp_id))


def make_due():
    OutboxEvent.objects.filter(delivered_at=None).exclude(next_at=None).update(
        next_at=NOW - timedelta(days=9999)
    )


def test_handler_gets_the_event_once(in_alpha, handlers):
    seen = []
    handlers.add(LampLit, lambda event, delivery: seen.append((event, delivery)), name="t.see")
    event_id = publish_lamp()

    assert deliver_pending(at=NOW) == Delivered(delivered=1)
    assert deliver_pending(at=NOW) == Delivered()

    ((event, delivery),) = seen
    assert event == LampLit(lamp_id="l1")
    assert (delivery.id, delivery.attempt, delivery.at) == (event_id, 1, NOW)
    assert HandledEvent.objects.count() == 1


def test_events_without_handlers_are_done(in_alpha):
    publish_lamp()

    assert deliver_pending(at=NOW) == Delivered(delivered=1)


def test_two_handlers_of_one_name_are_refused(handlers):
    handlers.add(LampLit, lambda event, delivery: None, name="t.see")

    with pytest.raises(subscriptions.HandlerNameTaken):
        handlers.add(LampLit, lambda event, delivery: None, name="t.see")


def test_a_failing_handler_does_not_hold_up_the_others(in_alpha, handlers):
    seen = []

    def fail(event, delivery):
        raise ValueError("no bulb")

    handlers.add(LampLit, fail, name="t.fail")
    handlers.add(LampLit, lambda event, delivery: seen.append(delivery.attempt), name="t.see")
    publish_lamp()

    assert deliver_pending(at=NOW) == Delivered(failed=1)
    row = OutboxEvent.objects.get()
    assert row.last_error == "t.fail: ValueError: no bulb"
    assert row.next_at > row.created_at
    assert deliver_pending(at=NOW) == Delivered()

    subscriptions.unsubscribe("t.fail")
    make_due()
    assert deliver_pending(at=NOW) == Delivered(delivered=1)
    assert seen == [1]


def test_a_failed_handler_leaves_nothing(in_alpha, handlers):
    def write_and_fail(event, delivery):
        OutboxEvent.objects.create(name="testing.half.v1", payload={})
        raise ValueError

    handlers.add(LampLit, write_and_fail, name="t.half")
    publish_lamp()
    deliver_pending(at=NOW)

    assert not OutboxEvent.objects.filter(name="testing.half.v1").exists()
    assert HandledEvent.objects.count() == 0


def test_poison_stays_visible_and_can_be_revived(in_alpha, handlers):
    def fail(event, delivery):
        raise ValueError("never")

    handlers.add(LampLit, fail, name="t.fail")
    event_id = publish_lamp()
    for _ in range(ATTEMPTS_MAX + 2):
        make_due()
        deliver_pending(at=NOW)

    (stuck,) = poisonous_events()
    assert (stuck.id, stuck.attempts) == (event_id, ATTEMPTS_MAX)
    assert "never" in stuck.last_error

    subscriptions.unsubscribe("t.fail")
    assert revive(event_id=event_id)
    assert deliver_pending(at=NOW) == Delivered(delivered=1)


def test_follow_up_events_are_delivered_too(in_alpha, handlers):
    def relight(event, delivery):
        if event.watts < 8:
            publish(LampLit(lamp_id=event.lamp_id, watts=event.watts + 1))

    handlers.add(LampLit, relight, name="t.relight")
    publish_lamp()

    assert deliver_pending(at=NOW) == Delivered(delivered=4)


def test_fields_of_a_newer_version_are_left_out(in_alpha, handlers):
    seen = []
    handlers.add(LampLit, lambda event, delivery: seen.append(event), name="t.see")
    OutboxEvent.objects.create(name=LampLit.name, payload={"lamp_id": "l9", "colour": "red"})

    deliver_pending(at=NOW)

    assert seen == [LampLit(lamp_id="l9")]


def test_events_of_one_tenant_are_not_delivered_for_another(alpha, beta, handlers):
    handlers.add(LampLit, lambda event, delivery: None, name="t.see")
    with tenant_context(alpha):
        publish_lamp()

    with tenant_context(beta):
        assert deliver_pending(at=NOW) == Delivered()
    with platform_context():
        assert deliver_pending(at=NOW) == Delivered()
    with tenant_context(alpha):
        assert deliver_pending(at=NOW) == Delivered(delivered=1)


def test_sweep_finds_the_schemas_with_due_events(alpha, beta):
    with tenant_context(beta):
        publish_lamp()

    assert list(due_schemas([alpha.schema, beta.schema])) == [beta.schema]
    assert list(due_schemas([alpha.schema, "t_gone", beta.schema])) == [beta.schema]


def test_delivered_events_are_forgotten_after_a_while(in_alpha, handlers):
    handlers.add(LampLit, lambda event, delivery: None, name="t.see")
    publish_lamp()
    deliver_pending(at=NOW)
    later = OutboxEvent.objects.get().delivered_at + timedelta(days=1)

    assert forget_delivered(before=later) == 1
    assert HandledEvent.objects.count() == OutboxEvent.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_publish_refuses_outside_an_operation(alpha):
    with tenant_context(alpha), pytest.raises(TransactionRequired):
        publish(LampLit(lamp_id="l1"))


@pytest.mark.django_db(transaction=True)
def test_outside_handlers_have_no_transaction_and_run_again_after_a_crash(alpha, handlers):
    seen = []

    def journey(event, delivery):
        seen.append((connection.in_atomic_block, delivery.attempt))
        if len(seen) == 1:
            raise ConnectionError

    handlers.add(LampLit, journey, name="t.journey", outside=True)
    with tenant_context(alpha):
        publish_lamp()
        deliver_pending(at=NOW)
        make_due()
        deliver_pending(at=NOW)

    assert seen == [(False, 1), (False, 2)]


@pytest.mark.django_db(transaction=True)
def test_eight_relays_take_each_effect_once(alpha, handlers):
    def effect(event, delivery):
        OutboxEvent.objects.create(name=f"testing.effect.{event.lamp_id}", payload={})

    handlers.add(LampLit, effect, name="t.effect")
    with tenant_context(alpha):
        for index in range(40):
            publish_lamp(f"l{index}")

    def relay():
        with tenant_context(alpha):
            deliver_pending(at=NOW)
        connection.close()

    threads = [threading.Thread(target=relay) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with tenant_context(alpha):
        effects = OutboxEvent.objects.filter(name__startswith="testing.effect.")
        assert effects.count() == effects.values("name").distinct().count() == 40
        assert not OutboxEvent.objects.filter(delivered_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_that_commits_late_is_not_passed_over(alpha, handlers):
    seen = []
    handlers.add(LampLit, lambda event, delivery: seen.append(event.lamp_id), name="t.see")
    published, may_commit = threading.Event(), threading.Event()

    def slow():
        with tenant_context(alpha), transaction.atomic():
            publish(LampLit(lamp_id="early"))
            published.set()
            may_commit.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    published.wait(10)
    with tenant_context(alpha):
        publish_lamp("late")
        deliver_pending(at=NOW)
        may_commit.set()
        thread.join()
        deliver_pending(at=NOW)

    assert seen == ["late", "early"]
