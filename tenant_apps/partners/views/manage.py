"""The operator about shops: who applied, who trades, who may not."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.refusals import told_at
from shared_apps.media.queries import picture_data
from tenant_apps.partners import queries
from tenant_apps.partners.domain import applications
from tenant_apps.partners.forms import DecisionForm
from tenant_apps.partners.lifecycle import PARTNER
from tenant_apps.partners.views.showing import (
    STATE_LABELS,
    STATE_TONES,
    history_entries,
    partners_table,
    state_tabs,
)
from themes.domain.pictures import stored_picture

PLACE = "/manage/partners/"


@never_cache
@require_safe
@role_required("operator", "staff")
def partners(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in STATE_LABELS else ""
    query = request.GET.get("q", "")
    page = queries.partners_page(
        state=state, kind="vendor", query=query, cursor=request.GET.get("cursor", "")
    )
    context = {
        "tabs": state_tabs(state, queries.count_by_state(), PLACE),
        "table": partners_table(page.items),
        "page": page,
        "query": urlencode({"state": state, "q": query}),
        "state": state,
    }
    return render(request, "partners/manage/partners.html", context)


@never_cache
@require_safe
@role_required("operator", "staff")
def partner(request: HttpRequest, public: str) -> HttpResponse:
    """One shop with its people, its history and what may be decided about it."""
    found = queries.partner_file(_id(public))
    file_id = found.partner.logo_file_id
    logo = picture_data([file_id] if file_id else [])
    context = {
        "partner": found.partner,
        "team": found.team,
        "entries": history_entries(found.history),
        "moves": PARTNER.moves_from(found.partner.state),
        "state": STATE_LABELS[found.partner.state],
        "tone": STATE_TONES[found.partner.state],
        "logo": stored_picture(next(iter(logo.values()), None), found.partner.name),
        "form": DecisionForm(),
    }
    return render(request, "partners/manage/partner.html", context)


@require_POST
@role_required("operator", "staff")
@told_at("/manage/partners/{public}/")
def decide(request: HttpRequest, public: str) -> HttpResponse:
    """POST decision, and a reason where the shop reads one."""
    form = DecisionForm(request.POST)
    if form.is_valid():
        _carry_out(form.cleaned_data, partner_id=_id(public), request=request)
        messages.success(request, _("Done; the shop is told."))
    return redirect(f"{PLACE}{public}/")


def _carry_out(said: dict[str, str], *, partner_id: UUID, request: HttpRequest) -> None:
    who: dict[str, Any] = {"partner_id": partner_id, "acting": acting_as(request), "at": now()}
    if said["decision"] in {"reject", "suspend"}:
        refuse = {"reject": applications.reject, "suspend": applications.suspend}
        refuse[said["decision"]](reason=said["reason"], **who)
        return
    allow = {
        "review": applications.start_review,
        "approve": applications.approve,
        "resume": applications.resume,
    }
    allow[said["decision"]](**who)


def _id(public: str) -> UUID:
    return parse_public_id(queries.ID_PREFIX, public)
