"""The operator's keys of the API."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.models import User
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import parse_public_id
from tenant_apps.integrations.domain.keys import NewKey, make_key, revoke_key
from tenant_apps.integrations.forms import KeyForm
from tenant_apps.integrations.queries import KEY_PREFIX, keys_of


@never_cache
@require_http_methods(["GET", "POST"])
@role_required("operator")
def keys(request: HttpRequest) -> HttpResponse:
    """Every key that still opens; a new one is shown on the answer to its form and never again."""
    form, made = KeyForm(request.POST or None), cast("NewKey | None", None)
    if request.method == "POST" and form.is_valid():
        owner = cast("User", request.user)
        made = make_key(order=form.order(now()), owner=owner, acting=acting_as(request), at=now())
        form = KeyForm()
    context = {"form": form, "made": made, "keys": keys_of()}
    status = 422 if form.errors else 200
    return render(request, "integrations/manage/keys.html", context, status=status)


@require_POST
@role_required("operator")
def revoke(request: HttpRequest, key_id: str) -> HttpResponse:
    key = parse_public_id(KEY_PREFIX, key_id)
    revoke_key(key_id=key, acting=acting_as(request), at=now())
    messages.success(request, _("Revoked. Programs that used it are told 401 from now on."))
    return redirect("/manage/keys/")
