"""A person's own account: overview, role switch, hand-over between hosts."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from shared_apps.identity.domain.actors import (
    ACTIVE_ROLE,
    ON_BEHALF_OF,
    acting_as,
    active_role,
    default_role,
    switch_role,
)
from shared_apps.identity.domain.handover import Handover, issue_handover, redeem_handover
from shared_apps.identity.forms import RoleForm
from shared_apps.identity.models import Role
from shared_apps.identity.permissions import is_platform_surface, role_required, signed_in
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import PLATFORM

_IMPERSONATION_SECONDS = 30 * 60
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def account_shell(request: HttpRequest) -> dict[str, str]:
    """Context processor: the shell of the surface that an account page is shown on."""
    if is_platform_surface(request, "site"):
        return {"account_shell": "shells/site.html"}
    if is_platform_surface(request, "console"):
        return {
            "account_shell": "shells/console.html"
            if request.user.is_authenticated
            else "identity/bare_shell.html"
        }
    return {"account_shell": "shells/storefront.html"}


@require_GET
@never_cache
@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    """Who I am here, and the ways to change it."""
    context = {"role": active_role(request), "roles": _role_choices(request)}
    return render(request, "identity/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def role(request: HttpRequest) -> HttpResponse:
    """Switch between the roles I hold."""
    if request.method == "POST":
        form = RoleForm(request.POST)
        chosen = form.cleaned_data["role"] if form.is_valid() else ""
        switch_role(request, role=chosen)
        return redirect("/manage/" if chosen in {Role.OPERATOR, Role.STAFF} else "/account/")
    context = {"role": active_role(request), "roles": _role_choices(request)}
    return render(request, "identity/role.html", context)


@require_GET
@never_cache
def arrive(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in whom a hand-over of another host of ours names, and lead them on."""
    handover = redeem_handover(token=token, at=now())
    _start_session(request, handover)
    response = redirect(handover.path)
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_GET
@never_cache
@role_required(Role.OPERATOR)
def to_platform(request: HttpRequest) -> HttpResponse:
    """Lead the operator to their account and invoices on the root host.

    A link, not a form: the content policy keeps forms from leading to another host.
    """
    user_id = UUID(acting_as(request).id)
    return redirect(issue_handover(to=PLATFORM, user_id=user_id, path="/account/", at=now()))


@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """The short address that pages link to."""
    query = request.META.get("QUERY_STRING", "")
    return redirect(reverse("account_login") + (f"?{query}" if query else ""))


def _start_session(request: HttpRequest, handover: Handover) -> None:
    # A session that somebody else planted or left behind must not be taken over.
    request.session.flush()
    login(request, handover.user, backend=_BACKEND)
    request.session[ACTIVE_ROLE] = default_role(handover.user.roles)
    if handover.on_behalf_of:
        request.session[ON_BEHALF_OF] = handover.on_behalf_of
        request.session.set_expiry(_IMPERSONATION_SECONDS)


def _role_choices(request: HttpRequest) -> list[Role]:
    held = acting_as(request).roles
    return [role for role in Role if role in held]
