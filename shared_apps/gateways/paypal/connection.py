"""The connection of one operator to PayPal: signing in, and calls with the token that gives.

A token is good for hours and is kept per process. One that PayPal no longer takes is fetched anew once,
which is safe: nothing was done under it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any, ClassVar

from shared_apps.gateways.contract import Credentials
from shared_apps.gateways.limited import LimitedGateway
from shared_apps.gateways.paypal.errors import body_of
from shared_apps.gateways.web import Answer, asked, short_key

API = "https://api-m.paypal.com"
TEST_API = "https://api-m.sandbox.paypal.com"
# A token this close to its end is not used any more.
MARGIN_SECONDS = 120
TOKENS_MAX = 1000
_STALE = 401

_tokens: dict[str, tuple[str, float]] = {}
_lock = threading.Lock()


class PayPalConnection(LimitedGateway):
    """Sends what the parts of the adapter ask."""

    kind: ClassVar[str] = "paypal"

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    @property
    def _base(self) -> str:
        return self._credentials.api_base or API

    def _signed_in(self) -> Mapping[str, Any]:
        """Ask for a token with the operator's keys. CredentialsRefused if they are wrong."""
        answer = asked(
            "POST",
            f"{self._base}/v1/oauth2/token",
            provider=self.kind,
            auth=(self._credentials.client_id, self._credentials.secret_key),
            data={"grant_type": "client_credentials"},
        )
        return body_of(answer)

    def _token(self, *, is_fresh: bool = False) -> str:
        keys = f"{self._base}/{self._credentials.client_id}/{self._credentials.secret_key}"
        place = short_key(keys, 64)
        with _lock:
            token, good_until = _tokens.get(place, ("", 0.0))
        if token and not is_fresh and time.monotonic() < good_until:
            return token
        told = self._signed_in()
        until = time.monotonic() + int(told.get("expires_in", 0)) - MARGIN_SECONDS
        with _lock:
            if len(_tokens) >= TOKENS_MAX:
                _tokens.clear()
            _tokens[place] = (str(told["access_token"]), until)
        return str(told["access_token"])

    def _call(
        self, method: str, path: str, *, key: str = "", is_whole: bool = False, **parts: Any
    ) -> Answer:
        """One call, under a request id when it changes something; `is_whole` wants all of the object."""
        headers = {"Prefer": "return=representation"} if is_whole else {}
        if key:
            headers["PayPal-Request-Id"] = short_key(key)
        for is_fresh in (False, True):
            headers["Authorization"] = f"Bearer {self._token(is_fresh=is_fresh)}"
            answer = asked(
                method, f"{self._base}{path}", provider=self.kind, headers=headers, **parts
            )
            if answer.status != _STALE:
                break
        return answer

    def _get(self, path: str, **query: str | int) -> Mapping[str, Any]:
        return body_of(self._call("GET", path, params=query))

    def _post(
        self, path: str, body: Mapping[str, Any] | None = None, *, key: str
    ) -> Mapping[str, Any]:
        """A change, answered with the whole object. PayPal wants a JSON body even where none is due."""
        return body_of(self._call("POST", path, key=key, is_whole=True, json=body or {}))
