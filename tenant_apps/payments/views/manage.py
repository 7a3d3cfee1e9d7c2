"""The operator's own keys at the payment gateway."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError
from tenant_apps.payments import queries
from tenant_apps.payments.domain.accounts import connect_account
from tenant_apps.payments.forms import KeysForm


@never_cache
@require_http_methods(["GET", "POST"])
@role_required("operator")
def gateway(request: HttpRequest) -> HttpResponse:
    """Which account takes payments now; a new key replaces it."""
    form = KeysForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            connect_account(
                kind="stripe",
                secret_key=form.cleaned_data["secret_key"].strip(),
                acting=acting_as(request),
                at=now(),
            )
        except DomainError as error:
            form.add_error("secret_key", error.detail)
        else:
            messages.success(request, _("Connected. New payments go to this account."))
            return redirect("/manage/payments/")
    accounts = queries.gateway_accounts()
    active = next((each for each in accounts if each.state == "active"), None)
    context = {"form": form, "active": active, "accounts": accounts}
    status = 422 if form.errors else 200
    return render(request, "payments/manage/gateway.html", context, status=status)
