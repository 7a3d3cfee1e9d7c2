"""A vendor about reviews: answering what buyers say, and saying something of a buyer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.refusals import told_at
from tenant_apps.ordering.domain.sales import delivered_part
from tenant_apps.partners.permissions import Verb
from tenant_apps.partners.queries import workplace_of
from tenant_apps.reviews import forms, queries
from tenant_apps.reviews.domain import replies, reviews
from tenant_apps.reviews.domain.rights import BUYER
from tenant_apps.reviews.queries import REVIEW_PREFIX

PLACE = "/partner/reviews/"
VENDOR_ORDER_PREFIX = "vord"


class NoBuyer(NotFound):
    code, title = "record_not_found", "There is nobody to review for this order"


@never_cache
@require_safe
@role_required("vendor")
def list_reviews(request: HttpRequest) -> HttpResponse:
    vendor = workplace_of(acting_as(request), Verb.ANSWER_MESSAGES)
    shows_all = request.GET.get("tab") == "all"
    rating = queries.rating_of(vendor.ref)
    context = {
        "rating": rating,
        "page": queries.reviews_of_vendor(
            vendor.id, to_answer=not shows_all, cursor=request.GET.get("cursor", "")
        ),
        "shows_all": shows_all,
        "query": "tab=all" if shows_all else "",
        "tabs": [
            {
                "label": _("To answer"),
                "url": PLACE,
                "current": not shows_all,
                "count": queries.count_to_answer(vendor.id),
            },
            {"label": _("All"), "url": f"{PLACE}?tab=all", "current": shows_all, "count": None},
        ],
    }
    return render(request, "reviews/partner/reviews.html", context)


@require_POST
@role_required("vendor")
@told_at(PLACE)
def reply(request: HttpRequest, public: str) -> HttpResponse:
    """POST text: the shop's answer, which everybody reads."""
    review_id = parse_public_id(REVIEW_PREFIX, public)
    queries.require_review(review_id)
    form = forms.ReplyForm(request.POST)
    if form.is_valid():
        replies.reply_to_review(
            review_id=review_id,
            text=form.cleaned_data["text"],
            acting=acting_as(request),
            at=now(),
        )
        messages.success(request, _("Your answer stands under the review."))
    else:
        messages.error(request, _("Write an answer of at most 2,000 characters."))
    return redirect(PLACE)


@require_POST
@role_required("vendor")
@told_at("/partner/orders/{public}/")
def write_of_buyer(request: HttpRequest, public: str) -> HttpResponse:
    """POST rating, title, text about the buyer of a delivered part; only shops and the operator read it."""
    vendor = workplace_of(acting_as(request), Verb.ANSWER_MESSAGES)
    part = delivered_part(parse_public_id(VENDOR_ORDER_PREFIX, public))
    if part is None or part.vendor_id != vendor.id or part.user_id is None:
        raise NoBuyer
    form = forms.ReviewForm(request.POST)
    if form.is_valid():
        reviews.write_review(
            subject=Ref(BUYER, str(part.user_id)),
            order_id=part.order_id,
            wording=form.wording(),
            acting=acting_as(request),
            at=now(),
        )
        messages.success(request, _("Noted. Other shops see the stars."))
    else:
        messages.error(request, _("Choose one to five stars."))
    return redirect(f"/partner/orders/{public}/")
