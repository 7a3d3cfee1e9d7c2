"""From upload to erasure."""

from __future__ import annotations

from shared_apps.kernel.lifecycle import Lifecycle

# stored: shown already, some variants still to come; ready: all there; erased: bytes are gone.
FILE = Lifecycle(
    "stored",
    complete=({"stored"}, "ready"),
    erase=({"stored", "ready"}, "erased"),
)
