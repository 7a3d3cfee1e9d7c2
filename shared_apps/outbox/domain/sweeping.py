"""Finding scopes with something to deliver, many schemas a query, as the sweeper's role."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from django.db import ProgrammingError, connection, transaction
from django.db.models.functions import Now
from psycopg import sql

from shared_apps.kernel.context import PlatformContext, bound
from shared_apps.outbox.models import OutboxEvent

# May look into every schema, at outbox rows and the list of migrations, and nothing else.
SWEEPER = PlatformContext(role="g_sweeper")
_BATCH = 100
_log = logging.getLogger(__name__)
_DUE = (
    "SELECT {name} WHERE EXISTS (SELECT 1 FROM {schema}.outbox_outboxevent"
    " WHERE delivered_at IS NULL AND next_at <= statement_timestamp())"
)


def due_schemas(schemas: Sequence[str]) -> Iterator[str]:
    """Those of the named schemas that have an event due, asked a hundred at a time."""
    for start in range(0, len(schemas), _BATCH):
        yield from _due_of(schemas[start : start + _BATCH])


def _due_of(schemas: Sequence[str]) -> Iterator[str]:
    try:
        yield from _asked(schemas)
    except ProgrammingError:
        # One of them is just being made, moved or dropped: the others must not wait for it.
        if len(schemas) == 1:
            _log.warning("schema not swept", extra={"schema": schemas[0]})
            return
        middle = len(schemas) // 2
        yield from _due_of(schemas[:middle])
        yield from _due_of(schemas[middle:])


def _asked(schemas: Sequence[str]) -> list[str]:
    query = sql.SQL(" UNION ALL ").join(
        sql.SQL(_DUE).format(name=sql.Literal(schema), schema=sql.Identifier(schema))
        for schema in schemas
    )
    with bound(SWEEPER), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query.as_string(cursor.connection))
        return [row[0] for row in cursor.fetchall()]


def has_due_events() -> bool:
    """Whether the bound scope has an event due."""
    return OutboxEvent.objects.filter(delivered_at=None, next_at__lte=Now()).exists()
