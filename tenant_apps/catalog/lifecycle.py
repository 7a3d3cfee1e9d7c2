"""What may become of a product and of a reservation of stock."""

from __future__ import annotations

from shared_apps.kernel.lifecycle import Lifecycle

PRODUCT = Lifecycle(
    "draft",
    submit=({"draft", "rejected"}, "submitted"),
    withdraw=({"submitted"}, "draft"),
    publish=({"draft", "submitted"}, "published"),
    reject=({"submitted"}, "rejected"),
    unpublish=({"published"}, "draft"),
    archive=({"draft", "submitted", "published", "rejected"}, "archived"),
    restore=({"archived"}, "draft"),
)

RESERVATION_STATES = ("active", "sold", "released", "expired")
