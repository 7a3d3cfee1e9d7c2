"""What may become of an import."""

from __future__ import annotations

from shared_apps.kernel.lifecycle import Lifecycle

IMPORT = Lifecycle(
    "queued",
    start=({"queued"}, "running"),
    finish=({"running"}, "finished"),
    fail=({"queued", "running"}, "failed"),
    cancel=({"queued", "running"}, "cancelled"),
    resume=({"failed", "cancelled"}, "queued"),
)
