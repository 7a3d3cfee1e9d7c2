"""Live channels of a tenant: their names, and the tokens by which a visitor may listen.

Web signs a token for the host the visitor is on; the realtime process, which knows no tenants and no
database, checks signature and host. A token names the schema it was signed for, because the signature's
salt does: with another schema in front it does not verify.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from shared_apps.kernel.context import TenantContext, TierTerms, current_tenant, tenant_context
from shared_apps.kernel.crypto import BadSignature, sign, unsign

PURPOSE = "channel"
MAX_AGE = timedelta(hours=1)
MOST_CHANNELS = 16
NAME = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,99}")
SCHEMA = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class Listener:
    """What a valid token allows: these channels, by their full names."""

    schema: str
    channels: tuple[str, ...]


def channel_name(name: str) -> str:
    """The full name of a channel of the bound tenant, hash-tagged so that a tenant's channels share a slot."""
    return _full_name(current_tenant().schema, name)


def channel_token(names: Sequence[str], *, host: str) -> str:
    """A token to listen to channels of the bound tenant on one host, valid for an hour."""
    if not names or len(names) > MOST_CHANNELS:
        raise ValueError(f"a token is for 1 to {MOST_CHANNELS} channels, not {len(names)}")
    for name in names:
        if not NAME.fullmatch(name):
            raise ValueError(f"not a channel name: {name!r}")
    schema = current_tenant().schema
    return f"{schema}.{sign({'host': bare_host(host), 'channels': list(names)}, PURPOSE)}"


def read_channel_token(token: str, *, host: str) -> Listener:
    """What the token allows on this host; raises BadSignature (or ExpiredSignature) for any other host or tenant."""
    schema, dot, signed = token.partition(".")
    if not dot or not SCHEMA.fullmatch(schema):
        raise BadSignature
    with tenant_context(_only_schema(schema)):
        value = unsign(signed, PURPOSE, max_age=MAX_AGE)
    if value["host"] != bare_host(host):
        raise BadSignature
    return Listener(schema, tuple(_full_name(schema, name) for name in value["channels"]))


def bare_host(host: str) -> str:
    """A host without port, closing dot and capitals."""
    return re.sub(r":\d+$", "", host.strip()).rstrip(".").lower()


def _full_name(schema: str, name: str) -> str:
    return f"{{{schema}}}:{name}"


def _only_schema(schema: str) -> TenantContext:
    """A tenant of which nothing but the schema is known: enough for the salt of a signature, and for nothing else."""
    nowhere = TierTerms(code="", version=0)
    return TenantContext(
        id=UUID(int=0),
        slug="",
        name="",
        schema=schema,
        role="",
        cluster="",
        host="",
        state="",
        tier=nowhere,
    )
