"""API methods that take effect once per Idempotency-Key, whatever is retried or crashes.

    class Orders(APIView):
        @idempotent
        def post(self, request): ...place_order(...)...

and, inside the operation, so that effect and answer are one commit:

    answer_once(status=201, body={"id": public_id("ord", order.id)}, at=at)

Without `answer_once` the answer is recorded just after the effect: right for requests that the
domain itself makes harmless to repeat. The recorded answer is the one that is sent.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, JsonResponse

from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.problems import CONTENT_TYPE, problem
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.domain.idempotency import (
    Answer,
    StillRunning,
    begin,
    fingerprint_of,
    finish,
    parse_key,
    recorded_answer,
    release,
)

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
# Refusals that a retry of the same request could only meet again.
_DEFINITE = frozenset({400, 402, 404, 410, 422})


@dataclass(slots=True)
class _Running:
    claim_id: UUID
    was_answered: bool = False


_running: ContextVar[_Running | None] = ContextVar("galleria_idempotent_request", default=None)


@step
def answer_once(*, status: int, body: Any, at: datetime) -> None:
    """Record what the running idempotent request answers; nothing when it is not one."""
    running = _running.get()
    if running is not None:
        finish(claim_id=running.claim_id, status=status, body=body, at=at)
        running.was_answered = True


def idempotent(view: View) -> View:
    """Require an Idempotency-Key on an API view's method, and answer repeats from memory.

    409 while the first request runs, 422 when the key was used for another request, 400 without
    a key. Answers of 2xx and definite refusals are kept for a day; other failures free the key.
    """

    @functools.wraps(view)
    def run(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        claim = begin(
            scope=f"{_caller(request)} {request.method} {request.path}"[:200],
            key=parse_key(request.headers.get("Idempotency-Key", "")),
            fingerprint=fingerprint_of(
                method=str(request.method), path=request.get_full_path(), body=request.body
            ),
            at=now(),
        )
        if claim.answer is not None:
            return _response(claim.answer, replayed=True)
        with _bound(_Running(claim.id)) as running:
            response = _attempt(running, request, lambda: view(self, request, *args, **kwargs))
        # Asked of the database: the operation that recorded it may have been rolled back.
        answer = recorded_answer(claim_id=claim.id) if running.was_answered else None
        if answer is not None:
            return _response(answer)
        _settle(claim.id, response.status_code, _body_of(response))
        return response

    return run  # type: ignore[return-value]


@contextmanager
def _bound(running: _Running) -> Iterator[_Running]:
    token = _running.set(running)
    try:
        yield running
    finally:
        _running.reset(token)


def _attempt(
    running: _Running, request: HttpRequest, run: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    try:
        return run()
    except DomainError as error:
        _settle(running.claim_id, error.status, _problem(request, error))
        raise
    except Exception:
        release(claim_id=running.claim_id)
        raise


def _settle(claim_id: UUID, status: int, body: Any) -> None:
    if status >= 300 and status not in _DEFINITE:
        release(claim_id=claim_id)
        return
    # Already answered: by the operation, or by the request that took an overdue key over.
    with suppress(StillRunning):
        _finish_alone(claim_id=claim_id, status=status, body=body, at=now())


@operation
def _finish_alone(*, claim_id: UUID, status: int, body: Any, at: datetime) -> None:
    finish(claim_id=claim_id, status=status, body=body, at=at)


def _problem(request: HttpRequest, error: DomainError) -> dict[str, Any]:
    request_id = str(request.META.get("GALLERIA_REQUEST_ID", ""))
    return dict(problem(error, path=request.path, request_id=request_id))


def _body_of(response: HttpResponseBase) -> Any:
    if hasattr(response, "data"):
        return response.data
    content = getattr(response, "content", b"")
    return json.loads(content) if content else None


def _response(answer: Answer, *, replayed: bool = False) -> HttpResponseBase:
    content_type = "application/json" if answer.status < 300 else CONTENT_TYPE
    response = JsonResponse(
        answer.body, status=answer.status, safe=False, content_type=content_type
    )
    if answer.status == 204:
        response.content = b""
    if replayed:
        response["Idempotent-Replayed"] = "true"
    return response


def _caller(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user:{user.pk}"
    session = getattr(request, "session", None)
    return f"session:{session.session_key}" if session is not None else "anonymous"
