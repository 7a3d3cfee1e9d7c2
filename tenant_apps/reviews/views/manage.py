"""The operator about reviews: what waits, what was reported, what is hidden."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.refusals import told_at
from tenant_apps.reviews import forms, queries
from tenant_apps.reviews.domain import moderation
from tenant_apps.reviews.queries import REVIEW_PREFIX
from tenant_apps.reviews.views.showing import (
    DOUBT_LABELS,
    REASON_LABELS,
    TAB_LABELS,
    queue_tabs,
    subject_word,
)

PLACE = "/manage/reviews/"


@never_cache
@require_safe
@role_required("operator", "staff")
def queue(request: HttpRequest) -> HttpResponse:
    """Reviews by what they wait for."""
    asked = request.GET.get("tab", "")
    counts = queries.queue_counts()
    tab = asked if asked in TAB_LABELS else _first(counts)
    page = queries.moderation_queue(tab, cursor=request.GET.get("cursor", ""))
    context = {
        "tabs": queue_tabs(tab, counts, PLACE),
        "tab": tab,
        "page": page,
        "entries": [_entry(review) for review in page.items],
        "query": f"tab={tab}",
        "reasons": REASON_LABELS.items(),
    }
    return render(request, "reviews/manage/reviews.html", context)


def _first(counts: Mapping[str, int]) -> str:
    return next((tab for tab in ("pending", "reported") if counts[tab]), "published")


def _entry(review: queries.ReviewView) -> dict[str, Any]:
    return {
        "review": review,
        "kind": subject_word(review.subject),
        "doubts": [DOUBT_LABELS.get(doubt, doubt) for doubt in review.doubts],
        "reports": [(REASON_LABELS[each.reason], each.note) for each in review.reports],
    }


def _publish(form: forms.DecisionForm, **who: Any) -> None:
    moderation.publish_review(note=form.cleaned_data["note"], **who)


def _hide(form: forms.DecisionForm, **who: Any) -> None:
    said = form.cleaned_data
    moderation.hide_review(reason=said["reason"], note=said["note"], **who)


def _dismiss(form: forms.DecisionForm, **who: Any) -> None:
    moderation.dismiss_reports(**who)


DECISIONS: Mapping[str, tuple[Callable[..., None], Promise]] = {
    "publication": (_publish, gettext_lazy("Everybody can read it now.")),
    "hiding": (_hide, gettext_lazy("Nobody reads it any more.")),
    "dismissal": (_dismiss, gettext_lazy("It stands; the reports are settled.")),
}


@require_POST
@role_required("operator", "staff")
@told_at(PLACE)
def decide(request: HttpRequest, public: str, decision: str) -> HttpResponse:
    """POST reason and note to publication, hiding or dismissal."""
    if decision not in DECISIONS:
        raise Http404
    review_id = parse_public_id(REVIEW_PREFIX, public)
    queries.require_review(review_id)
    act, done = DECISIONS[decision]
    form = forms.DecisionForm(request.POST)
    if form.is_valid():
        act(form, review_id=review_id, acting=acting_as(request), at=now())
        messages.success(request, str(done))
    else:
        messages.error(request, _("Choose a reason."))
    return redirect(f"{PLACE}?tab={request.POST.get('tab', '')}")
