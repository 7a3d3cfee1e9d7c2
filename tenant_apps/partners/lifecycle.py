"""What may become of a partner."""

from __future__ import annotations

from shared_apps.kernel.lifecycle import Lifecycle

PARTNER = Lifecycle(
    "applied",
    start_review=({"applied"}, "in_review"),
    approve=({"applied", "in_review"}, "approved"),
    reject=({"applied", "in_review"}, "rejected"),
    reapply=({"rejected"}, "applied"),
    suspend=({"approved"}, "suspended"),
    resume=({"suspended"}, "approved"),
    close=({"applied", "in_review", "approved", "rejected", "suspended"}, "closed"),
)
