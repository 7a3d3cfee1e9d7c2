"""One connection, and a pool of them, used by twenty tenants in turn: never the wrong schema."""

from __future__ import annotations

import dataclasses
import random
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import DataError, ProgrammingError, connection, transaction
from django.test import Client

from shared_apps.identity.models import User
from shared_apps.kernel.context import PLATFORM, bound
from tests.world import ALPHA, BETA

WHO = "SELECT current_user, current_setting('search_path')"
TIMES = 2_000


class Midway(Exception):
    """Something that breaks in the middle of a unit of work."""


def _twenty():
    """Ten contexts for each of the two schemas: to the connection they are twenty tenants."""
    contexts = []
    for number in range(20):
        tenant = (ALPHA, BETA)[number % 2]
        changed = UUID(int=tenant.id.int + number)
        contexts.append(dataclasses.replace(tenant, id=changed, slug=f"{tenant.slug}-{number}"))
    return contexts


def _ask(scope):
    with connection.cursor() as cursor:
        cursor.execute(WHO)
        found = cursor.fetchone()
    path = "public, ext" if scope == PLATFORM else f"{scope.schema}, ext"
    return found == (scope.role, path)


def _unit(scope, dice):
    """One unit of work of a random shape; whether all its statements ran as they should."""
    shape = dice.randrange(5)
    with bound(scope):
        if shape == 0:
            return _ask(scope)
        if shape == 1:
            User.objects.count()
            return _ask(scope)
        with transaction_that_may_break(dice) as broken:
            right = _ask(scope)
            if shape == 3:
                raise Midway
            if shape == 4:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1 / 0")
        return right and (broken or True) and _ask(scope)


class transaction_that_may_break:
    def __init__(self, dice):
        self.atomic = transaction.atomic()

    def __enter__(self):
        self.atomic.__enter__()
        return True

    def __exit__(self, kind, error, trace):
        self.atomic.__exit__(kind, error, trace)
        return kind is not None and issubclass(kind, (Midway, DataError))


def _many(seed):
    dice, contexts = random.Random(seed), [*_twenty(), PLATFORM]
    try:
        with bound(None):
            return sum(not _unit(dice.choice(contexts), dice) for _ in range(TIMES))
    finally:
        if seed:
            connection.close()


def test_one_connection_never_speaks_for_another(worlds):
    assert _many(0) == 0


def test_threads_with_their_connections_neither(worlds):
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(_many, range(1, 5))) == 0


def test_requests_of_two_tenants_in_turn_on_one_connection(worlds):
    wrong, clients = [], {}
    for world, other in ((worlds.alpha, worlds.beta), (worlds.beta, worlds.alpha)):
        clients[world.tenant.host] = (Client(HTTP_HOST=world.tenant.host), world, other)
    dice = random.Random(7)
    for _ in range(200):
        client, world, other = clients[dice.choice(list(clients))]
        path = dice.choice(["/search/?q=bowl", "/shops/", "/api/v1/products", "/api/v1/nothing"])
        said = client.get(path).content.decode()
        if other.public_mark in said or (path == "/shops/" and world.public_mark not in said):
            wrong.append(path)

    assert wrong == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM {schema}.identity_user",
        "INSERT INTO {schema}.outbox_outboxevent DEFAULT VALUES",
        "DELETE FROM {schema}.ordering_order",
        "SET ROLE {schema}",
        "CREATE TABLE {schema}.mine (id int)",
        "SELECT * FROM public.tenants_tenant",
        "SELECT * FROM public.identity_user",
    ],
)
@pytest.mark.parametrize(("mine", "other"), [(ALPHA, BETA), (BETA, ALPHA)])
def test_another_schema_is_closed_to_a_tenants_role(worlds, mine, other, statement):
    with bound(mine), pytest.raises(ProgrammingError, match="permission denied"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(schema=other.schema))
