"""How many tasks of one tenant run at once: counted in Valkey, so that no worker is the judge.

A sorted set of task ids by the moment after which they count as dead: a killed worker's tasks
leave by themselves. Without Valkey there is no queue either, so then nothing is held back.
"""

from __future__ import annotations

import time
from contextlib import suppress

import redis

from shared_apps.kernel.valkey import client, scoped

_LEASE_SECONDS = 660


def room_for(task_id: str, *, cap: int) -> bool:
    """Take a place for a task of the bound tenant when fewer than `cap` are taken."""
    key, moment = scoped("tasks-in-flight"), time.time()
    try:
        with client().pipeline() as pipe:
            pipe.zremrangebyscore(key, 0, moment)
            pipe.zadd(key, {task_id: moment + _LEASE_SECONDS})
            pipe.zrank(key, task_id)
            pipe.expire(key, _LEASE_SECONDS)
            rank = int(pipe.execute()[2])
    except redis.RedisError:
        return True
    if rank >= cap:
        leave_room(task_id)
    return rank < cap


def leave_room(task_id: str) -> None:
    """Give a place back; without Valkey its lease ends by itself."""
    with suppress(redis.RedisError):
        client().zrem(scoped("tasks-in-flight"), task_id)
