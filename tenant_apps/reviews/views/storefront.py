"""Reading what others say, and saying it oneself after an order arrived."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import signed_in
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.refusals import told_at
from tenant_apps.ordering.domain.sales import delivered_parts
from tenant_apps.reviews import forms, queries
from tenant_apps.reviews.domain import moderation, reviews
from tenant_apps.reviews.domain.rights import BUYER, right_to_review, rights_of_buyer
from tenant_apps.reviews.queries import REVIEW_PREFIX
from tenant_apps.reviews.views.showing import (
    REASON_LABELS,
    public_subject,
    subject_of,
    subject_word,
)
from tenant_apps.reviews.views.titles import title_of

ORDER_PREFIX = "ord"


@require_safe
def about(request: HttpRequest, public: str) -> HttpResponse:
    """Everything said of a product or a shop."""
    subject = subject_of(public, public_only=True)
    stars = request.GET.get("stars", "")
    chosen = int(stars) if stars in {"1", "2", "3", "4", "5"} else 0
    rating = queries.rating_of(subject)
    context = {
        "title": title_of(subject),
        "rating": rating,
        "page": queries.reviews_about(subject, stars=chosen, cursor=request.GET.get("cursor", "")),
        "stars": chosen,
        "query": urlencode({"stars": stars}) if chosen else "",
        "reasons": REASON_LABELS.items(),
        "can_report": request.user.is_authenticated,
        "next": request.get_full_path(),
    }
    return render(request, "reviews/storefront/about.html", context)


@never_cache
@require_safe
@signed_in
def of_order(request: HttpRequest, public: str) -> HttpResponse:
    """Everything of one delivered order that the buyer may review, and what they said."""
    order_id = parse_public_id(ORDER_PREFIX, public)
    acting = acting_as(request)
    rights = rights_of_buyer(delivered_parts(order_id), acting)
    if not rights:
        raise NothingDelivered
    written = queries.written_after(order_id, Ref(BUYER, acting.id))
    entries = [
        {
            "right": right,
            "kind": subject_word(right.subject),
            "subject": public_subject(right.subject),
            "review": written.get(str(right.subject)),
        }
        for right in rights
    ]
    context = {"entries": entries, "place": f"/orders/{public}/", "public": public}
    return render(request, "reviews/storefront/of_order.html", context)


class NothingDelivered(NotFound):
    code, title = "record_not_found", "There is nothing of this order to review"


@require_POST
@signed_in
@told_at("/orders/{public}/reviews/")
def write(request: HttpRequest, public: str, subject: str) -> HttpResponse:
    """POST rating, title, text about something of a delivered order."""
    form = forms.ReviewForm(request.POST)
    order_id = parse_public_id(ORDER_PREFIX, public)
    acting = acting_as(request)
    right = right_to_review(subject=subject_of(subject), order_id=order_id, acting=acting)
    if form.is_valid():
        reviews.write_review(
            subject=right.subject,
            order_id=order_id,
            wording=form.wording(),
            acting=acting,
            at=now(),
        )
        messages.success(request, _("Thank you for your review."))
    else:
        messages.error(request, _("Choose one to five stars."))
    return redirect(f"/orders/{public}/reviews/")


@require_POST
@signed_in
@told_at("/orders/")
def revise(request: HttpRequest, public: str) -> HttpResponse:
    """POST rating, title, text: the author says it differently."""
    review_id = parse_public_id(REVIEW_PREFIX, public)
    acting = acting_as(request)
    mine = queries.review_by(review_id, UUID(acting.id))
    form = forms.ReviewForm(request.POST)
    if form.is_valid():
        reviews.revise_review(review_id=review_id, wording=form.wording(), acting=acting, at=now())
        messages.success(request, _("Changed."))
    else:
        messages.error(request, _("Choose one to five stars."))
    return redirect(order_reviews_url(mine))


@require_POST
@signed_in
@told_at("/orders/")
def withdraw(request: HttpRequest, public: str) -> HttpResponse:
    review_id = parse_public_id(REVIEW_PREFIX, public)
    acting = acting_as(request)
    mine = queries.review_by(review_id, UUID(acting.id))
    reviews.withdraw_review(review_id=review_id, acting=acting, at=now())
    messages.success(request, _("Taken back. Nobody sees it any more."))
    return redirect(order_reviews_url(mine))


@require_POST
@signed_in
def report(request: HttpRequest, public: str) -> HttpResponse:
    """POST reason, note: this review should not stand."""
    review_id = parse_public_id(REVIEW_PREFIX, public)
    shown = queries.published_review(review_id)
    form = forms.ReportForm(request.POST)
    if form.is_valid():
        moderation.report_review(
            review_id=review_id, acting=acting_as(request), at=now(), **form.cleaned_data
        )
        messages.success(request, _("Thank you. We will look at it."))
    else:
        messages.error(request, _("Say why it should not stand."))
    return redirect(f"/reviews/{public_subject(shown.subject)}/")


def order_reviews_url(review: queries.ReviewView) -> str:
    return f"/orders/{review.order_public_id}/reviews/"
