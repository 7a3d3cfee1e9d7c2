"""From the wish to write to the provider's acceptance."""

from __future__ import annotations

from shared_apps.kernel.lifecycle import Lifecycle

MESSAGE = Lifecycle(
    "queued",
    send=({"queued"}, "sent"),
    retry=({"queued"}, "queued"),
    fail=({"queued"}, "failed"),
    requeue=({"failed"}, "queued"),
)
