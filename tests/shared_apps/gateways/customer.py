"""Somebody at the hosted page, with an ordinary HTTP client and no scripts."""

from __future__ import annotations

from typing import Any

import requests


class Customer:
    def __init__(self, url: str) -> None:
        self.url = url
        self.web = requests.Session()
        self.web.trust_env = False

    def see(self, url: str) -> requests.Response:
        return self.web.get(url, timeout=10)

    def press(self, url: str, **fields: str) -> str:
        """Send the form; where it leads."""
        answer = self.web.post(url, data=fields, timeout=10, allow_redirects=False)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def pay(self, url: str, card: str = "visa") -> str:
        return self.press(url, action="pay", card=card)

    def lever(self, name: str, method: str = "POST", **wish: Any) -> Any:
        answer = self.web.request(method, f"{self.url}/_sandbox/{name}", json=wish, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()
