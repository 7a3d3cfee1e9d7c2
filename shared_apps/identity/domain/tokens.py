"""Tokens of the API: a signed access token for 15 minutes, a rotating refresh token for 30 days."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings

from shared_apps.audit.domain.records import record
from shared_apps.identity.domain.actors import actor_of, default_role
from shared_apps.identity.models import RefreshToken, User
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import TenantContext, required_scope
from shared_apps.kernel.crypto import digest
from shared_apps.kernel.errors import NotAllowed
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step

ACCESS_LIFE = timedelta(minutes=15)
REFRESH_LIFE = timedelta(days=30)
_ISSUER = "galleria"
_ALGORITHM = "HS256"
_REQUIRED = ["iss", "aud", "tid", "sub", "sah", "iat", "exp"]
_JWT_PARTS = 3


class BadToken(NotAllowed):
    code, title, status = "bad_token", "This token is not valid here", 401


class TokenReused(BadToken):
    code, title = "token_reused", "This refresh token was used before; sign in again"


@dataclass(frozen=True, slots=True)
class TokenPair:
    access: str
    refresh: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid access token says; the roles in it are only a hint for the client."""

    user_id: UUID
    active_role: str
    expires_at: int


def looks_like_access(token: str) -> bool:
    """Whether a bearer token is a JWT, and not an API key (rule)."""
    return token.count(".") == _JWT_PARTS - 1


@operation
def issue_tokens(*, user: User, at: datetime) -> TokenPair:
    """Start a family of tokens for somebody who proved who they are: row, audit record."""
    family = uuid7()
    pair = _pair(user=user, family=family, at=at)
    record(
        "identity.token.issue",
        subject=Ref("identity.user", str(user.id)),
        acting=actor_of(user),
        at=at,
        changes={"family": str(family)},
    )
    return pair


def refresh_tokens(*, refresh: str, at: datetime) -> TokenPair:
    """Swap a refresh token for the next pair (journey of one operation).

    A second use ends the whole family, whoever makes it. Raises BadToken and TokenReused.
    """
    pair, reused = _rotate(refresh=refresh, at=at)
    if reused:
        raise TokenReused
    if pair is None:
        raise BadToken
    return pair


@operation
def _rotate(*, refresh: str, at: datetime) -> tuple[TokenPair | None, bool]:
    """Lock the token, retire it, write its successor; (None, True) means reuse, family ended."""
    token = _locked(refresh)
    if token is None or token.revoked_at or token.expires_at <= at or not token.user.is_active:
        return None, False
    if token.used_at:
        _revoke_family(token.family, at=at)
        record(
            "identity.token.reuse",
            subject=Ref("identity.user", str(token.user_id)),
            acting=actor_of(token.user),
            at=at,
            changes={"family": str(token.family)},
        )
        return None, True
    RefreshToken.objects.filter(id=token.id).update(used_at=at)
    return _pair(user=token.user, family=token.family, at=at), False


@operation
def revoke_tokens(*, refresh: str, at: datetime) -> None:
    """Sign out: end the family of a refresh token; an unknown token changes nothing."""
    token = _locked(refresh)
    if token is not None:
        _revoke_family(token.family, at=at)


@operation
def revoke_all_tokens(*, user_id: UUID, acting: Actor, at: datetime) -> None:
    """End every family of a person: after a new password, or when they ask. Audit record."""
    ended = RefreshToken.objects.filter(user_id=user_id, revoked_at=None).update(revoked_at=at)
    if ended:
        record(
            "identity.token.revoke_all",
            subject=Ref("identity.user", str(user_id)),
            acting=acting,
            at=at,
            changes={"count": ended},
        )


def verify_access(*, token: str, at: datetime) -> tuple[User, Claims]:
    """The person behind an access token of the bound tenant; one query.

    Raises BadToken for another algorithm, key, tenant or host, for an expired token, a person
    who is gone, and a password that was changed since.
    """
    claims = _decoded(token, at=at)
    user = User.objects.filter(id=claims["sub"], is_active=True).first()
    if user is None or not secrets.compare_digest(str(claims["sah"]), _session_mark(user)):
        raise BadToken
    return user, Claims(user.id, str(claims.get("active_role", "")), int(claims["exp"]))


def _decoded(token: str, *, at: datetime) -> dict[str, Any]:
    place, host = _place()
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(),
            algorithms=[_ALGORITHM],
            audience=host,
            issuer=_ISSUER,
            # Time is judged below, by the clock that the caller hands in.
            options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False},
        )
        UUID(claims["sub"])
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError) as error:
        raise BadToken from error
    moment = at.timestamp()
    if claims["tid"] != place or not isinstance(claims["exp"], int):
        raise BadToken
    if claims["exp"] <= moment or claims["iat"] > moment + 60:
        raise BadToken("This token has expired")
    return claims


@step
def _pair(*, user: User, family: UUID, at: datetime) -> TokenPair:
    """The next tokens of a family; only the refresh token's digest is written."""
    secret = f"rt_{secrets.token_urlsafe(32)}"
    RefreshToken.objects.create(
        family=family,
        user=user,
        digest=_digest(secret),
        issued_at=at,
        expires_at=at + REFRESH_LIFE,
    )
    return TokenPair(_access(user, at=at), secret, int(ACCESS_LIFE.total_seconds()))


def _access(user: User, *, at: datetime) -> str:
    place, host = _place()
    claims = {
        "iss": _ISSUER,
        "aud": host,
        "tid": place,
        "sub": str(user.id),
        "sah": _session_mark(user),
        "roles": sorted(user.roles),
        "active_role": default_role(user.roles),
        "iat": int(at.timestamp()),
        "exp": int((at + ACCESS_LIFE).timestamp()),
    }
    return jwt.encode(claims, _key(), algorithm=_ALGORITHM)


def _place() -> tuple[str, str]:
    """Whose tokens these are and the host they hold for: a tenant's, or the console's."""
    scope = required_scope()
    if isinstance(scope, TenantContext):
        return str(scope.id), scope.host
    return "platform", f"console.{settings.GALLERIA_ROOT_HOST}"


def _key() -> str:
    """The scope's own signing key, derived from the secret key."""
    return digest("key", "identity.jwt")


def _digest(refresh: str) -> str:
    return digest(refresh, "identity.refresh")


def _session_mark(user: User) -> str:
    """Changes with the password, as the session's own hash does."""
    return str(user.get_session_auth_hash())[:16]


def _locked(refresh: str) -> RefreshToken | None:
    return (
        RefreshToken.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(digest=_digest(refresh))
        .first()
    )


def _revoke_family(family: UUID, *, at: datetime) -> None:
    RefreshToken.objects.filter(family=family, revoked_at=None).update(revoked_at=at)
