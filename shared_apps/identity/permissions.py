"""Gates in front of views: signed in, with a role, or staff of the platform with two factors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from enum import StrEnum
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from shared_apps.identity.models import Role, User
from shared_apps.kernel.errors import NotAllowed

__all__ = [
    "MfaRequired",
    "Permission",
    "Role",
    "RoleRequired",
    "SignInRequired",
    "holds_role",
    "is_platform_surface",
    "owner_required",
    "platform_staff_required",
    "role_required",
    "signed_in",
]

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
BACK_OFFICE = frozenset({Role.OPERATOR, Role.STAFF})


class Permission(StrEnum):
    PERSON_READ = "identity:person:read"
    ROLE_GRANT = "identity:role:grant"
    ROLE_REVOKE = "identity:role:revoke"


class SignInRequired(NotAllowed):
    code, title, status = "authentication_required", "Sign in or send a token", 401


class RoleRequired(NotAllowed):
    code, title = "role_required", "This page is for another role"


class MfaRequired(NotAllowed):
    code, title = "mfa_required", "Set up a second factor first"


def may_grant_roles(user: User) -> bool:
    return user.has_role(Role.OPERATOR)


def is_platform_surface(request: HttpRequest, surface: str) -> bool:
    """Whether the request came to the root host (`site`) or to the console host (`console`)."""
    return getattr(request, "urlconf", None) == settings.GALLERIA_URLCONFS[surface]


def signed_in(view: View[P]) -> View[P]:
    """Visitors are sent to sign in (pages) or told 401 (programs)."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _sign_in(request)
        return view(request, *args, **kwargs)

    return guarded


def role_required(*roles: str) -> Callable[[View[P]], View[P]]:
    """Only for people who hold one of the roles; others get 403, visitors are sent to sign in."""
    wanted = [Role(role) for role in roles]

    def decorate(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User) or not user.is_authenticated:
                return _sign_in(request)
            if not user.has_role(*wanted):
                raise RoleRequired(f"This needs the role {' or '.join(wanted)}", roles=wanted)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def platform_staff_required(view: View[P]) -> View[P]:
    """Only for the platform's staff who have a second factor; without one they are led to it."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User) or not user.is_authenticated:
            return _sign_in(request)
        if user.kind != User.Kind.STAFF:
            raise RoleRequired("The console is for the platform's staff")
        if not _has_second_factor(user):
            if _wants_page(request):
                return redirect(reverse("mfa_activate_totp"))
            raise MfaRequired
        return view(request, *args, **kwargs)

    return guarded


def owner_required(view: View[P]) -> View[P]:
    """Only for owners of tenants, on the root host."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User) or not user.is_authenticated:
            return _sign_in(request)
        if user.kind != User.Kind.OWNER:
            raise RoleRequired("This page is for owners of a marketplace")
        return view(request, *args, **kwargs)

    return guarded


def holds_role(*roles: str) -> type[BasePermission]:
    """The same gate for API views: a permission class."""
    wanted = [Role(role) for role in roles]

    class HoldsRole(BasePermission):
        def has_permission(self, request: Request, view: object) -> bool:
            user = request.user
            return isinstance(user, User) and user.has_role(*wanted)

    return HoldsRole


class IsPlatformStaff(BasePermission):
    """For API views of the console: the platform's staff with a second factor."""

    def has_permission(self, request: Request, view: object) -> bool:
        user = request.user
        return isinstance(user, User) and user.kind == User.Kind.STAFF and _has_second_factor(user)


def _sign_in(request: HttpRequest) -> HttpResponse:
    if not _wants_page(request):
        raise SignInRequired
    return redirect_to_login(request.get_full_path(), reverse("account_login"))


def _wants_page(request: HttpRequest) -> bool:
    return not request.path.startswith("/api/") and request.accepts("text/html")


def _has_second_factor(user: User) -> bool:
    from allauth.mfa.adapter import get_adapter

    return bool(get_adapter().is_mfa_enabled(user))
