"""PostgreSQL and Valkey from their wheels, started and stopped by the house itself.

`EmbeddedPostgres(folder)` and `EmbeddedValkey(folder)` are servers that several processes may share: each calls `start()`
and `stop()`, the first starts the server and the last stops it. `Stack(Workspace(folder))` is both of them with the
database and its roles made, as `bin/manage` and `bin/demo` need it.
"""

from __future__ import annotations
