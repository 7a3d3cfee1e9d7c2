"""What may become of a gateway account, a payment, a refund and a dispute."""

from __future__ import annotations

from shared_apps.kernel.lifecycle import Lifecycle

GATEWAY_ACCOUNT = Lifecycle(
    "connecting",
    activate=({"connecting"}, "active"),
    refuse=({"connecting"}, "refused"),
    retire=({"active"}, "retired"),
)

# Late news may still turn a payment given up into a captured one, never back. `bounce`: money that
# had gone out to the customer came back.
PAYMENT = Lifecycle(
    "created",
    open=({"created"}, "pending"),
    authorise=({"created", "pending", "failed", "expired"}, "authorised"),
    capture=(
        {"created", "pending", "authorised", "failed", "expired", "voided"},
        "captured",
    ),
    fail=({"created", "pending", "authorised"}, "failed"),
    expire=({"created", "pending"}, "expired"),
    void=({"created", "pending", "authorised"}, "voided"),
    refund=({"captured"}, "refunded"),
    bounce=({"refunded"}, "captured"),
)
PAYMENT_OPEN = ("created", "pending")
PAYMENT_UNCAPTURED = ("created", "pending", "authorised")
PAYMENT_PAID = ("captured", "refunded")
PAYMENT_LIVE = (*PAYMENT_UNCAPTURED, *PAYMENT_PAID)

# `waive`: nothing had been collected, so nothing has to go back. `bounce`: the bank sent it back.
REFUND = Lifecycle(
    "requested",
    send=({"requested", "processing"}, "processing"),
    succeed=({"requested", "processing"}, "succeeded"),
    fail=({"requested", "processing"}, "failed"),
    waive=({"requested"}, "waived"),
    bounce=({"succeeded"}, "failed"),
)
REFUND_OPEN = ("requested", "processing")

# `warning`: the bank only asks, no money has been taken.
DISPUTE = Lifecycle(
    "warning",
    escalate=({"warning"}, "needs_response"),
    submit=({"warning", "needs_response"}, "under_review"),
    win=({"warning", "needs_response", "under_review"}, "won"),
    lose=({"warning", "needs_response", "under_review"}, "lost"),
)
DISPUTE_OPEN = ("warning", "needs_response", "under_review")
