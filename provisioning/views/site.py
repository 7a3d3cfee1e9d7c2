"""The root host: what Galleria is, signing up, and an owner's marketplaces."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from billing.queries import tiers_on_sale
from provisioning.domain.owners import SignUp, require_free, sign_up
from provisioning.domain.signup import TenantOrder, host_of, provision_tenant
from provisioning.forms import MarketplaceForm, SignUpForm
from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.domain.handover import issue_handover
from shared_apps.identity.domain.links import host_url
from shared_apps.identity.models import User
from shared_apps.identity.permissions import owner_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError, NotFound
from tenants.lifecycle import SERVED
from tenants.queries import owned_by

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "provisioning/site/home.html", {"tiers": tiers_on_sale()})


@require_GET
def pricing(request: HttpRequest) -> HttpResponse:
    return render(request, "provisioning/site/pricing.html", {"tiers": tiers_on_sale()})


@require_GET
def check_slug(request: HttpRequest) -> HttpResponse:
    """Says while one types whether a name is free: a line for the page, JSON for programs."""
    try:
        slug = require_free(request.GET.get("slug", ""))
        answer: dict[str, Any] = {"free": True, "slug": slug, "host": host_of(slug)}
    except DomainError as error:
        answer = {"free": False, "code": error.code, "detail": error.detail}
    if request.headers.get("HX-Request"):
        return render(request, "provisioning/site/_slug.html", answer)
    return JsonResponse(answer)


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponseBase:
    """Sign up: an account and a live marketplace in one step."""
    if request.user.is_authenticated:
        return _start_another(request)
    form = SignUpForm(request.POST or None, initial={"look": request.GET.get("look", "hearth")})
    if request.method == "POST" and form.is_valid():
        try:
            owner_id, tenant = sign_up(form=_sign_up_of(form), at=now())
        except DomainError as error:
            form.add_error("email" if error.code == "email_taken" else "slug", error.detail)
        else:
            login(request, User.objects.get(pk=owner_id), backend=BACKEND)
            return redirect(reverse("site-marketplace", args=[tenant.slug]))
    status = 422 if form.is_bound else 200
    return render(request, "provisioning/site/sign_up.html", {"form": form}, status=status)


@owner_required
def _start_another(request: HttpRequest) -> HttpResponse:
    form = MarketplaceForm(request.POST or None)
    user = request.user
    if request.method == "POST" and form.is_valid() and isinstance(user, User):
        order = _order_of(form, user.email, user.name, str(user.id), user.password)
        try:
            tenant = provision_tenant(order=order, acting=acting_as(request), at=now())
        except DomainError as error:
            form.add_error("slug", error.detail)
        else:
            return redirect(reverse("site-marketplace", args=[tenant.slug]))
    status = 422 if form.is_bound else 200
    return render(request, "provisioning/site/sign_up.html", {"form": form}, status=status)


def _sign_up_of(form: SignUpForm) -> SignUp:
    data = form.cleaned_data
    return SignUp(_order_of(form, data["email"], data["owner_name"], "", "!"), data["password"])


def _order_of(
    form: MarketplaceForm, email: str, name: str, owner_id: str, encoded: str
) -> TenantOrder:
    data = form.cleaned_data
    return TenantOrder(
        slug=data["slug"],
        name=data["name"],
        owner_email=email,
        owner_name=name,
        owner_id=owner_id,
        owner_password=encoded,
        currency=data["currency"],
        theme=data["look"],
        preset="shop-first",
    )


@require_GET
@owner_required
def marketplaces(request: HttpRequest) -> HttpResponse:
    rows = [
        {"tenant": tenant, "url": host_url(tenant.host, "/"), "served": tenant.state in SERVED}
        for tenant in owned_by(_owner_id(request))
    ]
    return render(request, "provisioning/site/marketplaces.html", {"rows": rows})


@require_GET
@owner_required
def marketplace(request: HttpRequest, slug: str) -> HttpResponse:
    """Leads an owner into their back office, once the marketplace answers.

    By Refresh, not by redirect: a form may not end on another origin (form-action 'self').
    """
    tenant = _own(request, slug)
    address = ""
    if tenant.state in SERVED:
        owner_id = _owner_id(request)
        address = issue_handover(to=tenant, user_id=owner_id, path="/manage/", at=now())
    context = {"tenant": tenant, "address": address}
    response = render(request, "provisioning/site/opening.html", context)
    response["Refresh"] = f"0; url={address}" if address else "2"
    response["Cache-Control"] = "no-store"
    return response


def _own(request: HttpRequest, slug: str) -> Any:
    tenant = next((one for one in owned_by(_owner_id(request)) if one.slug == slug), None)
    if tenant is None:
        raise NotFound("There is no such marketplace among yours")
    return tenant


def _owner_id(request: HttpRequest) -> Any:
    return request.user.pk
