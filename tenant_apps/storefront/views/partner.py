"""The first page of the partner centre."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from tenant_apps.partners.queries import partner_of
from tenant_apps.storefront.queries.workplace import workplace


@never_cache
@require_safe
@role_required("vendor")
def dashboard(request: HttpRequest) -> HttpResponse:
    """What to do today; who has no shop yet is led to the application."""
    acting = acting_as(request)
    partner = partner_of(acting.id)
    if partner is None:
        return redirect("/partner/apply/")
    return render(
        request, "storefront/partner/dashboard.html", {"work": workplace(partner, acting)}
    )
