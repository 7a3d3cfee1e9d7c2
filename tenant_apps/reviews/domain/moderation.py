"""What people report and the operator decides."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import NotAllowed, Unprocessable
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.partners.permissions import require_operator
from tenant_apps.reviews.domain.reviews import put_up, take_off
from tenant_apps.reviews.domain.rights import BUYER
from tenant_apps.reviews.events import ReviewReported
from tenant_apps.reviews.lifecycle import REASONS
from tenant_apps.reviews.models import Review, ReviewReport
from tenant_apps.reviews.queries import ReviewNotFound


@operation
def report_review(
    *, review_id: UUID, reason: str, acting: Actor, at: datetime, note: str = ""
) -> None:
    """Say that a published review should not stand; a second report by the same person changes nothing.

    Effects: report, its count, ReviewReported. Raises ReviewNotFound, NotAllowed, Unprocessable.
    """
    if acting.kind != "user":
        raise NotAllowed("Sign in to report a review")
    _check_reason(reason)
    row = _locked(review_id)
    if row.state != "published" or Ref.parse(row.subject).kind == BUYER:
        raise ReviewNotFound
    _, is_new = ReviewReport.objects.get_or_create(
        review=row,
        reporter=f"{acting.kind}:{acting.id}",
        defaults={"reason": reason, "note": note.strip()[:500], "created_at": at},
    )
    if not is_new:
        return
    Review.objects.filter(pk=row.pk).update(report_count=F("report_count") + 1)
    publish(
        ReviewReported(
            review_id=str(row.id), subject=row.subject, vendor_id=str(row.vendor_id), reason=reason
        ),
        acting=acting,
        subject=_ref(row),
    )


@operation
def publish_review(*, review_id: UUID, acting: Actor, at: datetime, note: str = "") -> None:
    """The operator lets a waiting or hidden review be read; open reports are settled.

    Effects: move, summary, audit, events. Raises ReviewNotFound, NotAllowed, MoveNotAllowed.
    """
    require_operator(acting)
    row = _locked(review_id)
    put_up(row, acting=acting, at=at, note=note[:500])
    _settle(row, at)
    _record("publish", row, acting, at, {"note": note[:500]})


@operation
def hide_review(
    *, review_id: UUID, reason: str, acting: Actor, at: datetime, note: str = ""
) -> None:
    """The operator takes a review off the pages, for one of the known reasons.

    Effects: move, summary, audit, events. Raises ReviewNotFound, NotAllowed, MoveNotAllowed,
    Unprocessable.
    """
    require_operator(acting)
    _check_reason(reason)
    row = _locked(review_id)
    said = f"{reason}: {note.strip()[:500]}" if note.strip() else reason
    take_off(row, "hide", reason=reason, acting=acting, at=at, note=said)
    _settle(row, at)
    _record("hide", row, acting, at, {"reason": reason, "note": note[:500]})


@operation
def dismiss_reports(*, review_id: UUID, acting: Actor, at: datetime) -> None:
    """The operator lets a reported review stand. Effects: reports settled, audit. Raises as above."""
    require_operator(acting)
    row = _locked(review_id)
    _settle(row, at)
    _record("dismiss_reports", row, acting, at, {})


def _check_reason(reason: str) -> None:
    if reason not in REASONS:
        raise Unprocessable(errors={"reason": [f"One of: {', '.join(REASONS)}"]})


def _locked(review_id: UUID) -> Review:
    row = Review.objects.select_for_update(of=["self"]).filter(pk=review_id).first()
    if row is None:
        raise ReviewNotFound
    return row


def _settle(row: Review, at: datetime) -> None:
    row.reports.filter(settled_at=None).update(settled_at=at)
    Review.objects.filter(pk=row.pk).update(report_count=0)


def _ref(row: Review) -> Ref:
    return Ref("reviews.review", str(row.id))


def _record(verb: str, row: Review, acting: Actor, at: datetime, changes: dict[str, str]) -> None:
    record(f"reviews.review.{verb}", subject=_ref(row), acting=acting, at=at, changes=changes)
