"""The operator's first page, the search of the top bar, and the plan."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.identity.queries import people_page
from shared_apps.kernel.context import current_tenant
from tenant_apps.catalog.queries import moderation_queue
from tenant_apps.manage.queries.overview import overview
from tenant_apps.partners.queries import partners_page

FOUND_MAX = 8


@never_cache
@require_safe
@role_required("operator", "staff")
def dashboard(request: HttpRequest) -> HttpResponse:
    return render(request, "manage/dashboard.html", {"overview": overview(acting_as(request))})


@never_cache
@require_safe
@role_required("operator", "staff")
def search(request: HttpRequest) -> HttpResponse:
    """Products, shops and people whose names hold the words."""
    query = request.GET.get("q", "").strip()
    context: dict[str, object] = {"asked": query}
    if query:
        context |= {
            "products": moderation_queue(state="", query=query, limit=FOUND_MAX).items,
            "partners": partners_page(query=query, limit=FOUND_MAX).items,
            "people": people_page(query=query, limit=FOUND_MAX).items,
        }
    return render(request, "manage/search.html", context)


@never_cache
@require_safe
@role_required("operator", "staff")
def subscription(request: HttpRequest) -> HttpResponse:
    """What the plan grants, and the way to invoices on the platform's own host."""
    tier = current_tenant().tier
    context = {
        "tier": tier,
        "rates": sorted(tier.take_rates_bps.items()),
        "limits": sorted((n, v) for n, v in tier.limits.items() if n in {"listings", "staff"}),
        "is_operator": acting_as(request).has_role("operator"),
    }
    return render(request, "manage/subscription.html", context)
