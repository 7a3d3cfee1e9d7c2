"""What may become of a promotion, of one use of its code, of a gift card and of its sale."""

from __future__ import annotations

from shared_apps.kernel.lifecycle import Lifecycle

PROMOTION = Lifecycle(
    "active",
    pause=({"active"}, "paused"),
    resume=({"paused"}, "active"),
    end=({"active", "paused"}, "ended"),
)

CODE_USE = Lifecycle(
    "reserved",
    confirm=({"reserved"}, "confirmed"),
    give_back=({"reserved", "confirmed"}, "given_back"),
)
USE_COUNTS = ("reserved", "confirmed")

GIFT_CARD = Lifecycle(
    "active",
    block=({"active"}, "blocked"),
    unblock=({"blocked"}, "active"),
    expire=({"active", "blocked"}, "expired"),
)

# Late news from the provider may still turn a closed sale into a paid one, never back.
GIFT_CARD_SALE = Lifecycle(
    "started",
    pay=({"started", "closed"}, "paid"),
    close=({"started"}, "closed"),
)
