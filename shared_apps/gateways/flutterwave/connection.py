"""The connection of one operator to Flutterwave, under all the calls."""

from __future__ import annotations

from typing import Any, ClassVar

from shared_apps.gateways.contract import Credentials
from shared_apps.gateways.flutterwave.errors import data_of
from shared_apps.gateways.limited import LimitedGateway
from shared_apps.gateways.web import Answer, asked

API = "https://api.flutterwave.com"


class FlutterwaveConnection(LimitedGateway):
    """Sends what the parts of the adapter ask."""

    kind: ClassVar[str] = "flutterwave"

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def _call(self, method: str, path: str, **parts: Any) -> Answer:
        return asked(
            method,
            f"{self._credentials.api_base or API}/v3{path}",
            provider=self.kind,
            headers={"Authorization": f"Bearer {self._credentials.secret_key}"},
            **parts,
        )

    def _get(self, path: str, **query: str | int) -> Any:
        return data_of(self._call("GET", path, params=query))

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return data_of(self._call("POST", path, json=body))
