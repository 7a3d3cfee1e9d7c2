"""Log lines as JSON, each with the tenant, request and user it is about, and without secrets."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from contextvars import ContextVar
from typing import Any

import structlog
from django.http import HttpRequest

from config.redaction import redacted
from shared_apps.kernel.context import TenantContext, current_scope

EventDict = MutableMapping[str, Any]
# The request being answered, for the user's id; set by config.requests.
current_request: ContextVar[HttpRequest | None] = ContextVar("galleria_request", default=None)


def add_scope(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Name the bound tenant by slug and schema, or the platform."""
    scope = current_scope()
    if isinstance(scope, TenantContext):
        event.setdefault("tenant", scope.slug)
        event.setdefault("schema", scope.schema)
    elif scope is not None:
        event.setdefault("tenant", "platform")
    return event


def add_user(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Name the signed-in user by id, if this request has already looked them up."""
    user = getattr(current_request.get(), "_cached_user", None)
    if user is not None and user.is_authenticated:
        event.setdefault("user", str(user.pk))
    return event


def redact(_logger: Any, _method: str, event: EventDict) -> Mapping[str, Any]:
    """Replace what nobody may read in a log."""
    cleaned = redacted(dict(event))
    return cleaned if isinstance(cleaned, dict) else {}


_COMMON: Sequence[Any] = (
    structlog.contextvars.merge_contextvars,
    add_scope,
    add_user,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure_structlog() -> None:
    """Send structlog's own lines through the standard library, so that all look alike."""
    structlog.configure(
        processors=[*_COMMON[:-2], _COMMON[-1], _for_formatter()],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _for_formatter() -> Any:
    return structlog.stdlib.ProcessorFormatter.wrap_for_formatter


def logging_settings(level: str) -> dict[str, Any]:
    """Django's LOGGING: one JSON line an entry on standard error."""
    quiet = {"level": "WARNING", "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": "structlog.stdlib.ProcessorFormatter",
                "foreign_pre_chain": list(_COMMON),
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    redact,
                    structlog.processors.JSONRenderer(default=str, ensure_ascii=False),
                ],
            }
        },
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["lines"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "celery.app.trace": quiet,
            # Two lines a call otherwise, and one with the provider's message for each refusal we handle.
            "stripe": quiet,
            "celery.worker.strategy": quiet,
        },
    }
