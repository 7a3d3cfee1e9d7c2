"""Reviews in the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework import serializers

from shared_apps.kernel.ids import public_id
from shared_apps.kernel.ref import Ref
from tenant_apps.reviews.domain.replies import REPLY_MAX
from tenant_apps.reviews.domain.reviews import TEXT_MAX, TITLE_MAX, Wording
from tenant_apps.reviews.lifecycle import REASONS
from tenant_apps.reviews.queries import RatingView, ReviewView

_TEXT: dict[str, Any] = {"required": False, "allow_blank": True, "default": ""}


class WordingInput(serializers.Serializer[Any]):
    rating = serializers.IntegerField(min_value=1, max_value=5)
    title = serializers.CharField(max_length=TITLE_MAX, **_TEXT)
    text = serializers.CharField(max_length=TEXT_MAX, **_TEXT)

    def wording(self) -> Wording:
        said = self.validated_data
        return Wording(said["rating"], said["title"], said["text"])


class ReviewInput(WordingInput):
    """`subject` is the id of a product, a partner or a user; `order` that of a delivered order."""

    subject = serializers.CharField(max_length=40)
    order = serializers.CharField(max_length=40)


class ReplyInput(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=REPLY_MAX)


class ReportInput(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=REASONS)
    note = serializers.CharField(max_length=500, **_TEXT)


def review_json(
    review: ReviewView, public_subject: Callable[[Ref], str], *, mine: bool = False
) -> dict[str, Any]:
    """A review as readers see it; its author also sees state and order."""
    reply = review.reply
    shown: dict[str, Any] = {
        "id": review.public_id,
        "subject": public_subject(review.subject),
        "about": review.about,
        "author": review.author_name,
        "rating": review.rating,
        "title": review.title,
        "text": review.text,
        "verified_purchase": review.is_verified,
        "created_at": review.created_at,
        "revised_at": review.revised_at,
        "reply": {"vendor": reply.vendor_name, "text": reply.text, "created_at": reply.at}
        if reply
        else None,
    }
    if mine:
        shown |= {"status": review.state, "order": public_id("ord", review.order_id)}
    return shown


def rating_json(rating: RatingView) -> dict[str, Any]:
    counts = {str(stars): count for stars, count in enumerate(rating.stars, start=1)}
    return {"average": rating.average, "count": rating.count, "stars": counts}
