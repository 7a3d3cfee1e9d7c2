from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from shared_apps.gateways.contract import Credentials
from shared_apps.gateways.sandbox.everyone import everyone
from shared_apps.gateways.sandbox.server import Sandbox
from shared_apps.gateways.stripe.client import StripeGateway
from shared_apps.gateways.stripe.transport import use_transport
from shared_apps.gateways.web import use_session
from tests.shared_apps.gateways.customer import Customer
from tests.shared_apps.gateways.json_judge import JudgedSession
from tests.shared_apps.gateways.judged_transport import JudgedTransport


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.sqlite3"


@pytest.fixture
def sandbox(data: Path) -> Iterator[Sandbox]:
    running = Sandbox(providers=everyone(), path=str(data))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def transport() -> Iterator[JudgedTransport]:
    """Every Stripe request of a test passes both judges, every answer the third."""
    judged = JudgedTransport()
    with use_transport(judged):
        yield judged


@pytest.fixture
def session() -> Iterator[JudgedSession]:
    """Every request of a test to a provider that speaks JSON passes its own description."""
    judged = JudgedSession()
    with use_session(judged):
        yield judged


@pytest.fixture
def gateway(sandbox: Sandbox, transport: JudgedTransport) -> StripeGateway:
    return StripeGateway(Credentials("sk_test_alpha", f"{sandbox.url}/stripe"))


@pytest.fixture
def beta_gateway(sandbox: Sandbox, transport: JudgedTransport) -> StripeGateway:
    return StripeGateway(Credentials("sk_test_beta", f"{sandbox.url}/stripe"))


@pytest.fixture
def customer(sandbox: Sandbox) -> Customer:
    return Customer(sandbox.url)


class Mailbox:
    """A merchant's webhook address: keeps what arrives, answers what it is told to."""

    def __init__(self) -> None:
        self.arrived: list[tuple[bytes, dict[str, str]]] = []
        self.statuses: list[int] = []
        self.condition = threading.Condition()
        # Cleared, nothing is answered until it is set again.
        self.pause = threading.Event()
        self.pause.set()
        box = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                box.pause.wait(20)
                with box.condition:
                    status = box.statuses.pop(0) if box.statuses else 200
                    box.arrived.append((body, dict(self.headers.items())))
                    box.condition.notify_all()
                self.send_response(status)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        # A host that no resolver needs to know: the sandbox connects to the loopback and names it.
        self.url = f"http://shop.galleria.localhost:{self.port}/hooks/stripe/token/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, count: int, seconds: float = 30) -> list[tuple[bytes, dict[str, str]]]:
        with self.condition:
            assert self.condition.wait_for(lambda: len(self.arrived) >= count, seconds), (
                self.arrived
            )
            return list(self.arrived)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    yield box
    box.server.shutdown()
    box.server.server_close()
