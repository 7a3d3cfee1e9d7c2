"""The API framework, fitted to the house: who calls, and how errors look."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from rest_framework import authentication, exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from shared_apps.identity.domain.tokens import Claims, looks_like_access, verify_access
from shared_apps.identity.models import User
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import TenantContext, current_scope
from shared_apps.kernel.errors import (
    DomainError,
    NotAllowed,
    NotFound,
    TooMany,
    Unprocessable,
)
from shared_apps.kernel.problems import CONTENT_TYPE, problem
from tenant_apps.integrations.domain.keys import (
    KeyClaims,
    looks_like_key,
    require_scope,
    verify_key,
)


class AuthenticationRequired(NotAllowed):
    code, title, status = "authentication_required", "Sign in or send a token", 401


class BadRequest(DomainError):
    code, title, status = "bad_request", "This request cannot be read", 400


class MethodNotAllowed(DomainError):
    code, title, status = "method_not_allowed", "This address does not take that method", 405


class UnsupportedMedia(DomainError):
    code, title, status = "unsupported_media_type", "This address does not read that format", 415


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <access token>` of this tenant; other bearers are left to others."""

    def authenticate(self, request: Request) -> tuple[User, Claims] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not looks_like_access(token):
            return None
        return verify_access(token=token, at=now())

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class KeyAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer sk_...` acts as its owner within its scopes; `pk_...` as nobody."""

    def authenticate(self, request: Request) -> tuple[User | AnonymousUser, KeyClaims] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if (
            scheme.lower() != "bearer"
            or not looks_like_key(token)
            or not isinstance(current_scope(), TenantContext)
        ):
            return None
        user, claims = verify_key(token=token, at=now())
        require_scope(claims, method=str(request.method), path=request.path)
        return (user if claims.kind == "secret" else AnonymousUser()), claims

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session, CSRF checked; says 401, not 403, to the unknown."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every anticipated failure becomes a problem document."""
    known = _as_domain_error(error)
    if known is None:
        return None
    request: Request = context["request"]
    body = problem(known, path=request.path, request_id=request.META.get("GALLERIA_REQUEST_ID", ""))
    headers = {"WWW-Authenticate": 'Bearer realm="api"'} if known.status == 401 else None
    return Response(body, status=known.status, content_type=CONTENT_TYPE, headers=headers)


def _as_domain_error(error: Exception) -> DomainError | None:
    if isinstance(error, DomainError):
        return error
    if isinstance(error, Http404):
        return NotFound()
    if isinstance(error, exceptions.ValidationError):
        return Unprocessable(errors=_flat(error.detail))
    for kind, known in _KNOWN.items():
        if isinstance(error, kind):
            return known(str(error.detail))
    return None


_KNOWN: dict[type[exceptions.APIException], type[DomainError]] = {
    exceptions.NotAuthenticated: AuthenticationRequired,
    exceptions.AuthenticationFailed: AuthenticationRequired,
    exceptions.PermissionDenied: NotAllowed,
    exceptions.NotFound: NotFound,
    exceptions.Throttled: TooMany,
    exceptions.MethodNotAllowed: MethodNotAllowed,
    exceptions.UnsupportedMediaType: UnsupportedMedia,
    exceptions.APIException: BadRequest,
}


def _flat(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for key, value in detail.items():
            found |= _flat(value, f"{prefix}.{key}" if prefix else str(key))
        return found
    if isinstance(detail, list) and any(isinstance(item, (dict, list)) for item in detail):
        found = {}
        for index, value in enumerate(detail):
            found |= _flat(value, f"{prefix}.{index}" if prefix else str(index))
        return found
    messages = detail if isinstance(detail, list) else [detail]
    return {prefix or "body": [str(message) for message in messages]}
