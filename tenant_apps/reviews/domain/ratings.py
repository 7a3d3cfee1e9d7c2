"""Average and count of a subject, moved in the transaction of the review that moves them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q

from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.reviews.events import RatingChanged
from tenant_apps.reviews.models import STARS_MAX, RatingSummary, Review
from tenant_apps.reviews.queries import rating_of

_STARS = tuple(f"stars_{stars}" for stars in range(1, STARS_MAX + 1))


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A summary that is not what its reviews say: always a defect."""

    subject: str
    stored: tuple[int, ...]
    counted: tuple[int, ...]


@step
def count_in(*, subject: str, rating: int, at: datetime) -> None:
    """A review of the subject can be read: it counts. Effects: summary, RatingChanged."""
    RatingSummary.objects.bulk_create(
        [RatingSummary(subject=subject, changed_at=at)], ignore_conflicts=True
    )
    _move(subject, rating, by=1, at=at)


@step
def count_out(*, subject: str, rating: int, at: datetime) -> None:
    """A review of the subject can no longer be read. Effects: summary, RatingChanged."""
    _move(subject, rating, by=-1, at=at)


def _move(subject: str, rating: int, *, by: int, at: datetime) -> None:
    """One statement, so that of two reviews at once neither is lost; the CHECKs hold the sums."""
    stars = f"stars_{rating}"
    RatingSummary.objects.filter(pk=subject).update(
        count=F("count") + by,
        total=F("total") + by * rating,
        changed_at=at,
        **{stars: F(stars) + by},
    )
    found = rating_of(Ref.parse(subject))
    publish(
        RatingChanged(
            subject=subject, average_hundredths=found.average_hundredths, count=found.count
        ),
        subject=Ref.parse(subject),
    )


def discrepancies() -> list[Discrepancy]:
    """Every summary that differs from its published reviews. Two queries."""
    rows = Review.objects.filter(state="published").values_list("subject")
    per_star = [Count("pk", filter=Q(rating=stars)) for stars in range(1, STARS_MAX + 1)]
    counted = {
        subject: tuple(counts)
        for subject, *counts in rows.annotate(**dict(zip(_STARS, per_star, strict=True))).order_by()
    }
    stored = {
        row.subject: tuple(getattr(row, name) for name in _STARS)
        for row in RatingSummary.objects.all()
    }
    none = (0,) * STARS_MAX
    return [
        Discrepancy(subject, stored.get(subject, none), counted.get(subject, none))
        for subject in sorted(stored.keys() | counted.keys())
        if stored.get(subject, none) != counted.get(subject, none)
    ]
