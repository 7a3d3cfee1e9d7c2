"""A DomainError as the outside sees it: RFC 9457 problem+json, plus the members of our API."""

from __future__ import annotations

from typing import Any

from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError, Unprocessable

CONTENT_TYPE = "application/problem+json"


def problem(error: DomainError, *, path: str, request_id: str = "") -> dict[str, Any]:
    """The problem document of an error.

    `type`, `title`, `status`, `detail`, `instance` are RFC 9457's; `code`, `message`,
    `timestamp`, `path`, `request_id` and `errors` are members that our API promises.
    """
    body: dict[str, Any] = {
        "type": f"urn:galleria:problem:{error.code.replace('_', '-')}",
        "title": str(error.title),
        "status": error.status,
        "detail": str(error.detail),
        "instance": path,
        "code": error.code,
        "message": str(error.detail),
        "timestamp": now().isoformat(),
        "path": path,
        "request_id": request_id,
    }
    if isinstance(error, Unprocessable) and error.errors:
        body["errors"] = [
            {"pointer": f"/{field.replace('.', '/')}", "detail": str(message)}
            for field, messages in error.errors.items()
            for message in messages
        ]
    return {**error.members, **body}
