"""The outside world, one folder each: client, fake and errors. No tables.

Doors: `registry.gateway_for(kind, credentials)` gives a `contract.Gateway`; failures are the families
of `errors`. `sandbox` is a server that speaks the providers' wire formats, for the demo and the tests;
nothing in the product imports it. Credentials are always passed in: this room reads no settings.
"""

from __future__ import annotations
