"""Signatures and encryption that belong to one tenant.

A token signed for tenant A does not verify for tenant B: the salt carries the scope. Secrets at
rest are encrypted by MultiFernet with keys derived per tenant, so that rotation is adding a key
in front.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core import signing

from shared_apps.kernel.context import scope_key
from shared_apps.kernel.errors import NotAllowed


class BadSignature(NotAllowed):
    code, title, status = "bad_signature", "This link or token is not valid here", 401


class ExpiredSignature(BadSignature):
    code, title = "expired_signature", "This link or token has expired; ask for a new one"


class Undecipherable(NotAllowed):
    code, title = "undecipherable", "This secret cannot be read with the present keys"


def _salt(purpose: str) -> str:
    return f"galleria:{scope_key()}:{purpose}"


def sign(value: Any, purpose: str) -> str:
    """A URL-safe token of a JSON value for one purpose within the bound scope."""
    return signing.dumps(value, salt=_salt(purpose), compress=True)


def unsign(token: str, purpose: str, *, max_age: timedelta | None = None) -> Any:
    """The value of a token; raises BadSignature, or ExpiredSignature after `max_age`."""
    try:
        return signing.loads(token, salt=_salt(purpose), max_age=max_age)
    except signing.SignatureExpired as error:
        raise ExpiredSignature from error
    except signing.BadSignature as error:
        raise BadSignature from error


def digest(value: str, purpose: str) -> str:
    """A keyed one-way digest (HMAC-SHA-256, hex) within the bound scope: for stored keys."""
    key = f"{settings.SECRET_KEY}:{_salt(purpose)}".encode()
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in settings.GALLERIA_ENCRYPTION_KEYS])


def _derived(key: str) -> bytes:
    derived = hmac.new(key.encode(), _salt("encryption").encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(derived)


def encrypt(text: str) -> str:
    """Encrypt with the newest key, for the bound scope."""
    return _fernet().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Decrypt with any current key; raises Undecipherable."""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Undecipherable from error


def rotate(token: str) -> str:
    """The same secret under the newest key; raises Undecipherable."""
    try:
        return _fernet().rotate(token.encode()).decode()
    except InvalidToken as error:
        raise Undecipherable from error
