"""Alpha with an operator, two shops and a customer; Beta with an operator of its own."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from shared_apps.identity.models import User
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.context import tenant_context
from tenant_apps.partners.queries import PartnerSummary
from tests.factories.partners import make_person, make_vendor
from tests.world import ALPHA, BETA, NOW
from themes.domain.versions import DesignChoice, start_from_preset

PAGE = {"HTTP_ACCEPT": "text/html"}


@dataclass
class Visitor:
    """Somebody in a browser on one host."""

    client: Client
    host: str

    def get(self, path: str, **extra: Any) -> Any:
        return self.client.get(path, headers={"host": self.host, "accept": "text/html"}, **extra)

    def post(self, path: str, data: Any = None, **extra: Any) -> Any:
        headers = {"host": self.host, "accept": "text/html"}
        return self.client.post(path, data or {}, headers=headers, **extra)

    def queries_of(self, path: str) -> int:
        """How many queries the page takes once everything that is remembered is."""
        self.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert self.get(path).status_code == 200
        return len(seen)


@dataclass
class House:
    """The people of Alpha and Beta who meet in these tests."""

    operator: User
    loam: PartnerSummary
    loam_owner: User
    fern: PartnerSummary
    fern_owner: User
    customer: User
    beta_operator: User


def design(tenant: Any, theme: str = "hearth") -> None:
    with tenant_context(tenant), transaction.atomic():
        choice = DesignChoice(theme=theme, brand_name=tenant.name)
        start_from_preset(choice=choice, acting=SYSTEM, at=NOW)


def furnish() -> House:
    with tenant_context(BETA):
        beta_operator = make_person("bo@beta.example", roles=("operator",))
    with tenant_context(ALPHA):
        loam_owner = make_person("lena@example.com")
        fern_owner = make_person("finn@example.com")
        return House(
            operator=make_person("ada@alpha.example", roles=("operator",)),
            loam=make_vendor("Loam Studio", owner=loam_owner),
            loam_owner=loam_owner,
            fern=make_vendor("Fern Paper", owner=fern_owner),
            fern_owner=fern_owner,
            customer=make_person("cy@example.com"),
            beta_operator=beta_operator,
        )


@pytest.fixture
def house(alpha: Any, beta: Any) -> House:
    for tenant in (alpha, beta):
        with tenant_context(tenant):
            cache.clear()
        design(tenant)
    return furnish()


def visitor(user: User | None = None, tenant: Any = ALPHA) -> Visitor:
    client = Client()
    if user is not None:
        with tenant_context(tenant):
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return Visitor(client, tenant.host)


@pytest.fixture
def operator(house: House) -> Visitor:
    return visitor(house.operator)


@pytest.fixture
def vendor(house: House) -> Visitor:
    return visitor(house.loam_owner)


@pytest.fixture
def customer(house: House) -> Visitor:
    return visitor(house.customer)


def png(colour: str = "#b4532f", size: tuple[int, int] = (640, 800)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()
