from __future__ import annotations

import threading

import pytest
from django.db import connection

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.context import platform_context
from shared_apps.kernel.lifecycle import MoveNotAllowed, record_move
from shared_apps.kernel.transactions import TransactionRequired, operation
from tenants.lifecycle import TENANT
from tenants.models import Tenant
from tests.world import NOW


@operation
def suspend(row):
    record_move(row, TENANT, "suspend", acting=SYSTEM, at=NOW, note="test")


def _alpha():
    return Tenant.objects.get(slug="alpha")


def test_a_move_is_kept_as_history(db):
    with platform_context():
        tenant = _alpha()
        suspend(tenant)

        assert _alpha().state == "suspended"
        move = tenant.moves.get()
        assert (move.move, move.from_state, move.to_state, move.actor, move.note) == (
            "suspend",
            "active",
            "suspended",
            "system:system",
            "test",
        )


def test_the_slower_of_two_is_refused(db):
    with platform_context():
        first, second = _alpha(), _alpha()
        suspend(first)

        with pytest.raises(MoveNotAllowed):
            suspend(second)
        assert _alpha().moves.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_move_needs_an_operation():
    with platform_context(), pytest.raises(TransactionRequired):
        record_move(_alpha(), TENANT, "suspend", acting=SYSTEM, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_move():
    outcomes = []

    def run():
        with platform_context():
            try:
                suspend(_alpha())
                outcomes.append("moved")
            except MoveNotAllowed:
                outcomes.append("refused")
            finally:
                connection.close()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["moved"] + ["refused"] * 7
