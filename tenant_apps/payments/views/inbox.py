"""What gateways told us, and how our books compare with theirs."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.outbox.queries import webhooks_page
from tenant_apps.payments import queries
from tenant_apps.payments.domain import reconciliation, webhooks
from tenant_apps.payments.views.showing import STATE_LABELS, TONES, method_label, section_tabs

_STATES = ("", "failed", "new", "done", "ignored")
ADVICE = {
    "missing_here": lazy("The provider has it, we do not. Open the payment and check it there."),
    "missing_there": lazy("We have it, the provider's statement does not. Ask the provider."),
    "amount": lazy("Both have it with different amounts. Compare it at the provider."),
    "fee": lazy("The provider kept another fee than we booked."),
    "unknown": lazy("This was not made here. Find out at the provider who moved it."),
}
DIFFERENCE_LABELS = {
    "missing_here": lazy("Not in our books"),
    "missing_there": lazy("Not on the statement"),
    "amount": lazy("Different amount"),
    "fee": lazy("Different fee"),
    "unknown": lazy("Not from here"),
}


@never_cache
@require_GET
@role_required("operator")
def inbox(request: HttpRequest) -> HttpResponse:
    """Messages of gateways, newest first; those that failed can be looked at again."""
    state = request.GET.get("state", "")
    state = state if state in _STATES else ""
    page = webhooks_page(state=state, cursor=request.GET.get("cursor", ""))
    labels = {"": _("All"), **{each: STATE_LABELS[each] for each in _STATES if each}}
    context = {
        "tabs": section_tabs("messages/"),
        "states": [(each, labels[each]) for each in _STATES],
        "state": state,
        "page": page,
        "rows": [
            (each, STATE_LABELS[each.state], TONES.get(each.state, "neutral"))
            for each in page.items
        ],
        "query": urlencode({"state": state}),
    }
    return render(request, "payments/manage/messages.html", context)


@require_POST
@role_required("operator")
def replay(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Look once more at what a message was about."""
    webhooks.replay_webhook(webhook_id=webhook_id, acting=acting_as(request), at=now())
    messages.success(request, _("It is looked at once more."))
    return redirect("/manage/payments/messages/")


@never_cache
@require_http_methods(["GET", "POST"])
@role_required("operator")
def compare(request: HttpRequest) -> HttpResponse:
    """Our books beside the providers' statements; POST compares the last days now."""
    if request.method == "POST":
        found = reconciliation.reconcile_accounts(days=reconciliation.DAYS_COMPARED, at=now())
        messages.success(request, _("Compared %(count)s accounts.") % {"count": len(found)})
        return redirect("/manage/payments/reconciliation/")
    days = queries.reconciled_days()
    context = {
        "tabs": section_tabs("reconciliation/"),
        "days": [(day, method_label(day.kind)) for day in days],
        "checked_at": max((day.checked_at for day in days), default=None),
        "differences": [
            (each, DIFFERENCE_LABELS[each.kind], ADVICE[each.kind], method_label(each.gateway))
            for each in queries.open_differences()
        ],
        "is_compared": bool(days),
    }
    return render(request, "payments/manage/reconciliation.html", context)
