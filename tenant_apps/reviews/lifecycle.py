"""What may become of a review."""

from __future__ import annotations

from shared_apps.kernel.lifecycle import Lifecycle

REVIEW = Lifecycle(
    "pending",
    publish=({"pending", "hidden"}, "published"),
    hide=({"pending", "published"}, "hidden"),
    hold=({"published", "hidden", "withdrawn"}, "pending"),
    withdraw=({"pending", "published", "hidden"}, "withdrawn"),
)

# Why somebody reports a review and why the operator hides one.
REASONS = (
    "spam",
    "offensive",
    "off_topic",
    "personal_data",
    "fake",
    "conflict_of_interest",
    "illegal",
    "other",
)
