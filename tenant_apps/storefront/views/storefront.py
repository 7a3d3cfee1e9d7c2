"""The pages of a shopper: each asks one question and shows the answer."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shared_apps.kernel.clock import now
from tenant_apps.storefront.queries.addresses import absolute
from tenant_apps.storefront.queries.asked import Asked, read
from tenant_apps.storefront.queries.details import product_page
from tenant_apps.storefront.queries.home import home_page
from tenant_apps.storefront.queries.listings import (
    all_categories,
    category_listing,
    search_listing,
    suggested,
)
from tenant_apps.storefront.queries.shops import shop_page, shops_page
from themes.queries import active_design


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The sections that the operator arranged."""
    found = home_page(active_design(), fresh=_fresh(request))
    return _page(request, "home", {"page": found, "canonical": absolute("/")})


@require_safe
def categories(request: HttpRequest) -> HttpResponse:
    context = {
        "tiles": all_categories(fresh=_fresh(request)),
        "canonical": absolute("/categories/"),
    }
    return _page(request, "categories", context)


@require_safe
def category(request: HttpRequest, path: str) -> HttpResponse:
    found = category_listing(path, _asked(request), fresh=_fresh(request))
    canonical = absolute(f"/c/{found.category.path}/")
    context = {"page": found, "listing": found.listing, "canonical": canonical}
    return _page(request, "category", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    listing = search_listing(_asked(request), fresh=_fresh(request))
    return _page(request, "search", {"listing": listing, "canonical": absolute("/search/")})


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """A fragment of links for the box under the search field."""
    found = suggested(request.GET.get("q", ""))
    return _page(request, "suggestions", {"found": found})


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    chosen = request.GET.get("variant", "")
    found = product_page(slug, chosen=chosen, fresh=_fresh(request))
    return _page(request, "product", {"page": found, "canonical": found.canonical})


@require_safe
def shops(request: HttpRequest) -> HttpResponse:
    found = shops_page(cursor=request.GET.get("cursor", ""), fresh=_fresh(request))
    return _page(request, "shops", {"page": found, "canonical": absolute("/shops/")})


@require_safe
def shop(request: HttpRequest, slug: str) -> HttpResponse:
    cursor = request.GET.get("cursor", "")
    found = shop_page(slug, at=now(), cursor=cursor, fresh=_fresh(request))
    return _page(request, "shop", {"page": found, "canonical": found.canonical})


def _fresh(request: HttpRequest) -> bool:
    """Whoever is signed in sees what is there now; visitors may share what others saw seconds ago."""
    return request.user.is_authenticated


def _asked(request: HttpRequest) -> Asked:
    return read(request.GET.lists())


def _page(request: HttpRequest, name: str, context: Mapping[str, object]) -> HttpResponse:
    return render(request, f"storefront/{name}.html", dict(context))
