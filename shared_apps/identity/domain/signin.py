"""Proving who one is to the API: e-mail and password, and the second factor where there is one."""

from __future__ import annotations

from datetime import datetime

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import ValidationError
from django.http import HttpRequest

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


def sign_in_for_tokens(
    *, request: HttpRequest, email: str, password: str, code: str, at: datetime
) -> TokenPair:
    """Check the credentials, then start a family of tokens (journey).

    Failed attempts count against the same limits as the sign-in page. Raises WrongCredentials,
    EmailNotVerified, SecondFactorRequired and TooManyAttempts.
    """
    try:
        user: User | None = get_adapter().authenticate(request, email=email, password=password)
    except ValidationError as error:
        raise TooManyAttempts from error
    if user is None:
        raise WrongCredentials
    if not EmailAddress.objects.filter(user=user, verified=True).exists():
        raise EmailNotVerified
    _require_second_factor(user, code)
    return issue_tokens(user=user, at=at)


def _require_second_factor(user: User, code: str) -> None:
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if factor is not None and not (code and TOTP(factor).validate_code(code)):
        raise SecondFactorRequired
