"""The back offices of a tenant, asked over HTTP and looked at in a browser."""

from __future__ import annotations
