"""The server: HTTP in, the right provider or page, HTTP out."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from shared_apps.gateways.sandbox import faults
from shared_apps.gateways.sandbox.control import controlled
from shared_apps.gateways.sandbox.deliveries import Postman
from shared_apps.gateways.sandbox.hosted import stylesheet, visited
from shared_apps.gateways.sandbox.provider import Provider
from shared_apps.gateways.sandbox.store import Store
from shared_apps.gateways.sandbox.wire import WireReply, WireRequest, json_reply
from shared_apps.gateways.sandbox.world import World

log = logging.getLogger(__name__)

BODY_BYTES_MAX = 1024 * 1024
DRAINED_BYTES_MAX = 32 * BODY_BYTES_MAX
DRAINED_AT_ONCE = 64 * 1024
SWEEP_SECONDS = 1.0
PREFIX = "/_sandbox"
STYLESHEET = f"{PREFIX}/sandbox.css"


class Lost(Exception):
    """The request was done, and its answer goes nowhere."""


class Sandbox:
    """A running sandbox. `start()`, use `url`, `stop()`; the file at `path` remembers."""

    def __init__(
        self,
        *,
        providers: Sequence[Provider],
        path: str,
        host: str = "127.0.0.1",
        port: int = 0,
        public_url: str = "",
    ) -> None:
        self.store = Store(path)
        self._http = _Server((host, port), _Handler)
        self._http.sandbox = self
        self.url = f"http://{host}:{self._http.server_address[1]}"
        self.providers = {provider.name: provider for provider in providers}
        public = (public_url or self.url).rstrip("/")
        self.worlds = {name: World(name, self.store, public) for name in self.providers}
        self.postman = Postman(self.store, self.providers)
        self._is_stopped = threading.Event()
        self._threads = [
            threading.Thread(
                target=self._http.serve_forever, args=(0.05,), name="sandbox", daemon=True
            ),
            threading.Thread(target=self._sweep, name="sandbox-sweep", daemon=True),
        ]

    def start(self) -> None:
        self.postman.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._is_stopped.set()
        self._http.shutdown()
        self._http.server_close()
        self.postman.stop()
        for thread in self._threads:
            thread.join(timeout=5)
        self.store.close()

    def wait(self) -> None:
        """Until somebody stops it."""
        self._is_stopped.wait()

    def sweep(self) -> None:
        """Let every provider do what has fallen due."""
        with self.store.transaction():
            for name, provider in self.providers.items():
                provider.sweep(self.worlds[name])
        self.postman.wake()

    def _sweep(self) -> None:
        while not self._is_stopped.wait(SWEEP_SECONDS):
            try:
                self.sweep()
            except Exception:
                log.exception("the sweep failed")

    def answer(self, request: WireRequest) -> WireReply:
        """The reply to one request, everything it changed written with it. Lost if it shall not arrive."""
        if request.path == STYLESHEET:
            return stylesheet()
        if request.path == "/favicon.ico":
            return WireReply(204, b"", "image/x-icon")
        with self.store.transaction():
            reply = self._routed(request)
        if request.method != "GET":
            if request.path.startswith(f"{PREFIX}/"):
                self.sweep()
            self.postman.wake()
        if reply.status == 0:
            raise Lost
        return reply

    def _routed(self, request: WireRequest) -> WireReply:
        if request.path.startswith(f"{PREFIX}/"):
            return controlled(_under(request, PREFIX), self.store, self.worlds, self.providers)
        if request.path.startswith(("/pay/", "/onboard/")):
            return visited(request, self.providers, self.worlds)
        name = request.path.split("/")[1]
        if name not in self.providers:
            return json_reply(404, {"error": f"no provider named {name!r} lives here"})
        return self._called(name, _under(request, f"/{name}"))

    def _called(self, name: str, request: WireRequest) -> WireReply:
        armed = faults.sprung(
            self.store, provider=name, kinds=faults.OF_REQUESTS, subject=request.path
        )
        kinds = {fault.kind for fault in armed}
        if "500_then_ok" in kinds:
            return self.providers[name].failure()
        reply = self.providers[name].call(request, self.worlds[name])
        return WireReply(0, b"") if "timeout_after_commit" in kinds else reply


def _under(request: WireRequest, prefix: str) -> WireRequest:
    """The same request as seen from below a prefix."""
    path = request.path.removeprefix(prefix) or "/"
    return WireRequest(request.method, path, request.query, request.headers, request.body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    sandbox: Sandbox


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "payment-sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60
    server: _Server

    def _serve(self) -> None:
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= BODY_BYTES_MAX:
            self.close_connection = True
            self._drain(length)
            self._send(json_reply(413, {"error": "the body is too large or of no known length"}))
            return
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = WireRequest(self.command, path, query, headers, self.rfile.read(length))
        try:
            self._send(self.server.sandbox.answer(request))
        except Lost:
            self.close_connection = True
        except Exception:
            log.exception("%s %s", self.command, path)
            self._send(
                json_reply(500, {"error": {"type": "api_error", "message": "the sandbox broke"}})
            )

    def _drain(self, length: int) -> None:
        """Who is still talking does not hear the answer: let them finish, within reason."""
        left = min(length, DRAINED_BYTES_MAX)
        while left > 0:
            part = self.rfile.read(min(left, DRAINED_AT_ONCE))
            left = left - len(part) if part else 0

    do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815 - the names are the library's

    def _send(self, reply: WireReply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        log.debug(format, *args)
