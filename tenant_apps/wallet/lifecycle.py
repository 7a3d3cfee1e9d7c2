"""What may become of a hold and of a top-up."""

from __future__ import annotations

from shared_apps.kernel.lifecycle import Lifecycle

HOLD = Lifecycle(
    "held",
    capture=({"held"}, "captured"),
    release=({"held"}, "released"),
)

# Late news from the provider may still turn a closed top-up into a paid one, never back.
TOP_UP = Lifecycle(
    "started",
    pay=({"started", "closed"}, "paid"),
    close=({"started"}, "closed"),
)
