"""What PayPal's answers mean for us: `{name, details: [{issue}]}`, and `{error}` where it signs us in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared_apps.gateways.errors import (
    CredentialsRefused,
    GatewayBusy,
    GatewayRefused,
    IdempotencyKeyReused,
    PaymentDeclined,
)
from shared_apps.gateways.web import Answer
from shared_apps.kernel.errors import DomainError

_NO_ENTRY = frozenset({401, 403})
_CONFLICT = 409
_KEY_TAKEN = frozenset({"PAYPAL_REQUEST_ID_PREVIOUSLY_USED", "DUPLICATE_REQUEST_ID"})
_DECLINED = frozenset(
    {
        "INSTRUMENT_DECLINED",
        "PAYER_CANNOT_PAY",
        "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
        "TRANSACTION_REFUSED",
    }
)


def issues_of(answer: Answer) -> list[str]:
    """PayPal's own words for what is wrong, the most exact first."""
    details = answer.body.get("details") or []
    named = [str(each.get("issue", "")) for each in details if isinstance(each, dict)]
    return [*named, str(answer.body.get("name") or answer.body.get("error") or answer.status)]


def refused(answer: Answer) -> DomainError:
    """The family of a no. A request id still at work (409) says that nothing more was done."""
    issues = issues_of(answer)
    family: type[DomainError] = GatewayRefused
    if answer.status in _NO_ENTRY:
        family = CredentialsRefused
    elif answer.status == _CONFLICT:
        family = GatewayBusy
    elif _KEY_TAKEN & set(issues):
        family = IdempotencyKeyReused
    elif _DECLINED & set(issues):
        family = PaymentDeclined
    text = answer.body.get("message") or answer.body.get("error_description") or issues[0]
    return family(
        f"{text} ({issues[0]})",
        provider="paypal",
        provider_code=issues[0],
        provider_request=str(answer.body.get("debug_id", "")),
    )


def body_of(answer: Answer) -> Mapping[str, Any]:
    """The object of a yes; raises the family of a no."""
    if answer.is_success:
        return answer.body
    raise refused(answer)
