"""What Paystack's answers mean for us. Its envelope is `{status, message, data}`; `code` names some errors."""

from __future__ import annotations

from typing import Any

from shared_apps.gateways.errors import CredentialsRefused, GatewayRefused
from shared_apps.gateways.web import Answer

_NO_ENTRY = frozenset({401, 403})
_DUPLICATE = "duplicate"


def data_of(answer: Answer) -> Any:
    """The data of a yes. CredentialsRefused or GatewayRefused for a no."""
    if answer.is_success and answer.body.get("status") is True:
        return answer.body.get("data")
    family = CredentialsRefused if answer.status in _NO_ENTRY else GatewayRefused
    raise family(
        str(answer.body.get("message") or f"Paystack answered {answer.status}"),
        provider="paystack",
        provider_code=str(answer.body.get("code") or answer.status),
    )


def is_duplicate(answer: Answer) -> bool:
    """Whether a reference was refused because it is taken."""
    return answer.status == 400 and _DUPLICATE in str(answer.body.get("message", "")).lower()
