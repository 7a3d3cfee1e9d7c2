"""Notes to the next page, in a cookie that only the tenant that signed it believes."""

from __future__ import annotations

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage

from shared_apps.kernel.context import scope_key


class ScopedCookieStorage(CookieStorage):
    """Django's, with the scope in the signature and a name that a sibling host cannot plant."""

    cookie_name = "__Host-messages" if settings.GALLERIA_EXTERNAL_SCHEME == "https" else "messages"

    @property
    def key_salt(self) -> str:  # type: ignore[override]
        return f"galleria:{scope_key()}:messages"
