"""What Flutterwave's answers mean for us. Its envelope is `{status, message, data}`."""

from __future__ import annotations

from typing import Any

from shared_apps.gateways.errors import CredentialsRefused, GatewayRefused
from shared_apps.gateways.web import Answer

_NO_ENTRY = frozenset({401, 403})


def data_of(answer: Answer) -> Any:
    """The data of a yes. CredentialsRefused or GatewayRefused for a no."""
    if is_yes(answer):
        return answer.body.get("data")
    family = CredentialsRefused if answer.status in _NO_ENTRY else GatewayRefused
    raise family(
        str(answer.body.get("message") or f"Flutterwave answered {answer.status}"),
        provider="flutterwave",
        provider_code=str(answer.status),
    )


def is_yes(answer: Answer) -> bool:
    return answer.is_success and answer.body.get("status") == "success"


def is_unknown(answer: Answer) -> bool:
    """Whether the thing asked for does not exist, rather than anything being wrong."""
    message = str(answer.body.get("message", "")).lower()
    return answer.status in {400, 404} and ("no transaction" in message or "not found" in message)
