from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings

from config.embedded.ports import free_port
from shared_apps.kernel.channels import channel_name, channel_token, read_channel_token
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.crypto import BadSignature, sign
from tests.world import ALPHA, BETA

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    chosen = free_port()
    command = [
        "-m",
        "uvicorn",
        "config.realtime:application",
        "--port",
        str(chosen),
        "--lifespan",
        "on",
    ]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    process = subprocess.Popen(
        [sys.executable, *command, "--timeout-graceful-shutdown", "1"],
        cwd=Path(__file__).parents[2],
        env=environment,
    )
    until = time.monotonic() + 30
    while ask(chosen, "/rt/health", "any.example")[0] != 200:
        assert time.monotonic() < until
        time.sleep(0.1)
    yield chosen
    process.terminate()
    process.wait(10)


def ask(port: int, path: str, host: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except ConnectionRefusedError:
        return 0, ""
    finally:
        connection.close()


def token_for(*names: str, host: str = ALPHA.host) -> str:
    with tenant_context(ALPHA):
        return channel_token(names, host=host)


def test_listener_hears_its_channel_and_no_other(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    path = f"/rt/events?token={token_for('imports:1')}"
    connection.request("GET", path, headers={"Host": f"{ALPHA.host.upper()}:8000"})
    answer = connection.getresponse()
    assert answer.getheader("Content-Type") == "text/event-stream; charset=utf-8"
    assert answer.readline() == b": connected\n"
    valkey = redis.Redis.from_url(settings.VALKEY_URL)
    with tenant_context(BETA):
        valkey.publish(channel_name("imports:1"), "of another tenant")
    with tenant_context(ALPHA):
        valkey.publish(channel_name("imports:2"), "of another channel")
        message = {"event": "progress", "data": {"rows": 10}}
        wait_for_listener(valkey, channel_name("imports:1"), json.dumps(message))
    lines = [answer.readline() for _ in range(3)]
    assert lines == [b"\n", b"event: progress\n", b'data: {"rows": 10}\n']
    connection.close()


def wait_for_listener(valkey: redis.Redis, channel: str, message: str) -> None:
    until = time.monotonic() + 5
    while valkey.publish(channel, message) == 0:
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize("token", ["", "nonsense", "t_world_alpha.", "x" * 5000])
def test_a_token_that_is_none_is_refused(port: int, token: str) -> None:
    status, text = ask(port, f"/rt/events?token={token}", ALPHA.host)
    assert (status, json.loads(text)["code"]) == (401, "bad_signature")


def test_token_of_another_host_or_tenant_is_refused(port: int) -> None:
    token = token_for("imports:1")
    assert ask(port, f"/rt/events?token={token}", BETA.host)[0] == 401
    moved = token.replace(ALPHA.schema, BETA.schema)
    assert ask(port, f"/rt/events?token={moved}", ALPHA.host)[0] == 401
    assert ask(port, f"/rt/events?token={moved}", BETA.host)[0] == 401


def test_nothing_else_answers(port: int) -> None:
    assert ask(port, "/rt/other", ALPHA.host)[0] == 404


def test_a_token_names_what_it_allows() -> None:
    listener = read_channel_token(token_for("a", "b"), host=ALPHA.host)
    assert listener.channels == (f"{{{ALPHA.schema}}}:a", f"{{{ALPHA.schema}}}:b")


def test_a_signature_for_another_purpose_is_no_channel_token() -> None:
    with tenant_context(ALPHA):
        other = sign({"host": ALPHA.host, "channels": ["a"]}, "download")
    with pytest.raises(BadSignature):
        read_channel_token(f"{ALPHA.schema}.{other}", host=ALPHA.host)


@pytest.mark.parametrize("names", [[], ["x"] * 17, ["Upper"], ["{t_other}:a"], ["a b"]])
def test_names_that_could_leave_the_tenant_get_no_token(names: list[str]) -> None:
    with pytest.raises(ValueError, match="channel"):
        token_for(*names)
