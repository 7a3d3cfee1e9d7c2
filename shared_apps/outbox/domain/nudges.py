"""Hints to the relay that a scope has something to deliver; losing one only delays."""

from __future__ import annotations

import logging
import time
from functools import partial

import redis
from django.db import connection, transaction

from shared_apps.kernel.context import required_scope
from shared_apps.kernel.valkey import client

_QUEUE = "{platform}:relay-nudges"
_QUEUE_LENGTH_MAX = 10_000
_PAUSE_SECONDS = 5.0
_log = logging.getLogger(__name__)
_silent_until = 0.0


def nudge_after_commit() -> None:
    """Have the relay look at the bound scope as soon as the running transaction is committed.

    Once a transaction: each further hint would make the relay look again and find nothing.
    """
    schema = required_scope().schema
    if not any(_nudges(waiting[1], schema) for waiting in connection.run_on_commit):
        transaction.on_commit(partial(nudge, schema), robust=True)


def _nudges(waiting: object, schema: str) -> bool:
    return isinstance(waiting, partial) and waiting.func is nudge and waiting.args == (schema,)


def nudge(schema: str) -> None:
    """Hint now; without Valkey the sweep finds the event, and we stop asking for a while."""
    global _silent_until  # noqa: PLW0603 - one circuit breaker a process
    if time.monotonic() < _silent_until:
        return
    try:
        with client().pipeline(transaction=False) as pipe:
            pipe.lpush(_QUEUE, schema)
            pipe.ltrim(_QUEUE, 0, _QUEUE_LENGTH_MAX - 1)
            pipe.execute()
    except redis.RedisError:
        _silent_until = time.monotonic() + _PAUSE_SECONDS
        _log.warning("relay not nudged: Valkey is away")


def wait_for_nudges(*, seconds: float) -> set[str]:
    """The schemas nudged for, after waiting up to `seconds` for the first; empty without any."""
    try:
        first = client().brpop([_QUEUE], timeout=seconds)
        if first is None:
            return set()
        more = client().rpop(_QUEUE, 1000) or []
    except redis.RedisError:
        time.sleep(seconds)
        return set()
    return {first[1], *more}
