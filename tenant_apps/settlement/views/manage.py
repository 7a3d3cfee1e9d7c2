"""The operator's commission: rules in order, and when partners get their share."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import Unprocessable
from tenant_apps.settlement.domain import commissions, rule_editing, terms
from tenant_apps.settlement.forms import RuleForm


@never_cache
@require_http_methods(["GET", "POST"])
@role_required("operator")
def rules(request: HttpRequest) -> HttpResponse:
    """The rules from top to bottom; a new one goes on top and holds for orders from now on."""
    form = RuleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rule_editing.add_rule(rule=form.rule(), acting=acting_as(request), at=now())
        except Unprocessable as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, _("Added on top. Placed orders keep their commission."))
            return redirect("/manage/commission/")
    context = {
        "form": form,
        "rules": commissions.all_rules(),
        "at_payment": terms.is_released_at_payment(),
    }
    status = 422 if form.errors else 200
    return render(request, "settlement/manage/rules.html", context, status=status)


@require_POST
@role_required("operator")
def remove(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    rule_editing.remove_rule(rule_id=rule_id, acting=acting_as(request), at=now())
    messages.success(request, _("Removed."))
    return redirect("/manage/commission/")


@require_POST
@role_required("operator")
def release(request: HttpRequest) -> HttpResponse:
    """POST at_payment=on to release shares at once."""
    terms.choose_release(
        at_payment=request.POST.get("at_payment") == "on", acting=acting_as(request), at=now()
    )
    messages.success(request, _("Saved. It holds for orders from now on."))
    return redirect("/manage/commission/")
