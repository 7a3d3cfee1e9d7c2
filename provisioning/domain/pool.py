"""The pool: schemas made before anybody asks, so that a sign-up only has to take one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from provisioning.domain.migrations import OWNER, owning
from provisioning.domain.schemas import drop_schema, replay, schema_name_of
from provisioning.domain.template import Template, current_hash, ensure_template
from provisioning.models import PooledSchema
from shared_apps.kernel.crashes import crash_point
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.transactions import step

_FILL_LOCK = 0x67_70_6F_6F_6C  # "gpool": one filler at a time in a cluster
_CLAIM = """
DELETE FROM provisioning_pooledschema WHERE id = (
    SELECT id FROM provisioning_pooledschema
    WHERE state = 'ready' AND template_hash = %s AND cluster = 'default'
    ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id, schema_name, role, set_config('synchronous_commit', 'off', true)
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A schema that left the pool; its id is the tenant's."""

    id: UUID
    schema: str
    role: str


@dataclass(frozen=True, slots=True)
class PoolReport:
    made: int
    dropped: int
    ready: int


@step
def claim_schema() -> Claimed | None:
    """Take the oldest ready schema of the present template out of the pool, or None.

    Pure DML: two claims at once take two schemas, a rolled back one puts its schema back. The
    commit of who got one need not wait for the disk: the last commit of a birth does, and a crash
    of the server loses commits from the end only.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [current_hash()])
        row = cursor.fetchone()
    return None if row is None else Claimed(*row[:3])


def fill_pool(*, target: int, at: datetime) -> PoolReport:
    """Bring the pool to `target` ready schemas of the present template; drop the stale ones.

    Each schema is one transaction of the owner: schema, role, grants and the pool's row, or
    nothing. A second filler leaves at once. Needs the owner's login.
    """
    template = ensure_template(at=at)
    with owning() as owner:
        with owner.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_FILL_LOCK])
            if not cursor.fetchone()[0]:
                return PoolReport(0, 0, _ready(template))
        try:
            made = 0
            while _ready(template) < target:
                add_to_pool(template=template, at=at)
                made += 1
            return PoolReport(made, drop_stale(template), _ready(template))
        finally:
            with owner.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_FILL_LOCK])


def add_to_pool(*, template: Template, at: datetime) -> PooledSchema:
    """Make one more ready schema, whole or not at all."""
    tenant_id = uuid7()
    schema = schema_name_of(tenant_id)
    with owning(), transaction.atomic(using=OWNER):
        replay(schema=schema, template=template)
        pooled = PooledSchema.objects.using(OWNER).create(
            id=tenant_id,
            schema_name=schema,
            role=schema,
            template_hash=template.hash,
            created_at=at,
        )
        crash_point("in_fill")
    return pooled


def drop_stale(template: Template) -> int:
    """Drop pooled schemas of another template, one transaction each: claimed by none of ours.

    They are marked first, so that no claim can take a schema that is being dropped.
    """
    dropped = 0
    with owning():
        stale = PooledSchema.objects.using(OWNER).exclude(template_hash=template.hash)
        stale.update(state=PooledSchema.State.STALE)
        for pooled in list(stale):
            drop_schema(pooled.schema_name)
            dropped += stale.filter(pk=pooled.pk).delete()[0]
    return dropped


def _ready(template: Template) -> int:
    with owning():
        return (
            PooledSchema.objects.using(OWNER)
            .filter(state=PooledSchema.State.READY, template_hash=template.hash)
            .count()
        )
