"""The operator about the look: theme, brand, colours with their contrast, and the way back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
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
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.refusals import put_on_form, told_at
from themes.domain.artwork import artwork
from themes.domain.designing import change_brand, roll_back
from themes.domain.packages import offered_themes
from themes.forms import BrandForm
from themes.queries import BrandState, brand_state, version_history

PLACE = "/manage/brand/"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("operator", "staff")
def brand(request: HttpRequest) -> HttpResponse:
    """The look as it is; POST publishes another."""
    state = brand_state()
    start = {**asdict(state), "brand_name": state.brand_name or current_tenant().name}
    form = BrandForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            change_brand(change=form.change(), acting=acting_as(request), at=now())
        except DomainError as error:
            put_on_form(form, error)
        else:
            messages.success(request, _("Published. Everybody sees it from now on."))
            return redirect(PLACE)
    status = 422 if form.errors else 200
    context = _page(state, form, cursor=request.GET.get("cursor", ""))
    return render(request, "themes/manage/brand.html", context, status=status)


@require_POST
@role_required("operator", "staff")
@told_at(PLACE)
def restore(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """A former design comes back."""
    roll_back(version_id=version_id, acting=acting_as(request), at=now())
    messages.success(request, _("The former design is live again."))
    return redirect(PLACE)


def _page(state: BrandState, form: BrandForm, *, cursor: str) -> dict[str, Any]:
    chosen = form["theme"].value()
    themes = [
        {
            "name": theme.name,
            "label": theme.label,
            "description": theme.description,
            "picture": artwork(f"look_{theme.name}"),
            "chosen": theme.name == chosen,
        }
        for theme in offered_themes()
    ]
    lowest = sorted(state.contrast, key=lambda pair: pair.ratio / pair.target)
    return {
        "form": form,
        "themes": themes,
        "contrast": lowest[:8],
        "pair_count": len(state.contrast),
        "pass_count": sum(pair.passes for pair in state.contrast),
        "page": version_history(cursor=cursor),
    }
