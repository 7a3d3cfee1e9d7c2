"""Defect reports: what our code promised and broke, with the tenant's name and no person's."""

from __future__ import annotations

from typing import Any

import sentry_sdk
import structlog

from config.redaction import redacted
from shared_apps.kernel.context import TenantContext, current_scope
from shared_apps.kernel.errors import DomainError


def start_reporting(dsn: str, **options: Any) -> None:
    """Report defects of this process to `dsn`; nothing when it is empty."""
    if not dsn:
        return
    sentry_sdk.init(
        dsn,
        before_send=before_send,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        **options,
    )


def before_send(event: Any, hint: dict[str, Any]) -> Any:
    """Drop anticipated failures; tag the tenant; leave out people, cookies and secrets."""
    error = (hint.get("exc_info") or (None, None, None))[1]
    if isinstance(error, DomainError):
        return None
    request = event.get("request", {})
    for name in ("cookies", "data", "env", "query_string"):
        request.pop(name, None)
    event.pop("user", None)
    cleaned = redacted(dict(event), depth=-6)
    cleaned["tags"] = {**cleaned.get("tags", {}), **_tags()}
    return cleaned


def _tags() -> dict[str, str]:
    scope = current_scope()
    tags = {"tenant": scope.slug if isinstance(scope, TenantContext) else "platform"}
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return {**tags, "request_id": str(request_id)} if request_id else tags
