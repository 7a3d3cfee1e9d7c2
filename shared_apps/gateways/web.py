"""The connection to providers that speak plain JSON over HTTP.

One session per thread keeps connections alive. `use_session` puts another one in its place for a while:
the tests put one there that judges each request before it goes out. Nothing is repeated here: whoever
called has an idempotency key and asks again when the outcome is unknown.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import requests

from shared_apps.gateways.errors import GatewayBusy, OutcomeUnknown

CONNECT_SECONDS = 5
ANSWER_SECONDS = 15
_TOO_MANY = 429

_replacements: list[requests.Session] = []


class _Own(threading.local):
    def __init__(self) -> None:
        self.session = requests.Session()


_own = _Own()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `body` is the JSON object of it, empty when there was none; fractions are exact."""

    status: int
    body: Mapping[str, Any]

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


@contextmanager
def use_session(session: requests.Session) -> Iterator[None]:
    """Every call of this process goes through `session` meanwhile, other threads' too."""
    _replacements.append(session)
    try:
        yield
    finally:
        _replacements.remove(session)


def sent(method: str, url: str, *, provider: str, **parts: Any) -> requests.Response:
    """Send one request as it is. OutcomeUnknown when no answer came back."""
    session = _replacements[-1] if _replacements else _own.session
    try:
        return session.request(
            method,
            url,
            timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
            allow_redirects=False,
            **parts,
        )
    except requests.RequestException as error:
        raise OutcomeUnknown(type(error).__name__, provider=provider) from error


def asked(method: str, url: str, *, provider: str, **parts: Any) -> Answer:
    """Send one request and read the JSON of its answer, whether it says yes or no.

    GatewayBusy when the provider turned us away unheard; OutcomeUnknown when it broke, did not answer,
    or answered yes with something that is not JSON.
    """
    response = sent(method, url, provider=provider, **parts)
    status = response.status_code
    if status == _TOO_MANY:
        raise GatewayBusy("too many requests at once", provider=provider)
    if not 200 <= status < 500:
        raise OutcomeUnknown(f"the provider answered {status}", provider=provider)
    try:
        body = response.json(parse_float=Decimal) if response.content else {}
    except ValueError as error:
        if status < 300:
            raise OutcomeUnknown("the answer is not JSON", provider=provider) from error
        body = {}
    return Answer(status, body if isinstance(body, dict) else {})


def short_key(idempotency_key: str, length: int = 32) -> str:
    """A key of any length and alphabet as hexadecimal digits, for providers that take few of them."""
    return hashlib.sha256(idempotency_key.encode()).hexdigest()[:length]


def header_of(headers: Mapping[str, str], name: str) -> str:
    """A header whatever its capitals, or empty."""
    return next((value for known, value in headers.items() if known.lower() == name.lower()), "")


def body_digest(body: bytes) -> str:
    """The id of a message whose sender gives it none: the same message has the same one."""
    return hashlib.sha256(body).hexdigest()
