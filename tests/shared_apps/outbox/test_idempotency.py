from __future__ import annotations

import json
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.http import JsonResponse
from django.test import RequestFactory

from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.errors import PaymentRequired, Unavailable
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.transactions import operation
from shared_apps.outbox.domain.idempotency import (
    Answer,
    IdempotencyKeyMissing,
    KeyReused,
    StillRunning,
    begin,
    finish,
    forget_expired,
    parse_key,
    release,
)
from shared_apps.outbox.domain.repeats import answer_once, idempotent
from shared_apps.outbox.models import IdempotencyKey, OutboxEvent
from tests.world import NOW


def begin_one(fingerprint="f1", at=NOW, key="k1"):
    return begin(scope="user:7 POST /orders/", key=key, fingerprint=fingerprint, at=at)


def finish_one(claim, at=NOW):
    with transaction.atomic():
        finish(claim_id=claim.id, status=201, body={"id": "ord_1"}, at=at)


def test_the_answer_is_replayed(in_alpha):
    claim = begin_one()
    assert claim.answer is None
    finish_one(claim)

    assert begin_one().answer == Answer(201, {"id": "ord_1"})


def test_a_running_key_conflicts_and_another_request_is_refused(in_alpha):
    begin_one()

    with pytest.raises(StillRunning):
        begin_one()
    with pytest.raises(KeyReused):
        begin_one(fingerprint="f2")


def test_after_a_crash_the_key_is_taken_over_and_the_late_first_cannot_finish(in_alpha):
    first = begin_one()
    second = begin_one(at=NOW + timedelta(seconds=61))
    finish_one(second)

    with pytest.raises(StillRunning):
        finish_one(first)
    assert begin_one().answer == Answer(201, {"id": "ord_1"})


def test_a_key_is_forgotten_after_a_day(in_alpha):
    finish_one(begin_one())
    later = NOW + timedelta(hours=25)

    assert begin_one(fingerprint="f2", at=later).answer is None
    assert forget_expired(at=later + timedelta(days=3)) == 1


def test_a_released_key_may_run_again(in_alpha):
    release(claim_id=begin_one().id)

    assert begin_one(fingerprint="f2").answer is None


@pytest.mark.parametrize(("header", "key"), [('"abc"', "abc"), ("abc", "abc"), (" a b ", "a b")])
def test_keys_are_quoted_or_bare(header, key):
    assert parse_key(header) == key


@pytest.mark.parametrize("header", ["", '""', "a" * 201, "a\x00"])
def test_bad_keys_are_refused(header):
    with pytest.raises(IdempotencyKeyMissing):
        parse_key(header)


class Lamps:
    """An API view whose effect is an outbox row, to be counted."""

    @idempotent
    def post(self, request):
        fail = json.loads(request.body).get("fail")
        if fail == "declined":
            raise PaymentRequired
        if fail == "away":
            raise Unavailable
        lamp = light_lamp(at=NOW, raises=fail)
        return JsonResponse({"id": lamp, "fresh": True}, status=201)

    @idempotent
    def put(self, request):
        OutboxEvent.objects.create(name="testing.plain.v1", payload={})
        return JsonResponse({"id": str(uuid7())}, status=201)


@operation
def light_lamp(*, at, raises):
    row = OutboxEvent.objects.create(name="testing.lamp.v1", payload={})
    answer_once(status=201, body={"id": str(row.id)}, at=at)
    if raises == "defect":
        raise ZeroDivisionError
    return str(row.id)


def call(method="post", key="k1", **body):
    request = RequestFactory().generic(method, "/api/v1/lamps/", json.dumps(body))
    if key:
        request.META["HTTP_IDEMPOTENCY_KEY"] = key
    request.user = AnonymousUser()
    request.session = SimpleNamespace(session_key="s1")
    return getattr(Lamps(), method)(request)


def test_a_repeated_request_has_one_effect_and_the_same_body(in_alpha):
    first, second = call(), call()

    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert second["Idempotent-Replayed"] == "true"
    assert OutboxEvent.objects.count() == 1


def test_views_without_answer_once_are_remembered_too(in_alpha):
    assert call("put").content == call("put").content
    assert OutboxEvent.objects.count() == 1


def test_a_request_needs_a_key(in_alpha):
    with pytest.raises(IdempotencyKeyMissing):
        call(key="")


def test_a_definite_refusal_is_replayed_and_a_passing_one_is_not(in_alpha):
    with pytest.raises(PaymentRequired):
        call(fail="declined")
    replayed = call(fail="declined")
    assert replayed.status_code == 402
    assert json.loads(replayed.content)["code"] == "payment_failed"

    for _ in range(2):
        with pytest.raises(Unavailable):
            call(key="k2", fail="away")


def test_an_effect_that_was_rolled_back_frees_the_key(in_alpha):
    with pytest.raises(ZeroDivisionError):
        call(fail="defect")

    assert IdempotencyKey.objects.count() == 0
    assert OutboxEvent.objects.count() == 0


def test_keys_are_per_tenant(alpha, beta):
    with tenant_context(alpha):
        call()
    with tenant_context(beta):
        assert "Idempotent-Replayed" not in call()


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_are_one_effect(alpha):
    bodies, conflicts = [], []

    def one():
        with tenant_context(alpha):
            try:
                bodies.append(call().content)
            except StillRunning:
                conflicts.append(1)
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with tenant_context(alpha):
        assert OutboxEvent.objects.filter(name="testing.lamp.v1").count() == 1
        assert len(set(bodies)) == 1
        assert len(bodies) + len(conflicts) == 50
        assert call().content == bodies[0]
