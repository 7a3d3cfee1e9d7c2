"""What Stripe's errors mean for us: did it happen, did it not, or does nobody know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import stripe

from shared_apps.gateways.errors import (
    AuthenticationNeeded,
    CredentialsRefused,
    GatewayBusy,
    GatewayRefused,
    IdempotencyKeyReused,
    OutcomeUnknown,
    PaymentDeclined,
)
from shared_apps.kernel.errors import DomainError

# The bank would say yes if its customer were asked.
AUTHENTICATION_REQUIRED = "authentication_required"
FAMILIES: tuple[tuple[type[stripe.StripeError], type[DomainError]], ...] = (
    (stripe.CardError, PaymentDeclined),
    (stripe.IdempotencyError, IdempotencyKeyReused),
    (stripe.RateLimitError, GatewayBusy),
    (stripe.AuthenticationError, CredentialsRefused),
    (stripe.PermissionError, CredentialsRefused),
    (stripe.InvalidRequestError, GatewayRefused),
)


def translated(error: stripe.StripeError) -> DomainError:
    """The family of a Stripe error. 409 (same key still running), 5xx and lost connections are unknown outcomes."""
    status = error.http_status or 0
    family: type[DomainError] = OutcomeUnknown
    if status not in {0, 409} and status < 500:
        family = next(
            (ours for theirs, ours in FAMILIES if isinstance(error, theirs)), OutcomeUnknown
        )
    if family is PaymentDeclined and error.code == AUTHENTICATION_REQUIRED:
        family = AuthenticationNeeded
    return family(
        error.user_message or type(error).__name__,
        provider="stripe",
        provider_code=error.code or "",
        provider_request=error.request_id or "",
    )


@contextmanager
def stripe_errors() -> Iterator[None]:
    """Everything Stripe's library raises inside leaves as one of our families."""
    try:
        yield
    except stripe.StripeError as error:
        raise translated(error) from error
