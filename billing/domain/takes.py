"""The platform's side of the take: what tenants accrued, written once into our own tables.

The relay brings each TakeAccrued as it happens; the pull goes over the outboxes again, many
schemas a query, so that nothing depends on the relay alone. Both write under one unique key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import ProgrammingError, connection, transaction
from psycopg import sql

from billing.events import TakeAccrued
from billing.models import TakeRecord
from shared_apps.kernel.context import TenantContext, bound, platform_context
from shared_apps.kernel.transactions import operation
from shared_apps.outbox.domain.sweeping import SWEEPER
from tenants.queries import all_contexts

_BATCH = 100
# Longer than any transaction may run and any relay may be away.
_LOOK_BACK = timedelta(days=3)
_EVENTS = (
    "SELECT {tenant}::uuid, id, payload FROM {schema}.outbox_outboxevent"
    " WHERE name = {name} AND created_at >= {since}"
)


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did: takes that were new, and schemas that could not be read."""

    new: int
    unread: tuple[str, ...]


def take_from(*, tenant_id: UUID, event_id: UUID, event: TakeAccrued, at: datetime) -> int:
    """Write one take into the platform's tables (journey); repeating it changes nothing."""
    with platform_context():
        return write_takes(records=[_record(tenant_id, event_id, event, at)])


def pull_takes(*, at: datetime) -> Pulled:
    """Read the accrued takes of all tenants as the sweeper and write those not yet here (journey)."""
    tenants = all_contexts()
    new, unread = 0, list[str]()
    for start in range(0, len(tenants), _BATCH):
        for records, failed in _read(tenants[start : start + _BATCH], at):
            unread += failed
            with platform_context():
                new += write_takes(records=records)
    return Pulled(new, tuple(unread))


@operation
def write_takes(*, records: Sequence[TakeRecord]) -> int:
    """Insert the takes that are not there yet, in one transaction; says how many were new."""
    wanted = {record.event_id: record for record in records}
    known = set(TakeRecord.objects.filter(event_id__in=wanted).values_list("tenant_id", "event_id"))
    fresh = [
        record for record in wanted.values() if (record.tenant_id, record.event_id) not in known
    ]
    TakeRecord.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def _read(
    tenants: Sequence[TenantContext], at: datetime
) -> Iterator[tuple[list[TakeRecord], list[str]]]:
    """Records of a batch; a schema that is being made or dropped must not hold up the others."""
    try:
        yield _asked(tenants, at), []
    except ProgrammingError:
        if len(tenants) == 1:
            yield [], [tenants[0].schema]
            return
        middle = len(tenants) // 2
        yield from _read(tenants[:middle], at)
        yield from _read(tenants[middle:], at)


def _asked(tenants: Sequence[TenantContext], at: datetime) -> list[TakeRecord]:
    query = sql.SQL(" UNION ALL ").join(
        sql.SQL(_EVENTS).format(
            tenant=sql.Literal(str(tenant.id)),
            schema=sql.Identifier(tenant.schema),
            name=sql.Literal(TakeAccrued.name),
            since=sql.Literal((at - _LOOK_BACK).isoformat()),
        )
        for tenant in tenants
    )
    with bound(SWEEPER), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query.as_string(cursor.connection))
        return [
            _record(tenant_id, event_id, _event(payload), at)
            for tenant_id, event_id, payload in cursor.fetchall()
        ]


def _event(payload: Any) -> TakeAccrued:
    return TakeAccrued(**(json.loads(payload) if isinstance(payload, str) else payload))


def _record(tenant_id: UUID, event_id: UUID, event: TakeAccrued, at: datetime) -> TakeRecord:
    return TakeRecord(
        tenant_id=tenant_id,
        event_id=event_id,
        module=event.module,
        subject=event.subject,
        key=event.key,
        currency=event.currency,
        base_minor=event.gross_minor,
        take_minor=event.take_minor,
        rate_bps=event.take_bps,
        tier_code=event.tier_code,
        tier_version=event.tier_version,
        accrued_at=datetime.fromisoformat(event.accrued_at),
        pulled_at=at,
    )
