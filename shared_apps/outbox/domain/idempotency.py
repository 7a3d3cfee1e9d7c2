"""A request with an Idempotency-Key takes effect once and is answered the same each time.

claim = begin(scope="user:7 POST /api/v1/orders/", key=key, fingerprint=digest, at=now())
if claim.answer: replay it
... in the operation with the effect:
finish(claim_id=claim.id, status=201, body={...}, at=at)
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from shared_apps.kernel.errors import Conflict, DomainError, Unprocessable
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.models import IdempotencyKey

LEASE = timedelta(seconds=60)
MEMORY = timedelta(hours=24)
_KEY_LENGTH_MAX = 200


class IdempotencyKeyMissing(DomainError):
    code, title, status = "idempotency_key_missing", "Send an Idempotency-Key with this", 400


class StillRunning(Conflict):
    code, title = "idempotency_in_progress", "The first request with this key is still running"


class KeyReused(Unprocessable):
    code, title = "idempotency_key_reused", "This key was used for a different request"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run a request; with `answer`, it has run and this is to be sent again."""

    id: UUID
    answer: Answer | None = None


def parse_key(header: str) -> str:
    """The key of the header, quoted as the draft says or bare (rule); IdempotencyKeyMissing."""
    key = header.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not key or len(key) > _KEY_LENGTH_MAX or not key.isprintable():
        raise IdempotencyKeyMissing
    return key


def fingerprint_of(*, method: str, path: str, body: bytes) -> str:
    """What makes two requests the same (rule)."""
    return hashlib.sha256(b"\n".join([method.encode(), path.encode(), body])).hexdigest()


@operation
def begin(*, scope: str, key: str, fingerprint: str, at: datetime) -> Claim:
    """Claim a key for `scope` (who, and which route), in a commit of its own.

    Takes over a key whose first run crashed (its lease ended) or whose memory has ended. Returns
    the recorded answer when the request has run. Raises KeyReused for another request under a
    known key, StillRunning while the first one runs.
    """
    row = IdempotencyKey(
        id=uuid7(), scope=scope, key=key, fingerprint=fingerprint, expires_at=at + LEASE
    )
    IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
    known = IdempotencyKey.objects.select_for_update().get(scope=scope, key=key)
    if known.id == row.id:
        return Claim(row.id)
    is_running, has_ended = known.state == IdempotencyKey.State.RUNNING, known.expires_at <= at
    is_forgotten = has_ended and not is_running
    if known.fingerprint != fingerprint and not is_forgotten:
        raise KeyReused(key=key)
    if has_ended:
        return _taken_over(known, fingerprint, at)
    if is_running:
        raise StillRunning(retry_after=round((known.expires_at - at).total_seconds()))
    return Claim(known.id, Answer(int(known.status or 0), known.body))


def _taken_over(known: IdempotencyKey, fingerprint: str, at: datetime) -> Claim:
    # A new id: whoever held the key before can no longer finish it.
    claim_id = uuid7()
    IdempotencyKey.objects.filter(pk=known.pk).update(
        id=claim_id,
        fingerprint=fingerprint,
        state=IdempotencyKey.State.RUNNING,
        status=None,
        body=None,
        expires_at=at + LEASE,
    )
    return Claim(claim_id)


@step
def finish(*, claim_id: UUID, status: int, body: Any, at: datetime) -> None:
    """Record the answer in the commit of its effect.

    Raises StillRunning when the lease ended and another request took the key over: the whole
    operation is rolled back, so the effect happens once.
    """
    recorded = IdempotencyKey.objects.filter(
        pk=claim_id, state=IdempotencyKey.State.RUNNING
    ).update(state=IdempotencyKey.State.DONE, status=status, body=body, expires_at=at + MEMORY)
    if not recorded:
        raise StillRunning


def recorded_answer(*, claim_id: UUID) -> Answer | None:
    """What was recorded and committed for a claim, if anything."""
    row = IdempotencyKey.objects.filter(pk=claim_id, state=IdempotencyKey.State.DONE).first()
    return None if row is None else Answer(int(row.status or 0), row.body)


@operation
def release(*, claim_id: UUID) -> None:
    """Give a key back after a failure that left nothing behind, so that a retry may run."""
    IdempotencyKey.objects.filter(pk=claim_id, state=IdempotencyKey.State.RUNNING).delete()


@operation
def forget_expired(*, at: datetime) -> int:
    """Delete keys whose memory ended, and those that a crash left behind a day ago."""
    ended = Q(state=IdempotencyKey.State.DONE, expires_at__lt=at) | Q(expires_at__lt=at - MEMORY)
    return IdempotencyKey.objects.filter(ended).delete()[0]
