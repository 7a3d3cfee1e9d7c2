"""What may become of an earning, a payout, and of where a partner is paid."""

from __future__ import annotations

from shared_apps.kernel.lifecycle import Lifecycle

EARNING = Lifecycle(
    "held",
    release=({"held"}, "released"),
    void=({"held"}, "voided"),
)

# `processing`: the provider, or the bank by a file, was or may have been asked. Nobody asks anew
# under another key until there is a definite answer: then it is `due` again, when the provider
# would not even look at it (wrong keys, the operator's balance too low), or failed. What was paid
# can still bounce.
PAYOUT = Lifecycle(
    "due",
    send=({"due"}, "processing"),
    postpone=({"processing"}, "due"),
    pay=({"due", "processing"}, "paid"),
    fail=({"due", "processing"}, "failed"),
    bounce=({"paid"}, "failed"),
    cancel=({"due"}, "cancelled"),
)
PAYOUT_OPEN = ("due", "processing")

DESTINATION = Lifecycle(
    "pending",
    verify=({"pending", "restricted"}, "ready"),
    restrict=({"pending", "ready"}, "restricted"),
    retire=({"pending", "ready", "restricted"}, "retired"),
)
