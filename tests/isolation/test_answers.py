"""What every answer carries, how the API says no, and what hostile input gets."""

from __future__ import annotations

import json
import re

import pytest
from django.conf import settings
from django.test import Client
from drf_spectacular.validation import validate_schema

from shared_apps.kernel.context import bound, platform_context
from tenants.models import Tenant
from tenants.routing import routing_changed
from tests.isolation.routes import routes_of
from tests.world import ALPHA, BETA

PAGES = ["/", "/search/", "/nothing-here/", "/account/login/", "/api/v1/me", "/api/v1/nothing"]
PARAMETERS = ["q", "cursor", "limit", "sort", "price_min", "fields", "expand", "category", "page"]
LONG = 50_000
HOSTILE = {
    "one letter": "a" * LONG,
    "spaces": " " * LONG,
    "quotes": "'\"" * (LONG // 2),
    "brackets": "(" * LONG,
    "operators": "&|!<->:*" * (LONG // 8),
    "marks": "\u0301" * (LONG // 4),
    "nulls": "a\x00b",
    "surrogates": "%ED%A0%80",
    "digits": "9" * LONG,
    "dashes": "-" * LONG,
}


def client(tenant=ALPHA, **more):
    return Client(HTTP_HOST=tenant.host, raise_request_exception=False, **more)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("host", [ALPHA.host, settings.GALLERIA_ROOT_HOST, "nobody.example"])
def test_every_answer_carries_its_headers(worlds, host, path):
    answer = Client(HTTP_HOST=host).get(path)

    assert answer["X-Request-Id"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Referrer-Policy" in answer
    assert "no-store" in answer.get("Cache-Control", "no-store")


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "status"),
    [
        ("GET", "/api/v1/nothing", "", "", 404),
        ("GET", "/api/v1/auth/token", "", "", 405),
        ("POST", "/api/v1/auth/token", "<a/>", "text/xml", 415),
        ("POST", "/api/v1/auth/token", "{", "application/json", 400),
        ("POST", "/api/v1/auth/token", "[" * 20_000, "application/json", 400),
        ("POST", "/api/v1/auth/token", '"' + "a" * 11_000_000 + '"', "application/json", 413),
        ("GET", "/api/v1/me", "", "", 401),
    ],
)
def test_the_api_refuses_with_problems(worlds, method, path, body, kind, status):
    answer = client().generic(method, path, body, content_type=kind or "application/json")

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_the_api_describes_itself(worlds):
    answer = client().get("/api/schema/")
    described = json.loads(answer.content)

    validate_schema(described)
    assert described["openapi"].startswith("3.1")
    routes = {
        "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", each.pattern)
        for each in routes_of("tenant")
        if each.pattern.startswith("api/v1/")
    }
    assert routes == set(described["paths"])


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize(
    "path",
    ["/search/", "/search/suggest/", "/api/v1/products", "/api/v1/search/suggestions", "/orders/"],
)
def test_hostile_parameters_are_no_defect(worlds, path, text):
    for name in PARAMETERS:
        assert client().get(path, {name: text}).status_code < 500, name


@pytest.mark.parametrize(
    "path",
    [
        "/p/{}/",
        "/c/{}/",
        "/orders/{}/",
        "/api/v1/products/{}",
        "/media/private/{}/",
        "/handover/{}/",
    ],
)
def test_hostile_addresses_are_no_defect(worlds, path):
    for text in (
        "a" * LONG,
        "-" * LONG,
        "prod_" + "a" * LONG,
        "ord_" + "é" * 26,
        "a%00b",
        ":" * LONG,
    ):
        assert client().get(path.format(text)).status_code < 500, text[:20]


def test_a_session_ends_where_its_tenant_is_suspended(worlds):
    visitor = client()
    for name, value in worlds.alpha.cookies["customer"].items():
        visitor.cookies[name] = value
    assert visitor.get("/account/").status_code == 200
    _set_state("suspended")
    try:
        answers = [
            visitor.get("/account/"),
            visitor.get("/api/v1/me"),
            visitor.post("/cart/lines/"),
        ]
        assert [each.status_code for each in answers] == [403, 403, 403]
        assert not any(worlds.alpha.private_mark.search(each.content.decode()) for each in answers)
        assert client(BETA).get("/shops/").status_code == 200
    finally:
        _set_state("active")
    assert visitor.get("/account/").status_code == 200


def _set_state(state):
    with platform_context():
        Tenant.objects.filter(slug="alpha").update(state=state)
    routing_changed()


@pytest.mark.parametrize(
    "host",
    ["alpha.galleria.localhost,beta.galleria.localhost", "alpha.galleria.localhost beta.example"],
)
def test_two_hosts_are_none(worlds, host):
    assert Client(HTTP_HOST=host).get("/shops/").status_code == 404


def test_notes_of_alpha_are_nothing_on_beta(worlds):
    from django.contrib.messages import constants
    from django.contrib.messages.storage.base import Message
    from django.test import RequestFactory

    from config.messages import ScopedCookieStorage

    with bound(ALPHA):
        storage = ScopedCookieStorage(RequestFactory().get("/"))
        noted = storage._encode([Message(constants.INFO, "a note of Alpha")])
        assert storage._decode(noted)
    with bound(BETA):
        assert not ScopedCookieStorage(RequestFactory().get("/"))._decode(noted)
