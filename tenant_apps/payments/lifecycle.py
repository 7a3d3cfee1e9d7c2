"""What may become of a gateway account, a payment and a refund."""

from __future__ import annotations

from shared_apps.kernel.lifecycle import Lifecycle

GATEWAY_ACCOUNT = Lifecycle(
    "connecting",
    activate=({"connecting"}, "active"),
    refuse=({"connecting"}, "refused"),
    retire=({"active"}, "retired"),
)

# Late news may still turn an expired or failed payment into a captured one, never back.
PAYMENT = Lifecycle(
    "created",
    open=({"created"}, "pending"),
    capture=({"created", "pending", "failed", "expired"}, "captured"),
    fail=({"created", "pending"}, "failed"),
    expire=({"created", "pending"}, "expired"),
    refund=({"captured"}, "refunded"),
)
PAYMENT_OPEN = ("created", "pending")
PAYMENT_PAID = ("captured", "refunded")

REFUND = Lifecycle(
    "requested",
    send=({"requested", "processing"}, "processing"),
    succeed=({"requested", "processing"}, "succeeded"),
    fail=({"requested", "processing"}, "failed"),
)
