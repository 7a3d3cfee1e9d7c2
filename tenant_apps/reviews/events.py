"""What happened to reviews. `subject` is the text of a Ref ("catalog.product:<id>")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared_apps.kernel.events import Event


@dataclass(frozen=True, slots=True)
class ReviewPublished(Event):
    """Everybody may read it now; `author` is the text of a Ref."""

    name: ClassVar[str] = "reviews.review_published.v1"

    review_id: str
    subject: str
    vendor_id: str
    author: str
    order_id: str
    rating: int


@dataclass(frozen=True, slots=True)
class ReviewHidden(Event):
    """It can no longer be read: hidden by the operator, held for a look, or withdrawn by its author."""

    name: ClassVar[str] = "reviews.review_hidden.v1"

    review_id: str
    subject: str
    vendor_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReviewReplied(Event):
    name: ClassVar[str] = "reviews.review_replied.v1"

    review_id: str
    subject: str
    vendor_id: str
    author: str


@dataclass(frozen=True, slots=True)
class ReviewReported(Event):
    name: ClassVar[str] = "reviews.review_reported.v1"

    review_id: str
    subject: str
    vendor_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class RatingChanged(Event):
    """Average (times 100) and count of a subject after a review came, changed or went."""

    name: ClassVar[str] = "reviews.rating_changed.v1"

    subject: str
    average_hundredths: int
    count: int
