from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import connection

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


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_keeps_tenants_apart(declared):
    with tenant_context(ALPHA):
        User.objects.create_user("ada@alpha.example")
    with start_worker(
        queue.app,
        pool="solo",
        perform_ping_check=False,
        queues=["default", "bulk"],
        shutdown_timeout=20,
    ):
        for tenant in (ALPHA, BETA, ALPHA):
            with tenant_context(tenant):
                jobs.enqueue(declared["people"])
        with platform_context():
            jobs.enqueue(declared["platform"], word="x")
        queue.app.send_task(declared["note"].name, queue="default")  # a plain producer
        wait_for(4)

    assert sorted(seen, key=str) == sorted(
        [(ALPHA.schema, 1), (ALPHA.schema, 1), (BETA.schema, 0), ("platform", {"word": "x"})],
        key=str,
    )


@pytest.mark.django_db(transaction=True)
def test_fan_out_reaches_every_served_tenant(declared):
    with start_worker(
        queue.app, pool="solo", perform_ping_check=False, queues=["default"], shutdown_timeout=20
    ):
        queue.app.send_task(
            "config.celery.fan_out",
            kwargs={"job": declared["note"].name, "spread_seconds": 0.01},
            queue="default",
        )
        wait_for(2)

    assert {key for key, _ in seen} == {ALPHA.schema, BETA.schema}


def wait_for(count, seconds=20.0):
    until = time.monotonic() + seconds
    while len(seen) < count and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.3)
    connection.close()
    assert threading.current_thread() is threading.main_thread()
