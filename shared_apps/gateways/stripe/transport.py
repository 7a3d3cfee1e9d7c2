"""The connection every Stripe client of this process shares.

One client keeps connections alive per thread. `use_transport` puts another one in its place for a
while: the tests put one there that judges each request before it goes out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import stripe

TIMEOUT_SECONDS = 15

_replacements: list[stripe.HTTPClient] = []


@cache
def shared_transport() -> stripe.HTTPClient:
    return stripe.RequestsClient(timeout=TIMEOUT_SECONDS)


def current_transport() -> stripe.HTTPClient:
    """The replacement in force, else the shared one."""
    return _replacements[-1] if _replacements else shared_transport()


@contextmanager
def use_transport(transport: stripe.HTTPClient) -> Iterator[None]:
    """Every Stripe call of this process goes through `transport` meanwhile, other threads' too."""
    _replacements.append(transport)
    try:
        yield
    finally:
        _replacements.remove(transport)
