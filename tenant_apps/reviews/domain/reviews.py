"""What an author does: write a review, say it differently, take it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.errors import Conflict, Unprocessable
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.reviews.domain import ratings
from tenant_apps.reviews.domain.rights import Right, right_to_review
from tenant_apps.reviews.domain.wording import doubts_of
from tenant_apps.reviews.events import ReviewHidden, ReviewPublished
from tenant_apps.reviews.lifecycle import REVIEW
from tenant_apps.reviews.models import STARS_MAX, Review
from tenant_apps.reviews.queries import ReviewNotFound

TITLE_MAX, TEXT_MAX = 120, 4000


class AlreadyReviewed(Conflict):
    code, title = "already_reviewed", "You reviewed this after this order already"


@dataclass(frozen=True, slots=True)
class Wording:
    """What an author says: stars always, words if they like."""

    rating: int
    title: str = ""
    text: str = ""


@operation
def write_review(
    *, subject: Ref, order_id: UUID, wording: Wording, acting: Actor, at: datetime
) -> UUID:
    """Review a product, a vendor or a buyer after the order was delivered.

    It can be read at once, unless its words need a look first. Effects: row, move, summary,
    ReviewPublished, RatingChanged. Raises NotYetDelivered, NothingToReview, AlreadyReviewed,
    Unprocessable.
    """
    checked = _checked(wording)
    right = right_to_review(subject=subject, order_id=order_id, acting=acting)
    row = _new(right, checked, acting, at)
    _publish_unless_doubtful(row, at=at)
    return row.id


@operation
def revise_review(*, review_id: UUID, wording: Wording, acting: Actor, at: datetime) -> None:
    """The author says it differently, also after taking it back or being hidden.

    Effects: row, moves, summary, events. Raises ReviewNotFound, Unprocessable.
    """
    checked = _checked(wording)
    row = _own(review_id, acting)
    was_hidden = row.state == "hidden"
    take_off(row, "hold", reason="revised", acting=acting, at=at)
    row.rating, row.title, row.text = checked.rating, checked.title, checked.text
    row.revised_at = at
    row.doubts = doubts_of(row.title, row.text) + (["was_hidden"] if was_hidden else [])
    row.save(update_fields=["rating", "title", "text", "revised_at", "doubts"])
    _publish_unless_doubtful(row, at=at)


@operation
def withdraw_review(*, review_id: UUID, acting: Actor, at: datetime) -> None:
    """The author takes it back. Effects: move, summary, events. Raises ReviewNotFound, MoveNotAllowed."""
    take_off(_own(review_id, acting), "withdraw", reason="withdrawn", acting=acting, at=at)


@step
def put_up(row: Review, *, acting: Actor, at: datetime, note: str = "") -> None:
    """Let everybody read it. Effects: move, summary, ReviewPublished, RatingChanged."""
    record_move(
        row,
        REVIEW,
        "publish",
        acting=acting,
        at=at,
        note=note,
        values={"published_at": at, "doubts": []},
    )
    ratings.count_in(subject=row.subject, rating=row.rating, at=at)
    publish(
        ReviewPublished(
            review_id=str(row.id),
            subject=row.subject,
            vendor_id=str(row.vendor_id),
            author=row.author,
            order_id=str(row.order_id),
            rating=row.rating,
        ),
        acting=acting,
        subject=Ref("reviews.review", str(row.id)),
    )


@step
def take_off(
    row: Review, move: str, *, reason: str, acting: Actor, at: datetime, note: str = ""
) -> None:
    """Make a move after which nobody else reads it. Effects: move, summary, ReviewHidden, RatingChanged."""
    if row.state == REVIEW.initial and move == "hold":
        return
    was_public = row.state == "published"
    record_move(row, REVIEW, move, acting=acting, at=at, note=note)
    if not was_public:
        return
    ratings.count_out(subject=row.subject, rating=row.rating, at=at)
    publish(
        ReviewHidden(
            review_id=str(row.id),
            subject=row.subject,
            vendor_id=str(row.vendor_id),
            reason=reason,
        ),
        acting=acting,
        subject=Ref("reviews.review", str(row.id)),
    )


def _checked(wording: Wording) -> Wording:
    title, text = wording.title.strip(), wording.text.strip()
    errors: dict[str, list[str]] = {}
    if not 1 <= wording.rating <= STARS_MAX:
        errors["rating"] = ["Give one to five stars"]
    if len(title) > TITLE_MAX:
        errors["title"] = [f"At most {TITLE_MAX} characters"]
    if len(text) > TEXT_MAX:
        errors["text"] = [f"At most {TEXT_MAX} characters"]
    if errors:
        raise Unprocessable(errors=errors)
    return Wording(wording.rating, title, text)


def _new(right: Right, wording: Wording, acting: Actor, at: datetime) -> Review:
    row = Review(
        subject=str(right.subject),
        about=right.about[:300],
        about_url=right.about_url,
        author=str(right.author),
        author_name=right.author_name,
        written_by_id=UUID(acting.id),
        vendor_id=right.vendor_id,
        order_id=right.order_id,
        rating=wording.rating,
        title=wording.title,
        text=wording.text,
        doubts=doubts_of(wording.title, wording.text),
        created_at=at,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyReviewed from error
    return row


def _publish_unless_doubtful(row: Review, *, at: datetime) -> None:
    if not row.doubts:
        put_up(row, acting=SYSTEM, at=at)


def _own(review_id: UUID, acting: Actor) -> Review:
    rows = Review.objects.select_for_update(of=["self"]).filter(pk=review_id)
    row = rows.filter(written_by_id=UUID(acting.id)).first() if acting.kind == "user" else None
    if row is None:
        raise ReviewNotFound
    return row
