"""Disputes: what the bank wants to know, until when, and our answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from shared_apps.gateways.errors import GatewayRefused, NotOffered
from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.ids import parse_public_id
from tenant_apps.payments import queries
from tenant_apps.payments.domain import disputes as domain
from tenant_apps.payments.forms import EvidenceForm
from tenant_apps.payments.queries import DisputeView
from tenant_apps.payments.views.manage import tell
from tenant_apps.payments.views.showing import (
    STATE_LABELS,
    TONES,
    disputes_table,
    entries_of,
    method_label,
    reason_label,
    section_tabs,
)

_STATES = ("", "open", "won", "lost")


@never_cache
@require_GET
@role_required("operator", "staff")
def disputes(request: HttpRequest) -> HttpResponse:
    """Disputes, newest first."""
    state = request.GET.get("state", "")
    state = state if state in _STATES else ""
    page = queries.disputes_page(state=state, cursor=request.GET.get("cursor", ""))
    labels = {"": _("All"), "open": _("Open"), "won": _("Won"), "lost": _("Lost")}
    context = {
        "tabs": section_tabs("disputes/"),
        "states": [(each, labels[each]) for each in _STATES],
        "state": state,
        "page": page,
        "table": disputes_table(page.items),
        "query": urlencode({"state": state}),
    }
    return render(request, "payments/manage/disputes.html", context)


@never_cache
@require_GET
@role_required("operator", "staff")
def dispute(request: HttpRequest, public: str) -> HttpResponse:
    """One dispute with its deadline and what was written so far."""
    view = queries.dispute(parse_public_id("disp", public))
    form = EvidenceForm(initial={"evidence": view.evidence})
    return render(request, "payments/manage/dispute.html", _page(view, form))


def _page(view: DisputeView, form: EvidenceForm) -> dict[str, object]:
    return {
        "dispute": view,
        "state": STATE_LABELS.get(view.state, view.state),
        "tone": TONES.get(view.state, "neutral"),
        "reason": reason_label(view.reason),
        "label": method_label(view.method),
        "form": form if view.is_answerable else None,
        "entries": entries_of(queries.dispute_moves(view.id)),
        "is_overdue": view.evidence_due_at is not None and view.evidence_due_at <= now(),
    }


@require_POST
@role_required("operator")
def answer(request: HttpRequest, public: str) -> HttpResponse:
    """POST evidence, and action=draft to keep it or action=send to send it for good."""
    view = queries.dispute(parse_public_id("disp", public))
    form = EvidenceForm(request.POST)
    is_final = request.POST.get("action") == "send"
    write = domain.answer_dispute if is_final else domain.draft_evidence
    try:
        if form.is_valid():
            text = form.cleaned_data["evidence"]
            write(dispute_id=view.id, text=text, acting=acting_as(request), at=now())
            messages.success(request, _("Sent to the bank.") if is_final else _("Kept."))
            return redirect(f"/manage/payments/disputes/{public}/")
    except NotOffered:
        form.add_error(None, _("Answer this one on the provider's own pages."))
    except DomainError as error:
        tell(form, error)
    return render(request, "payments/manage/dispute.html", _page(view, form), status=422)


@require_POST
@role_required("operator")
def accept(request: HttpRequest, public: str) -> HttpResponse:
    """Give the customer right."""
    view = queries.dispute(parse_public_id("disp", public))
    try:
        domain.accept_dispute(dispute_id=view.id, acting=acting_as(request), at=now())
    except (NotOffered, GatewayRefused):
        messages.error(request, _("The provider wants this on its own pages."))
    else:
        messages.success(request, _("Accepted. The customer keeps the money."))
    return redirect(f"/manage/payments/disputes/{public}/")
