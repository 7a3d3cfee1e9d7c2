"""Payment providers in a box: a server with a memory that speaks their wire formats.

The demo and the tests pay here. It knows nothing about us: it takes the requests the real providers
take, shows a payment page, and reports by signed webhooks, late, twice or never if told so
(`POST /_sandbox/faults`). The parts here are the same for every provider; what one provider says is
in its own folder (`stripe/fake`). State is one SQLite file, so a restart loses nothing.
"""

from __future__ import annotations
