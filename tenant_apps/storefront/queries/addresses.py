"""Addresses as the rest of the world knows them."""

from __future__ import annotations

from django.conf import settings

from shared_apps.kernel.context import current_tenant

_USUAL_PORTS = {"http": 80, "https": 443}


def absolute(path: str) -> str:
    """A path on the tenant's primary host, whichever host was asked."""
    scheme, port = settings.GALLERIA_EXTERNAL_SCHEME, settings.GALLERIA_EXTERNAL_PORT
    suffix = "" if int(port) in {0, _USUAL_PORTS.get(scheme)} else f":{port}"
    return f"{scheme}://{current_tenant().host}{suffix}{path}"
