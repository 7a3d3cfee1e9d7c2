"""Ten thousand queries of many tenants over few connections, with failures: never a wrong row."""

from __future__ import annotations

import random
import threading
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, connections, transaction

from provisioning.domain.pool import fill_pool
from provisioning.domain.signup import TenantOrder, provision_tenant
from shared_apps.identity.models import User
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import platform_context, tenant_context
from tenants.models import Tenant
from tenants.queries import find_by_id

pytestmark = pytest.mark.slow
TENANTS, THREADS, QUERIES = 20, 4, 10_000


@pytest.fixture(scope="module")
def owners(database):
    """Each tenant's context with the e-mail address of its only person."""
    with platform_context():
        fill_pool(target=TENANTS, at=now())
        orders = [
            TenantOrder(
                slug=f"mixed-{uuid4().hex[:8]}",
                name="Mixed",
                owner_email=f"{uuid4().hex}@m.example",
            )
            for _ in range(TENANTS)
        ]
        born = [provision_tenant(order=order, acting=SYSTEM, at=now()) for order in orders]
    return [
        (find_by_id(new.id), order.owner_email) for new, order in zip(born, orders, strict=True)
    ]


def read():
    return list(User.objects.values_list("email", flat=True))


def fail():
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM nowhere")


def plain(_tenant):
    return [read()]


def in_transaction(_tenant):
    with transaction.atomic():
        return [read(), read()]


def after_error(_tenant):
    fail()
    return [read()]


def after_rolled_back_savepoint(_tenant):
    with transaction.atomic():
        first = read()
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM nowhere")
        return [first, read()]


def after_rollback(_tenant):
    with transaction.atomic():
        first = read()
        transaction.set_rollback(True)
    return [first, read()]


def beside_the_platform(tenant):
    with platform_context():
        assert Tenant.objects.filter(pk=tenant.id).count() == 1
    return [read()]


def after_close(_tenant):
    connection.close()
    return [read()]


WAYS = [plain] * 8 + [
    *(in_transaction, after_error, after_rolled_back_savepoint, after_rollback),
    beside_the_platform,
]


def test_never_a_wrong_row(owners):
    wrong, asked = [], []

    def work(seed):
        chance, done = random.Random(seed), 0
        try:
            while done < QUERIES // THREADS:
                tenant, email = chance.choice(owners)
                way = after_close if chance.random() < 0.002 else chance.choice(WAYS)
                with tenant_context(tenant):
                    answers = way(tenant)
                done += len(answers)
                wrong.extend((way.__name__, tenant.slug) for a in answers if a != [email])
        except BaseException as error:
            wrong.append(repr(error))
            raise
        finally:
            asked.append(done)
            connections.close_all()

    threads = [threading.Thread(target=work, args=[seed]) for seed in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert sum(asked) >= QUERIES
