"""The customer's saved cards."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from shared_apps.identity.permissions import signed_in
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import parse_public_id
from tenant_apps.payments import queries
from tenant_apps.payments.domain import saving
from tenant_apps.payments.views.showing import method_label


@never_cache
@require_GET
@signed_in
def cards(request: HttpRequest) -> HttpResponse:
    methods = [(each, method_label(each.method)) for each in queries.saved_methods(_me(request))]
    return render(request, "payments/storefront/cards.html", {"methods": methods})


@require_POST
@signed_in
def change_card(request: HttpRequest, public: str, change: str) -> HttpResponse:
    """Use a card first (default), or have it forgotten (removal)."""
    method_id = parse_public_id("pm", public)
    if change == "default":
        saving.make_default(user_id=_me(request), method_id=method_id, at=now())
        messages.success(request, _("This card is used first now."))
    elif change == "removal":
        saving.forget_method(user_id=_me(request), method_id=method_id, at=now())
        messages.success(request, _("The card is forgotten."))
    else:
        raise saving.MethodUnknown
    return redirect("/account/cards/")


def _me(request: HttpRequest) -> UUID:
    user_id: UUID = request.user.pk  # type: ignore[assignment]
    return user_id
