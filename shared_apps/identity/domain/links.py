"""Addresses and reset tokens that hold for one tenant only."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from shared_apps.kernel.context import TenantContext, required_scope, scope_key

_OWN_PORT = {"http": 80, "https": 443}


def absolute_url(path: str, *, console: bool = False) -> str:
    """A path on the bound scope's own host, as visitors reach it (rule).

    A tenant's primary host, else the root host or the console. Never the host of a request,
    which its sender chooses.
    """
    scope = required_scope()
    if isinstance(scope, TenantContext):
        return host_url(scope.host, path)
    root = settings.GALLERIA_ROOT_HOST
    return host_url(f"console.{root}" if console else root, path)


def host_url(host: str, path: str) -> str:
    """A path on a host with the external scheme and port (rule)."""
    scheme, port = settings.GALLERIA_EXTERNAL_SCHEME, settings.GALLERIA_EXTERNAL_PORT
    shown = f":{port}" if port and port != _OWN_PORT[scheme] else ""
    return f"{scheme}://{host}{shown}{path}"


class ResetTokens(PasswordResetTokenGenerator):
    """Password reset tokens whose key carries the scope: A's never hold for B, not even in a copy."""

    @property
    def key_salt(self) -> str:  # type: ignore[override]
        return f"galleria:{scope_key()}:identity.password_reset"
