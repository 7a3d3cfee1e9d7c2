"""The states of a birth."""

from __future__ import annotations

from shared_apps.kernel.lifecycle import Lifecycle

# requested: named, but the pool was empty; reserved: has a schema; live: has an owner, answers.
# That the owner is written shows in the tenant's own schema, in the commit that writes it.
BIRTH = Lifecycle(
    "requested",
    build=({"requested"}, "reserved"),
    activate=({"reserved"}, "live"),
    undo=({"requested", "reserved"}, "undone"),
)
FINISHED = frozenset({"live", "undone"})
