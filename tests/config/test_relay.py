from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import ClassVar

import pytest
from django.db import transaction

from config.relay import Relay
from shared_apps.kernel.context import platform_context, scope_key, tenant_context
from shared_apps.kernel.events import Event
from shared_apps.kernel.valkey import client
from shared_apps.outbox.domain import nudges, subscriptions
from shared_apps.outbox.domain.publishing import publish
from tests.world import ALPHA, BETA

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True, slots=True)
class BellRung(Event):
    name: ClassVar[str] = "testing.bell_rung.v1"

    bell: str


@pytest.fixture
def heard():
    seen = []
    subscriptions.handles(BellRung, name="t.hear")(
        lambda event, delivery: seen.append((scope_key(), event.bell))
    )
    client().delete("{platform}:relay-nudges")
    yield seen
    subscriptions.unsubscribe("t.hear")


@pytest.fixture
def relay():
    stop = threading.Event()
    started = []

    def start(**options):
        thread = threading.Thread(target=Relay(**options).run, args=[stop])
        thread.start()
        started.append(thread)

    yield start
    stop.set()
    for thread in started:
        thread.join(15)


def ring(bell):
    with transaction.atomic():
        publish(BellRung(bell=bell))


def wait_until(condition, seconds=15.0):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


def test_a_nudge_delivers_at_once(heard, relay):
    relay(sweep_seconds=3600)
    time.sleep(0.5)

    for tenant in (ALPHA, BETA):
        with tenant_context(tenant):
            ring("one")
    with platform_context():
        ring("two")

    assert wait_until(lambda: len(heard) == 3, seconds=3)
    assert set(heard) == {(ALPHA.schema, "one"), (BETA.schema, "one"), ("platform", "two")}


def test_the_sweep_finds_what_no_nudge_told(heard, relay, monkeypatch):
    monkeypatch.setattr(nudges, "nudge", lambda schema: None)
    for tenant in (ALPHA, BETA):
        with tenant_context(tenant):
            ring("quiet")

    relay(sweep_seconds=0.2)

    assert wait_until(lambda: len(heard) == 2)


def test_a_rolled_back_publish_is_never_told(heard, relay):
    relay(sweep_seconds=0.2)
    with tenant_context(ALPHA), pytest.raises(ValueError, match="no"), transaction.atomic():  # noqa: PT012
        publish(BellRung(bell="never"))
        raise ValueError("no")
    with tenant_context(ALPHA):
        ring("after")

    assert wait_until(lambda: heard)
    assert heard == [(ALPHA.schema, "after")]
