"""Reviews as readers, vendors and the operator may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.pages import Page, page_of
from shared_apps.kernel.ref import Ref
from tenant_apps.reviews.models import RatingSummary, Review, ReviewReply

REVIEW_PREFIX = "rev"
_BUYER = "identity.user:"


class ReviewNotFound(NotFound):
    code, title = "record_not_found", "There is no such review here"


@dataclass(frozen=True, slots=True)
class RatingView:
    """What the readers say of a subject; `stars` counts from one star to five."""

    count: int = 0
    average_hundredths: int = 0
    stars: Sequence[int] = (0, 0, 0, 0, 0)

    @property
    def average(self) -> float | None:
        return self.average_hundredths / 100 if self.count else None

    @property
    def histogram(self) -> list[dict[str, int]]:
        """The rows of the breakdown, five stars first."""
        return [
            {"stars": stars, "count": count, "percent": round(100 * count / (self.count or 1))}
            for stars, count in sorted(enumerate(self.stars, start=1), reverse=True)
        ]

    @property
    def rounded(self) -> int:
        """The average in whole stars."""
        return (self.average_hundredths + 50) // 100


@dataclass(frozen=True, slots=True)
class ReplyView:
    vendor_name: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReportView:
    reason: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A review with its answer. `doubts`, `report_count` and `reports` are for the operator."""

    id: UUID
    subject: Ref
    about: str
    about_url: str
    author: Ref
    author_name: str
    vendor_id: UUID
    vendor_name: str
    order_id: UUID
    rating: int
    title: str
    text: str
    is_verified: bool
    state: str
    created_at: datetime
    revised_at: datetime | None
    reply: ReplyView | None
    doubts: Sequence[str]
    report_count: int
    reports: Sequence[ReportView] = ()

    @property
    def public_id(self) -> str:
        return public_id(REVIEW_PREFIX, self.id)

    @property
    def order_public_id(self) -> str:
        return public_id("ord", self.order_id)

    @property
    def is_of_buyer(self) -> bool:
        return self.subject.kind == "identity.user"

    @property
    def can_be_answered(self) -> bool:
        return self.state == "published" and not self.is_of_buyer


def rating_of(subject: Ref) -> RatingView:
    """Average and count of one subject. One query."""
    return ratings_of([subject]).get(str(subject), RatingView())


def ratings_of(subjects: Iterable[Ref]) -> dict[str, RatingView]:
    """Those of several subjects, by the text of the Ref; without reviews not there. One query."""
    rows = RatingSummary.objects.filter(pk__in=[str(subject) for subject in subjects], count__gt=0)
    return {row.subject: _rating(row) for row in rows}


def reviews_about(
    subject: Ref, *, stars: int = 0, cursor: str = "", limit: int = 10
) -> Page[ReviewView]:
    """The published reviews of a subject, newest first; `stars` 1 to 5 for those only. One query."""
    rows = _rows().filter(subject=str(subject), state="published")
    return _page(rows.filter(rating=stars) if stars else rows, cursor=cursor, limit=limit)


def published_review(review_id: UUID) -> ReviewView:
    """One review that everybody may read, so none of a buyer; raises ReviewNotFound."""
    rows = _rows().filter(pk=review_id, state="published")
    return _one(rows.exclude(subject__startswith=_BUYER))


def require_review(review_id: UUID) -> None:
    """Raises ReviewNotFound when there is none, in whatever state. One query."""
    if not Review.objects.filter(pk=review_id).exists():
        raise ReviewNotFound


def review_by(review_id: UUID, user_id: UUID) -> ReviewView:
    """A person's own review in whatever state; raises ReviewNotFound."""
    return _one(_rows().filter(pk=review_id, written_by_id=user_id))


def written_after(order_id: UUID, author: Ref) -> dict[str, ReviewView]:
    """What an author wrote after an order, by the text of the subject. One query."""
    rows = _rows().filter(order_id=order_id, author=str(author))
    return {row.subject: _view(row) for row in rows}


def reviews_of_vendor(
    vendor_id: UUID, *, to_answer: bool = False, cursor: str = "", limit: int = 25
) -> Page[ReviewView]:
    """Published reviews of a vendor and its goods, newest first. One query."""
    rows = _of_vendor(vendor_id)
    if to_answer:
        rows = rows.filter(reply__isnull=True)
    return _page(rows, cursor=cursor, limit=limit)


def count_to_answer(vendor_id: UUID) -> int:
    """How many published reviews of a vendor and its goods have no answer. One query."""
    return _of_vendor(vendor_id).filter(reply__isnull=True).count()


def moderation_queue(tab: str, *, cursor: str = "", limit: int = 25) -> Page[ReviewView]:
    """The operator's lists: `reported`, or a state. Two queries."""
    rows = _rows().prefetch_related("reports")
    chosen = rows.filter(report_count__gt=0) if tab == "reported" else rows.filter(state=tab)
    return _page(chosen, cursor=cursor, limit=limit, with_reports=True)


def queue_counts() -> Mapping[str, int]:
    """How many reviews each list holds. One query."""
    return Review.objects.aggregate(
        reported=Count("pk", filter=Q(report_count__gt=0)),
        **{
            state: Count("pk", filter=Q(state=state))
            for state in ("pending", "hidden", "published")
        },
    )


def waiting_count() -> int:
    """How many reviews wait for the operator: held ones and reported ones. One query."""
    return Review.objects.filter(Q(state="pending") | Q(report_count__gt=0)).count()


def _of_vendor(vendor_id: UUID) -> QuerySet[Review]:
    rows = _rows().filter(vendor_id=vendor_id, state="published")
    return rows.exclude(subject__startswith=_BUYER)


def _rows() -> QuerySet[Review]:
    return Review.objects.select_related("vendor", "reply")


def _one(rows: QuerySet[Review]) -> ReviewView:
    row = rows.first()
    if row is None:
        raise ReviewNotFound
    return _view(row)


def _page(
    rows: QuerySet[Review], *, cursor: str, limit: int, with_reports: bool = False
) -> Page[ReviewView]:
    page = page_of(rows, cursor=cursor, limit=limit)
    views = [_view(row, with_reports=with_reports) for row in page.items]
    return Page(views, page.next_cursor, page.prev_cursor)


def _rating(row: RatingSummary) -> RatingView:
    """The average is rounded half up, in whole numbers."""
    return RatingView(
        count=row.count,
        average_hundredths=(200 * row.total + row.count) // (2 * row.count),
        stars=(row.stars_1, row.stars_2, row.stars_3, row.stars_4, row.stars_5),
    )


def _view(row: Review, *, with_reports: bool = False) -> ReviewView:
    reply: ReviewReply | None = getattr(row, "reply", None)
    reports = row.reports.all() if with_reports else ()
    return ReviewView(
        id=row.id,
        subject=Ref.parse(row.subject),
        about=row.about,
        about_url=row.about_url,
        author=Ref.parse(row.author),
        author_name=row.author_name,
        vendor_id=row.vendor_id,
        vendor_name=row.vendor.name,
        order_id=row.order_id,
        rating=row.rating,
        title=row.title,
        text=row.text,
        is_verified=row.is_verified,
        state=row.state,
        created_at=row.created_at,
        revised_at=row.revised_at,
        reply=ReplyView(row.vendor.name, reply.text, reply.created_at) if reply else None,
        doubts=list(row.doubts),
        report_count=row.report_count,
        reports=[
            ReportView(each.reason, each.note, each.created_at)
            for each in reports
            if each.settled_at is None
        ],
    )
