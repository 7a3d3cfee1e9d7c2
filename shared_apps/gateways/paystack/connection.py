"""The connection of one operator to Paystack, under all the calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from shared_apps.gateways.contract import Credentials
from shared_apps.gateways.limited import LimitedGateway
from shared_apps.gateways.paystack.errors import data_of
from shared_apps.gateways.web import Answer, asked

API = "https://api.paystack.co"


class PaystackConnection(LimitedGateway):
    """Sends what the parts of the adapter ask."""

    kind: ClassVar[str] = "paystack"

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def _call(self, method: str, path: str, **parts: Any) -> Answer:
        return asked(
            method,
            f"{self._credentials.api_base or API}{path}",
            provider=self.kind,
            headers={"Authorization": f"Bearer {self._credentials.secret_key}"},
            **parts,
        )

    def _get(self, path: str, **query: str | int) -> Any:
        return data_of(self._call("GET", path, params=query))

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        return data_of(self._call("POST", path, json=body))
