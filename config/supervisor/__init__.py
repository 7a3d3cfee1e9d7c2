"""The whole product on one machine: `bin/demo`.

`programs` says which processes there are, `child` runs one of them, `watch` keeps all of them alive and stops them,
`edge` writes Caddy's configuration, `demo` is the command itself.
"""

from __future__ import annotations
