from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from config import celery as queue
from config.inflight import leave_room, room_for
from shared_apps.identity.models import User
from shared_apps.kernel.context import (
    NoTenant,
    current_scope,
    platform_context,
    scope_key,
    tenant_context,
)
from shared_apps.outbox.domain import jobs
from tests.world import ALPHA, BETA

seen = []


def note(**arguments):
    seen.append((scope_key(), arguments))


def note_platform(**arguments):
    seen.append((scope_key(), arguments))


def count_people():
    seen.append((scope_key(), User.objects.count()))


@pytest.fixture(autouse=True)
def declared(monkeypatch):
    monkeypatch.setattr(jobs, "_jobs", {})
    seen.clear()
    made = {
        "note": jobs.tenant_job(every=timedelta(minutes=1))(note),
        "people": jobs.tenant_job(queue="bulk")(count_people),
        "platform": jobs.platform_job(every=timedelta(seconds=5))(note_platform),
    }
    queue.register_jobs()
    yield made
    for job in made.values():
        queue.app.tasks.pop(job.name, None)


def run(job, headers=None, **arguments):
    return queue.app.tasks[job.name].apply(kwargs=arguments, headers=headers, throw=False)


def test_a_tenants_task_runs_for_the_tenant_of_its_header(declared, alpha, beta):
    run(declared["note"], {"galleria_tenant": str(ALPHA.id)}, word="a")
    run(declared["note"], {"galleria_tenant": str(BETA.id)}, word="b")

    assert seen == [(ALPHA.schema, {"word": "a"}), (BETA.schema, {"word": "b"})]
    assert current_scope() is None


@pytest.mark.parametrize(
    "headers",
    [
        None,
        {},
        {"galleria_tenant": ""},
        {"galleria_tenant": "platform"},
        {"galleria_tenant": "public"},
        {"galleria_tenant": "t_world_alpha"},
        {"galleria_tenant": "01930000-0000-7000-8000-000000000000"},
    ],
)
def test_a_tenants_task_refuses_without_a_tenant(declared, db, headers):
    with platform_context():
        result = run(declared["note"], headers)

    assert isinstance(result.result, queue.TaskRefused)
    assert seen == []


def test_a_tenant_that_is_not_served_gets_no_work(declared, db):
    from tenants.models import Tenant

    with platform_context():
        Tenant.objects.filter(pk=ALPHA.id).update(state="suspended")

    result = run(declared["note"], {"galleria_tenant": str(ALPHA.id)})

    assert "suspended" in str(result.result)
    assert seen == []


def test_an_undeclared_task_refuses(db):
    bare = queue.app.task(name="tests.bare")(note)

    result = bare.apply(headers={"galleria_tenant": str(ALPHA.id)}, throw=False)

    assert isinstance(result.result, queue.TaskRefused)


def test_a_failing_task_leaves_nobody_bound(declared, alpha, monkeypatch):
    task = queue.app.tasks[declared["note"].name]
    monkeypatch.setattr(task, "run", lambda **_arguments: 1 / 0)

    result = run(declared["note"], {"galleria_tenant": str(ALPHA.id)})

    assert isinstance(result.result, ZeroDivisionError)
    assert current_scope() is None


def test_a_platform_task_runs_for_the_platform(declared, db):
    with tenant_context(ALPHA):
        run(declared["platform"])

    assert seen == [("platform", {})]


def test_enqueue_needs_a_tenant_for_a_tenants_job(declared, db):
    with platform_context(), pytest.raises(NoTenant):
        jobs.enqueue(declared["note"])


def test_beat_asks_once_for_the_platform_and_fans_out_for_tenants(declared):
    schedule = queue.app.conf.beat_schedule

    note_entry = schedule[declared["note"].name]
    assert note_entry["task"] == "config.celery.fan_out"
    assert note_entry["kwargs"] == {"job": declared["note"].name, "spread_seconds": 30.0}
    assert schedule[declared["platform"].name]["schedule"] == timedelta(seconds=5)
    assert declared["people"].name not in schedule


def test_a_tenant_over_its_cap_leaves_room_for_others(alpha, beta):
    with tenant_context(ALPHA):
        assert [room_for(f"task-{n}", cap=2) for n in range(4)] == [True, True, False, False]
    with tenant_context(BETA):
        assert room_for("task-9", cap=2)
        leave_room("task-9")
    with tenant_context(ALPHA):
        leave_room("task-0")
        assert room_for("task-5", cap=2)
        leave_room("task-1")
        leave_room("task-5")


def received(queue_name, count):
    """What a worker would get: (task, headers, keyword arguments) of each message."""
    messages = []
    with queue.app.connection_for_read() as broker:
        box = broker.SimpleQueue(queue_name)
        for _ in range(count):
            message = box.get(timeout=10)
            message.ack()
            messages.append((message.headers["task"], message.headers, message.payload[1]))
        box.close()
    return messages


@pytest.fixture
def empty_queues():
    with queue.app.connection_for_write() as broker:
        for name in ("default", "bulk"):
            box = broker.SimpleQueue(name)
            box.clear()
            box.close()


@pytest.mark.django_db(transaction=True)
def test_messages_carry_their_tenant_over_the_broker(declared, empty_queues):
    with tenant_context(ALPHA):
        User.objects.create_user("ada@alpha.example")
    for tenant in (ALPHA, BETA, ALPHA):
        with tenant_context(tenant):
            jobs.enqueue(declared["people"])
    queue.app.send_task(declared["people"].name, queue="bulk")  # a plain producer

    results = [
        queue.app.tasks[name].apply(kwargs=arguments, headers=headers, throw=False)
        for name, headers, arguments in received("bulk", 4)
    ]

    assert seen == [(ALPHA.schema, 1), (BETA.schema, 0), (ALPHA.schema, 1)]
    assert isinstance(results[-1].result, queue.TaskRefused)


@pytest.mark.django_db(transaction=True)
def test_fan_out_asks_for_every_served_tenant(declared, empty_queues):
    with platform_context():
        queue.fan_out(job=declared["note"].name, spread_seconds=0.01)

    marks = {headers["galleria_tenant"] for _, headers, _ in received("default", 2)}
    assert marks == {str(ALPHA.id), str(BETA.id)}


@pytest.mark.django_db(transaction=True)
def test_a_message_leaves_after_the_commit_only(declared, monkeypatch):
    sent = []
    monkeypatch.setattr(queue, "send", lambda name, **message: sent.append(message["tenant"]))
    with tenant_context(ALPHA):
        with pytest.raises(ValueError, match="no"), transaction.atomic():  # noqa: PT012
            jobs.enqueue(declared["note"])
            raise ValueError("no")
        with transaction.atomic():
            jobs.enqueue(declared["note"])
            assert sent == []

    assert sent == [str(ALPHA.id)]
