from __future__ import annotations

import pytest
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from shared_apps.kernel.context import current_scope, platform_context
from tenants.models import Tenant
from tenants.routing import HOSTS, TenantMiddleware, routing_changed


def _ask(host, respond=None, **headers):
    def schema(_request):
        return HttpResponse(current_scope().schema)

    request = RequestFactory().get("/", headers={"host": host, **headers})
    return TenantMiddleware(respond or schema)(request)


@pytest.mark.parametrize(
    ("host", "schema"),
    [
        ("alpha.galleria.localhost", "t_world_alpha"),
        ("ALPHA.galleria.localhost.:8000", "t_world_alpha"),
        ("beta.galleria.localhost", "t_world_beta"),
        ("galleria.localhost", "public"),
        ("console.galleria.localhost", "public"),
    ],
)
def test_host_decides(alpha, host, schema):
    assert _ask(host).content.decode() == schema


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "", "gamma.galleria.localhost", "[::1]"]
)
def test_unknown_hosts_are_turned_away(alpha, host):
    assert _ask(host).status_code == 404


def test_forwarded_host_is_not_believed(alpha):
    answer = _ask("alpha.galleria.localhost", **{"x-forwarded-host": "beta.galleria.localhost"})

    assert answer.content.decode() == alpha.schema


@pytest.mark.parametrize(
    ("state", "status"), [("suspended", 403), ("closing", 410), ("closed", 410), ("requested", 503)]
)
def test_states_that_are_not_served(alpha, state, status):
    with platform_context():
        Tenant.objects.filter(slug="alpha").update(state=state)
    routing_changed()

    assert _ask("alpha.galleria.localhost").status_code == status
    assert _ask("beta.galleria.localhost").status_code == 200


def test_known_hosts_cost_no_query(alpha):
    _ask("alpha.galleria.localhost")

    with CaptureQueriesContext(connection) as queries:
        _ask("alpha.galleria.localhost")

    assert len(queries) == 0


def test_a_new_tenant_answers_at_once(alpha):
    assert _ask("gamma.galleria.localhost").status_code == 404

    with platform_context():
        tenant = Tenant.objects.get(slug="alpha")
        tenant.domains.create(
            domain="gamma.galleria.localhost", is_primary=False, created_at=tenant.created_at
        )
    routing_changed()

    assert _ask("gamma.galleria.localhost").content.decode() == alpha.schema


def test_streamed_bodies_speak_for_their_tenant(alpha):
    def stream(_request):
        return StreamingHttpResponse(current_scope().schema for _ in range(2))

    answer = _ask("alpha.galleria.localhost", stream)

    assert current_scope() is None
    assert b"".join(answer.streaming_content).decode() == alpha.schema * 2


def teardown_function():
    HOSTS.forget()
