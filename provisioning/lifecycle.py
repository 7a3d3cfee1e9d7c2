"""The states of a birth."""

from __future__ import annotations

from shared_apps.kernel.lifecycle import Lifecycle

# requested: named, but the pool was empty; reserved: has a schema; furnished: has an owner.
BIRTH = Lifecycle(
    "requested",
    build=({"requested"}, "reserved"),
    furnish=({"reserved"}, "furnished"),
    activate=({"furnished"}, "live"),
    undo=({"requested", "reserved", "furnished"}, "undone"),
)
FINISHED = frozenset({"live", "undone"})
