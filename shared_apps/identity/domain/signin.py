"""The last checks between a right password and the tokens of the API."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from shared_apps.identity.domain.tokens import TokenPair, issue_tokens
from shared_apps.identity.models import User
from shared_apps.kernel.errors import NotAllowed, TooMany


class WrongCredentials(NotAllowed):
    code, title, status = "wrong_credentials", "E-mail address or password is not correct", 401


class EmailNotVerified(NotAllowed):
    code, title = "email_not_verified", "Confirm your e-mail address first"


class SecondFactorRequired(NotAllowed):
    code, title, status = "second_factor_required", "Send the code of your authenticator too", 401


class TooManyAttempts(TooMany):
    code, title = "rate_limit_exceeded", "Too many failed attempts; try again later"


def sign_in_for_tokens(*, user: User | None, code: str, at: datetime) -> TokenPair:
    """Start a family of tokens for somebody whose password was right (None = it was not).

    A journey of one operation. Raises WrongCredentials, EmailNotVerified and
    SecondFactorRequired.
    """
    if user is None:
        raise WrongCredentials
    if not EmailAddress.objects.filter(user=user, verified=True).exists():
        raise EmailNotVerified
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if factor is not None and not (code and TOTP(factor).validate_code(code)):
        raise SecondFactorRequired
    return issue_tokens(user=user, at=at)
