"""The realtime process: server-sent events from Valkey to whoever holds a channel token. No ORM, no tenants, no state.

`GET /rt/events?token=...` streams what is published on the token's channels; `GET /rt/health` answers ok.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared_apps.kernel.channels import Listener, read_channel_token
from shared_apps.kernel.crypto import BadSignature

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HEARTBEAT_SECONDS = 15.0
LONGEST_STREAM_SECONDS = 3600.0
MOST_STREAMS = 2000
MOST_WAITING = 100
RECONNECT_SECONDS = 1.0


class Stream(asyncio.Queue[str]):
    """What waits for one visitor. A visitor who reads too slowly is cut off and comes back by itself."""

    def __init__(self) -> None:
        super().__init__(MOST_WAITING)
        self.is_cut = False

    def offer(self, message: str) -> None:
        try:
            self.put_nowait(message)
        except asyncio.QueueFull:
            self.is_cut = True


class Hub:
    """One connection to Valkey for all visitors of this process; subscribed to what at least one of them listens to."""

    def __init__(self, url: str) -> None:
        self._redis: Any = Redis.from_url(url, decode_responses=True)
        self._pubsub: Any = self._redis.pubsub(ignore_subscribe_messages=True)
        self._streams: dict[str, set[Stream]] = {}
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.count = 0

    def open(self) -> None:
        self._task = asyncio.create_task(self._deliver())

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        with suppress(RedisError, OSError):
            await self._pubsub.aclose()
            await self._redis.aclose()

    async def join(self, channels: tuple[str, ...]) -> Stream:
        stream = Stream()
        self.count += 1
        new = [channel for channel in channels if channel not in self._streams]
        for channel in channels:
            self._streams.setdefault(channel, set()).add(stream)
        if new:
            with suppress(
                RedisError, OSError
            ):  # delivery subscribes to everything when it is connected again
                await self._pubsub.subscribe(*new)
        self._changed.set()
        return stream

    async def leave(self, stream: Stream, channels: tuple[str, ...]) -> None:
        self.count -= 1
        empty = []
        for channel in channels:
            self._streams[channel].discard(stream)
            if not self._streams[channel]:
                del self._streams[channel]
                empty.append(channel)
        if empty:
            with suppress(RedisError, OSError):
                await self._pubsub.unsubscribe(*empty)

    async def _deliver(self) -> None:
        while True:
            await self._changed.wait()
            try:
                await self._deliver_while_connected()
            except (RedisError, OSError):
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _deliver_while_connected(self) -> None:
        """Until nobody listens. The client subscribes again by itself after it lost its connection."""
        missing = [channel for channel in self._streams if channel not in self._subscribed()]
        if missing:
            await self._pubsub.subscribe(*missing)
        while self._streams:
            message = await self._pubsub.get_message(timeout=HEARTBEAT_SECONDS)
            if message and message["type"] == "message":
                for stream in self._streams.get(message["channel"], ()):
                    stream.offer(message["data"])
        self._changed.clear()

    def _subscribed(self) -> set[str]:
        return {name if isinstance(name, str) else name.decode() for name in self._pubsub.channels}


class Realtime:
    """The ASGI application."""

    def __init__(self) -> None:
        self._hub: Hub | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._hub = Hub(settings.VALKEY_URL)
        self._hub.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._hub.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        hub = self._hub
        if scope["path"] == "/rt/health":
            await _text(send, HTTPStatus.OK, "ok")
        elif scope["path"] != "/rt/events" or scope["method"] != "GET":
            await _problem(send, HTTPStatus.NOT_FOUND, "not_found", "There is nothing here")
        elif hub is None or hub.count >= MOST_STREAMS:
            await _problem(
                send,
                HTTPStatus.SERVICE_UNAVAILABLE,
                "too_many_streams",
                "Too many listeners; try again",
            )
        else:
            await self._stream_if_allowed(hub, scope, receive, send)

    async def _stream_if_allowed(
        self, hub: Hub, scope: Scope, receive: Receive, send: Send
    ) -> None:
        try:
            listener = _listener(scope)
        except BadSignature as refusal:
            await _problem(send, HTTPStatus.UNAUTHORIZED, refusal.code, refusal.title)
            return
        stream = await hub.join(listener.channels)
        gone = asyncio.create_task(_wait_for_end(receive))
        try:
            await _send_events(stream, gone, send)
        finally:
            gone.cancel()
            await hub.leave(stream, listener.channels)


def _listener(scope: Scope) -> Listener:
    headers = {name.lower(): value for name, value in scope["headers"]}
    token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
    return read_channel_token(token, host=headers.get(b"host", b"").decode("latin-1"))


async def _send_events(stream: Stream, gone: asyncio.Task[None], send: Send) -> None:
    """Send what is offered until the visitor leaves, is too slow, or has to show a new token."""
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send(_body(": connected\n\n"))
    loop = asyncio.get_running_loop()
    until = loop.time() + LONGEST_STREAM_SECONDS
    while not gone.done() and not stream.is_cut and loop.time() < until:
        message = asyncio.ensure_future(stream.get())
        await asyncio.wait(
            {message, gone}, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if message.done():
            await send(_body(_event(message.result())))
        else:
            message.cancel()
            await send(_body(": still here\n\n"))
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _wait_for_end(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _event(message: str) -> str:
    """One event. `{"event": name, "data": ...}` is sent under its name, anything else as it is."""
    name, data = "message", message
    with suppress(ValueError):
        value = json.loads(message)
        if isinstance(value, dict) and set(value) == {"event", "data"}:
            name, data = str(value["event"]), json.dumps(value["data"])
    name = name.replace("\n", " ").replace("\r", " ")
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n"


def _body(text: str) -> dict[str, Any]:
    return {"type": "http.response.body", "body": text.encode(), "more_body": True}


async def _text(send: Send, status: HTTPStatus, text: str, kind: bytes = b"text/plain") -> None:
    headers = [(b"content-type", kind), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


async def _problem(send: Send, status: HTTPStatus, code: str, title: str) -> None:
    value = {"type": "about:blank", "title": title, "status": int(status), "code": code}
    await _text(send, status, json.dumps(value), b"application/problem+json")


application = Realtime()
