"""The vendor answers a review, once and in public."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict, Unprocessable
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.partners.permissions import Verb, require
from tenant_apps.reviews.domain.rights import BUYER
from tenant_apps.reviews.events import ReviewReplied
from tenant_apps.reviews.models import Review, ReviewReply
from tenant_apps.reviews.queries import ReviewNotFound

REPLY_MAX = 2000


class CannotBeAnswered(Conflict):
    code, title = (
        "cannot_be_answered",
        "Only a published review of the shop or its goods is answered",
    )


@operation
def reply_to_review(*, review_id: UUID, text: str, acting: Actor, at: datetime) -> None:
    """Answer a review of the vendor or its goods; a second answer replaces the first.

    Effects: reply, ReviewReplied at the first. Raises ReviewNotFound, NotYourPartner,
    CannotBeAnswered, Unprocessable.
    """
    said = text.strip()
    if not 1 <= len(said) <= REPLY_MAX:
        raise Unprocessable(errors={"text": [f"Between 1 and {REPLY_MAX} characters"]})
    row = Review.objects.select_for_update(of=["self"]).filter(pk=review_id).first()
    if row is None:
        raise ReviewNotFound
    require(acting, Verb.ANSWER_MESSAGES, row.vendor_id)
    if row.state != "published" or Ref.parse(row.subject).kind == BUYER:
        raise CannotBeAnswered
    actor = f"{acting.kind}:{acting.id}"
    reply, is_new = ReviewReply.objects.get_or_create(
        review=row, defaults={"text": said, "actor": actor, "created_at": at}
    )
    if not is_new:
        ReviewReply.objects.filter(pk=reply.pk).update(text=said, actor=actor, revised_at=at)
        return
    publish(
        ReviewReplied(
            review_id=str(row.id),
            subject=row.subject,
            vendor_id=str(row.vendor_id),
            author=row.author,
        ),
        acting=acting,
        subject=Ref("reviews.review", str(row.id)),
    )
