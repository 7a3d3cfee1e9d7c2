from __future__ import annotations

import io
import json
import logging
import logging.config

import pytest
import structlog
from django.test import Client

from config import sentry
from config.logging import configure_structlog, logging_settings
from config.redaction import HIDDEN, redacted
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.errors import Conflict
from tests.world import ALPHA, BETA

CANARIES = {
    "password": "hunter2-canary",
    "new_password": "canary-pw",
    "client_secret": "canary-secret",
    "refresh_token": "canary-token",
    "Authorization": "Bearer canary-bearer-1234",
    "HTTP_COOKIE": "sessionid=canary-cookie",
    "api_key": "canary-key",
    "card_number": "4242424242424242",
    "cvc": "999-canary",
}


@pytest.fixture
def lines():
    """What the product's own formatter writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    formatter = logging_settings("INFO")["formatters"]["json"]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=formatter["foreign_pre_chain"], processors=formatter["processors"]
        )
    )
    configure_structlog()
    logger = logging.getLogger("galleria.test")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)


def test_lines_carry_tenant_request_and_message(lines):
    log = structlog.get_logger("galleria.test")
    for tenant in (ALPHA, BETA):
        with tenant_context(tenant), structlog.contextvars.bound_contextvars(request_id="r1"):
            log.info("hello", amount=3)
    logging.getLogger("galleria.test").warning("plain", extra={"handler_name": "t.see"})

    first, second, plain = lines()
    assert (first["tenant"], first["schema"], first["request_id"]) == ("alpha", ALPHA.schema, "r1")
    assert (first["event"], first["amount"], first["level"]) == ("hello", 3, "info")
    assert second["tenant"] == "beta"
    assert "tenant" not in plain
    assert (plain["event"], plain["handler_name"]) == ("plain", "t.see")


def test_secrets_never_reach_a_line(lines):
    log = structlog.get_logger("galleria.test")
    log.info("secrets", **CANARIES, nested={"deep": [CANARIES]})
    log.info("paid with 4242 4242 4242 4242 and Bearer canary-bearer-1234")
    logging.getLogger("galleria.test").info("at %s", "https://u:canary-pass@host/?token=canary-tok")
    try:
        raise ValueError("key sk_live_canary_0123456789")  # noqa: TRY301
    except ValueError:
        log.exception("failed")

    text = json.dumps(lines())
    assert "canary" not in text
    assert "4242" not in text
    assert text.count(HIDDEN) > 15
    assert "ValueError" in text


def test_ids_and_amounts_are_left_alone():
    harmless = {
        "order": "01930000-0000-7000-8000-00000000a1fa",
        "minor": 4242424242424242,
        "number": "1234567890123",
        "path": "/shop/red-lamp",
    }

    assert redacted(harmless) == harmless


def test_user_of_the_request_is_named(in_alpha, lines):
    from types import SimpleNamespace

    from config.logging import current_request

    user = SimpleNamespace(pk="u-7", is_authenticated=True)
    token = current_request.set(SimpleNamespace(_cached_user=user))
    try:
        structlog.get_logger("galleria.test").info("hello")
    finally:
        current_request.reset(token)

    assert lines()[0]["user"] == "u-7"


def test_reports_name_the_tenant_and_no_person():
    event = {
        "request": {
            "url": "https://x/",
            "cookies": {"a": "canary"},
            "data": "canary",
            "headers": {"Authorization": "Bearer canary-1234"},
        },
        "user": {"email": "canary@example.com"},
        "extra": {"password": "canary"},
        "exception": {"values": [{"value": "card 4242424242424242"}]},
    }
    with tenant_context(ALPHA):
        sent = sentry.before_send(event, {"exc_info": (ValueError, ValueError("x"), None)})

    assert sent["tags"]["tenant"] == "alpha"
    assert "canary" not in json.dumps(sent)
    assert "4242" not in json.dumps(sent)


def test_anticipated_failures_are_not_reported():
    assert sentry.before_send({}, {"exc_info": (Conflict, Conflict(), None)}) is None


def get_metrics(**headers):
    return Client().get("/metrics", **headers)


def test_metrics_are_for_the_loopback_only(db):
    Client().get("/nowhere", HTTP_HOST="alpha.galleria.localhost")
    inside = get_metrics(HTTP_HOST="127.0.0.1:8001", REMOTE_ADDR="127.0.0.1")
    assert inside.status_code == 200
    assert b'galleria_requests_total{method="GET"' in inside.content

    for headers in (
        {"HTTP_HOST": "alpha.galleria.localhost", "REMOTE_ADDR": "127.0.0.1"},
        {"HTTP_HOST": "galleria.localhost", "REMOTE_ADDR": "127.0.0.1"},
        {"HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "10.0.0.9"},
        {"HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "1.2.3.4"},
    ):
        assert get_metrics(**headers).status_code == 404


def test_labels_are_capped():
    from config.metrics import OTHER, Capped

    label = Capped(2)

    assert [label(name) for name in "abcab"] == ["a", "b", OTHER, "a", "b"]


def test_the_payment_libraries_chatter_is_not_logged():
    assert logging_settings("INFO")["loggers"]["stripe"]["level"] == "WARNING"
