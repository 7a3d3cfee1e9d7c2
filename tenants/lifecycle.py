"""The states of a tenant's life."""

from __future__ import annotations

from shared_apps.kernel.lifecycle import Lifecycle

TENANT = Lifecycle(
    "requested",
    provision=({"requested"}, "provisioning"),
    activate=({"provisioning"}, "trialing"),
    subscribe=({"trialing"}, "active"),
    miss_payment=({"active", "trialing"}, "past_due"),
    recover=({"past_due", "restricted"}, "active"),
    restrict=({"past_due"}, "restricted"),
    suspend=({"trialing", "active", "past_due", "restricted"}, "suspended"),
    resume=({"suspended"}, "active"),
    close=({"trialing", "active", "past_due", "restricted", "suspended"}, "closing"),
    purge=({"closing"}, "closed"),
)

# A visitor sees the storefront in these; arrears never hide what customers have bought.
SERVED = frozenset({"trialing", "active", "past_due", "restricted"})
ENDED = frozenset({"closing", "closed"})
