"""What buyers say, as the pages of products and shops show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared_apps.kernel.ref import Ref
from tenant_apps.reviews.queries import RatingView, ReviewView, rating_of, reviews_about

SHOWN = 4


@dataclass(frozen=True, slots=True)
class Opinions:
    """What a subject's reviews come to, and the latest of them."""

    rating: RatingView
    reviews: Sequence[ReviewView]


def opinions_about(subject: Ref) -> Opinions:
    """One query, two when there are reviews."""
    rating = rating_of(subject)
    latest = reviews_about(subject, limit=SHOWN).items if rating.count else []
    return Opinions(rating, latest)


def rated(opinions: Opinions) -> dict[str, Any]:
    """Stars and reviews in the words of schema.org (rule)."""
    return {
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": str(opinions.rating.average),
            "reviewCount": opinions.rating.count,
        },
        "review": [
            {
                "@type": "Review",
                "author": {"@type": "Person", "name": review.author_name},
                "datePublished": review.created_at.date().isoformat(),
                "reviewBody": review.text,
                "name": review.title,
                "reviewRating": {"@type": "Rating", "ratingValue": review.rating},
            }
            for review in opinions.reviews
        ],
    }
