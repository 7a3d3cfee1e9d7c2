"""Hosts as visitors type them, and the one form in which we compare them (rule)."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

import idna

from shared_apps.kernel.errors import NotFound

_LABELS = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}\Z")
_HOST_LENGTH_MAX = 253


class UnknownHost(NotFound):
    code, title = "unknown_host", "No marketplace answers at this address"


@lru_cache(maxsize=4096)
def normalise_host(raw: str) -> str:
    """Lower case, without port and final dot, in ASCII (IDNA 2008 with UTS 46 mapping).

    Raises UnknownHost for addresses, malformed names and whatever cannot be a host of ours.
    """
    host = raw.strip().rsplit("@", 1)[-1]
    if host.startswith("[") or not host:
        raise UnknownHost
    host = host.split(":", 1)[0].rstrip(".").lower()
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        raise UnknownHost
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError as error:
            raise UnknownHost from error
    if len(host) > _HOST_LENGTH_MAX or not _LABELS.match(host):
        raise UnknownHost
    return host
