"""Posting to the books, against the same rows inserted into tables without any constraint."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from statistics import median

from django.db import connection, transaction
from django.db.migrations.state import ProjectState

from config.bench.results import Result
from provisioning.domain.migrations import create_role, owner_connection
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import TenantContext, TierTerms, tenant_context
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.money import Money
from shared_apps.ledger.domain.posting import Leg, post
from shared_apps.ledger.models import LedgerTransaction, Transfer

_ROUNDS, _POSTS, _VENDORS = 9, 60, 20
_TARGET = 0.6
_TABLES = ("account", "ledgertransaction", "transfer", "rollup")


def run() -> list[Result]:
    """Rates of sales with three legs, constrained and plain in turn."""
    with _scratch() as (books, plain):
        _rate(books, _post_sale, -1)  # opens the accounts
        rates: dict[str, list[float]] = {"books": [], "plain": []}
        for number in range(_ROUNDS):
            rates["books"].append(_rate(books, _post_sale, number))
            rates["plain"].append(_rate(plain, _insert_sale, number))
    ours, reference = median(rates["books"]), median(rates["plain"])
    ratio = median(a / b for a, b in zip(rates["books"], rates["plain"], strict=True))
    return [
        Result(
            metric="ledger posts (3 legs, one cached balance)",
            value=round(ours, 1),
            unit="1/s",
            n=_ROUNDS * _POSTS,
            reference=round(reference, 1),
            ratio=round(ratio, 3),
            target=f">= {_TARGET} of plain inserts",
            met=ratio >= _TARGET,
        )
    ]


def _rate(tenant: TenantContext, sell: Callable[[str], None], number: int) -> float:
    with tenant_context(tenant):
        started = time.perf_counter()
        for index in range(_POSTS):
            with transaction.atomic():
                sell(f"{number}:{index}")
        return _POSTS / (time.perf_counter() - started)


def _legs(key: str) -> list[Leg]:
    vendor = f"vendor:{hash(key) % _VENDORS}"
    return [
        Leg("escrow", vendor, Money(84_00, "EUR"), f"order:{key}"),
        Leg("escrow", "commission", Money(10_00, "EUR"), f"order:{key}"),
        Leg("escrow", "tax:de", Money(6_00, "EUR"), f"order:{key}"),
    ]


def _post_sale(key: str) -> None:
    post(kind="release", key=key, legs=_legs(key), at=now())


def _insert_sale(key: str) -> None:
    row = LedgerTransaction(id=uuid7(), key=key, kind="release", posted_at=now())
    LedgerTransaction.objects.bulk_create([row])
    Transfer.objects.bulk_create(
        Transfer(
            transaction_id=row.id,
            debit_id=1,
            credit_id=index + 2,
            currency="EUR",
            amount=leg.amount.minor,
            ref=leg.ref,
        )
        for index, leg in enumerate(_legs(key))
    )


@contextmanager
def _scratch() -> Iterator[tuple[TenantContext, TenantContext]]:
    """Two schemas with the ledger's tables, as the product makes them and bare; dropped after."""
    name = f"t_bench_{uuid7().hex[-12:]}"
    books = TenantContext(
        id=uuid7(), slug="bench", name="Bench", schema=name, role=name, cluster="default",
        host="bench.invalid", state="active", tier=TierTerms("bench", 1),
    )  # fmt: skip
    plain = replace(books, id=uuid7(), schema=f"{name}_plain", role=f"{name}_plain")
    owner = owner_connection()
    try:
        _make(books.schema, _migrated)
        _make(plain.schema, lambda: _copied(books.schema))
        yield books, plain
    finally:
        connection.close()
        with owner.cursor() as cursor:
            for tenant in (books, plain):
                cursor.execute(f'DROP SCHEMA IF EXISTS "{tenant.schema}" CASCADE')
                cursor.execute(f'DROP ROLE IF EXISTS "{tenant.role}"')


def _make(schema: str, fill: Callable[[], None]) -> None:
    owner = owner_connection()
    with owner.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{schema}"')
    owner.set_schema(schema)
    try:
        fill()
        create_role(schema)
        with owner.cursor() as cursor:
            cursor.execute(f'GRANT ALL ON ALL TABLES IN SCHEMA "{schema}" TO "{schema}"')
    finally:
        owner.release_schema()


def _migrated() -> None:
    initial = import_module("shared_apps.ledger.migrations.0001_initial").Migration
    with owner_connection().schema_editor() as editor:
        initial("0001_initial", "ledger").apply(ProjectState(), editor)


def _copied(source: str) -> None:
    with owner_connection().cursor() as cursor:
        for table in _TABLES:
            cursor.execute(
                f'CREATE TABLE ledger_{table} (LIKE "{source}".ledger_{table}'
                " INCLUDING DEFAULTS INCLUDING IDENTITY)"
            )
