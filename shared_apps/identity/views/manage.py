"""The operator about people: who has an account here and which roles they hold."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shared_apps.identity.domain import people as accounts
from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.models import Role
from shared_apps.identity.permissions import role_required
from shared_apps.identity.queries import PersonCard, count_by_role, people_page
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.refusals import told_at

PLACE = "/manage/people/"
SHOWN = (Role.OPERATOR, Role.STAFF, Role.VENDOR, Role.CUSTOMER)


@never_cache
@require_safe
@role_required("operator", "staff")
def people(request: HttpRequest) -> HttpResponse:
    role, query = request.GET.get("role", ""), request.GET.get("q", "")
    role = role if role in Role.values else ""
    page = people_page(role=role, query=query, cursor=request.GET.get("cursor", ""))
    counts = count_by_role()
    tabs = [{"label": _("All"), "url": PLACE, "current": not role, "count": None}] + [
        {
            "label": each.label,
            "url": f"{PLACE}?role={each.value}",
            "current": each.value == role,
            "count": counts.get(each.value, 0),
        }
        for each in SHOWN
    ]
    context = {
        "page": page,
        "rows": [_row(card) for card in page.items],
        "tabs": tabs,
        "role": role,
        "query": urlencode({"role": role, "q": query}),
        "may_grant": acting_as(request).has_role(Role.OPERATOR),
    }
    return render(request, "identity/manage/people.html", context)


@require_POST
@role_required("operator")
@told_at(PLACE)
def grant(request: HttpRequest, public: str) -> HttpResponse:
    """POST role: what the person may be from now on."""
    accounts.grant_role(
        user_id=parse_public_id("user", public),
        role=request.POST.get("role", ""),
        acting=acting_as(request),
        at=now(),
    )
    messages.success(request, _("Saved."))
    return redirect(PLACE)


@require_POST
@role_required("operator")
@told_at(PLACE)
def revoke(request: HttpRequest, public: str) -> HttpResponse:
    """POST role: what the person is no longer."""
    accounts.revoke_role(
        user_id=parse_public_id("user", public),
        role=request.POST.get("role", ""),
        acting=acting_as(request),
        at=now(),
    )
    messages.success(request, _("Saved."))
    return redirect(PLACE)


def _row(card: PersonCard) -> dict[str, object]:
    """A person with the roles that may be taken and given by hand."""
    held = [Role(role) for role in card.roles]
    if Role.OPERATOR in held:
        return {"card": card, "held": held, "takes": [Role.OPERATOR], "gives": []}
    return {
        "card": card,
        "held": [role for role in Role if role in held],
        "takes": [role for role in (Role.STAFF,) if role in held],
        # Operators are chosen among the staff.
        "gives": [Role.STAFF] if Role.STAFF not in held else [Role.OPERATOR],
    }
