"""The process's one client of Valkey, and the names of keys in it.

Valkey is never the only home of a fact: callers live without it and say so.
"""

from __future__ import annotations

from functools import lru_cache

import redis
from django.conf import settings

from shared_apps.kernel.context import scope_key


@lru_cache(maxsize=1)
def client() -> redis.Redis:
    """A pooled client that gives up soon: nobody waits long for a hint."""
    return redis.Redis.from_url(
        settings.VALKEY_URL, socket_connect_timeout=0.5, socket_timeout=5, decode_responses=True
    )


def scoped(name: str) -> str:
    """`{<scope>}:name`: the key of the bound scope, hash-tagged for clusters."""
    return f"{{{scope_key()}}}:{name}"
