"""What may go wrong and is expected: one class a failure, rendered once as a problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class DomainError(Exception):
    """An anticipated failure that its reader can act on.

    `code` is the stable machine word, `title` the sentence of the kind, `detail` that of the
    occurrence (what to do next), `members` what a program needs to react.
    """

    code: ClassVar[str] = "domain_error"
    title: ClassVar[str] = "The request could not be carried out"
    status: ClassVar[int] = 400

    def __init__(self, detail: str = "", **members: Any) -> None:
        self.detail = detail or self.title
        self.members = members
        super().__init__(self.detail)


class NotAllowed(DomainError):
    code, title, status = "access_denied", "This is not allowed", 403


class NotFound(DomainError):
    code, title, status = "record_not_found", "There is no such thing here", 404


class Conflict(DomainError):
    code, title, status = "conflict", "Something changed in the meantime", 409


class Gone(DomainError):
    code, title, status = "gone", "This is no longer here", 410


class Unprocessable(DomainError):
    """Well-formed input that breaks a rule; `errors` maps a field to its messages."""

    code, title, status = "validation_error", "Some values need another look", 422

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Mapping[str, Sequence[str]] | None = None,
        **members: Any,
    ) -> None:
        self.errors = {field: list(messages) for field, messages in (errors or {}).items()}
        super().__init__(detail, **members)


class PaymentRequired(DomainError):
    code, title, status = "payment_failed", "The payment did not go through", 402


class TooMany(DomainError):
    code, title, status = "rate_limit_exceeded", "Too many requests", 429


class Unavailable(DomainError):
    code, title, status = "unavailable", "This part is not available at the moment", 503


class InvariantBroken(RuntimeError):
    """A promise of our own code was broken: always a defect, always reported."""


def invariant(condition: object, message: str) -> None:
    """Raise InvariantBroken unless the condition holds; works under `python -O` too."""
    if not condition:
        raise InvariantBroken(message)
