"""What may become of an earning."""

from __future__ import annotations

from shared_apps.kernel.lifecycle import Lifecycle

EARNING = Lifecycle(
    "held",
    release=({"held"}, "released"),
    void=({"held"}, "voided"),
)
