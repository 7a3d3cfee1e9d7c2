from __future__ import annotations

from contextlib import ExitStack

import pytest

from shared_apps.outbox.domain import subscriptions


@pytest.fixture
def handlers():
    """Handlers that are forgotten after the test: `handlers.add(Event, function, outside=...)`."""

    class Handlers:
        def __init__(self, stack):
            self.stack = stack

        def add(self, event, function, *, name, outside=False):
            register = subscriptions.handles_outside if outside else subscriptions.handles
            register(event, name=name)(function)
            self.stack.callback(subscriptions.unsubscribe, name)

    with ExitStack() as stack:
        yield Handlers(stack)
