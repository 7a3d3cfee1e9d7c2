"""How a gateway can fail, in words that mean the same for every provider.

What matters to a caller is whether anything happened on the other side: `PaymentDeclined`,
`NotOffered`, `GatewayRefused`, `CredentialsRefused`, `IdempotencyKeyReused` and `GatewayBusy` say that
nothing did; `OutcomeUnknown` says that nobody knows, so ask again with the same idempotency key or
re-fetch, and never start anew.
"""

from __future__ import annotations

from shared_apps.kernel.errors import (
    Conflict,
    DomainError,
    PaymentRequired,
    Unavailable,
    Unprocessable,
)


class PaymentDeclined(PaymentRequired):
    """The bank or the provider said no to this means of payment; another one may do."""

    code = "payment_declined"
    title = "The payment was declined"


class AuthenticationNeeded(PaymentDeclined):
    """The bank wants to ask the customer, who is not here: start a payment and send them its page."""

    code = "payment_authentication_needed"
    title = "The bank wants the customer to confirm this payment"


class NotOffered(Unprocessable):
    """This provider cannot do this at all; nothing was sent. Ask its `Capabilities` first."""

    code = "gateway_does_not_offer"
    title = "This payment provider does not offer this"


class GatewayRefused(Unprocessable):
    """The provider understood the request and will not do it: a fault of ours or of the state there."""

    code = "gateway_refused"
    title = "The payment provider refused the request"


class CredentialsRefused(Unprocessable):
    """The provider does not accept the operator's keys, or they lack a permission."""

    code = "gateway_credentials_refused"
    title = "The payment provider does not accept these keys"


class IdempotencyKeyReused(Conflict):
    """One idempotency key, two different requests: a bug of the caller, nothing was done."""

    code = "gateway_idempotency_key_reused"
    title = "This payment request was already sent with other contents"


class GatewayBusy(Unavailable):
    """The provider turned the request away before doing anything; the same request may be sent later."""

    code = "gateway_busy"
    title = "The payment provider is busy"


class OutcomeUnknown(Unavailable):
    """No trustworthy answer came back. The request may have taken effect."""

    code = "gateway_outcome_unknown"
    title = "The payment provider did not answer"


class WebhookRefused(DomainError):
    """The message does not carry a signature that one of the known secrets explains, or is malformed."""

    code = "webhook_refused"
    title = "The message could not be verified"
    status = 400


class GatewayUnknown(Unprocessable):
    """No adapter of this name."""

    code = "gateway_unknown"
    title = "There is no such payment provider"
