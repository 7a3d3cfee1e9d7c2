"""People of the two tenants: Ada runs Alpha, Cy buys there; Bo runs Beta and has Ada's id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client

from shared_apps.identity.domain.people import NewPerson, create_person, encode_password
from shared_apps.identity.models import User
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import bound
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.transactions import operation

PASSWORD = "a quiet green harbour"


@dataclass
class Browser:
    """A visitor of one host, with cookies."""

    host: str
    client: Client

    def get(self, path: str, **extra: Any) -> Any:
        return self.client.get(path, HTTP_HOST=self.host, **extra)

    def post(self, path: str, data: Any = None, **extra: Any) -> Any:
        return self.client.post(path, data or {}, HTTP_HOST=self.host, **extra)

    def api(self, path: str, data: Any, **extra: Any) -> Any:
        return self.client.post(
            path, data, content_type="application/json", HTTP_HOST=self.host, **extra
        )

    def sign_in(self, email: str, password: str = PASSWORD) -> Any:
        return self.post("/account/login/", {"login": email, "password": password})


@pytest.fixture(autouse=True)
def _fresh_limits(alpha: Any, beta: Any) -> None:
    for scope in (alpha, beta):
        with bound(scope):
            cache.clear()


@pytest.fixture
def browser() -> Callable[..., Browser]:
    def open_browser(scope: Any, **options: Any) -> Browser:
        host = scope if isinstance(scope, str) else scope.host
        return Browser(host, Client(**options))

    return open_browser


def person_in(scope: Any, email: str, *roles: str, **fields: Any) -> User:
    """An account with a verified address and PASSWORD in a scope."""

    @operation
    def create() -> UUID:
        person = NewPerson(
            email=email,
            name=fields.pop("name", email.partition("@")[0].title()),
            encoded_password=encode_password(PASSWORD),
            roles=frozenset(roles),
            verified=fields.pop("verified", True),
            id=fields.pop("id", None),
            **fields,
        )
        return create_person(person=person, acting=SYSTEM, at=now()).id

    with bound(scope):
        return User.objects.get(id=create())


@pytest.fixture
def ada(alpha: Any) -> User:
    return person_in(alpha, "ada@alpha.example", "operator", "customer", id=uuid7())


@pytest.fixture
def bo(beta: Any, ada: User) -> User:
    """Same id, address and password hash as Ada: a copied account, the worst case."""
    with bound(beta):
        bo = person_in(beta, ada.email, "operator", id=ada.id)
        User.objects.filter(id=bo.id).update(password=ada.password)
        return User.objects.get(id=bo.id)


@pytest.fixture
def cy(alpha: Any) -> User:
    return person_in(alpha, "cy@alpha.example", "customer")


@pytest.fixture
def later() -> Callable[..., Any]:
    return lambda **span: now() + timedelta(**span)
