"""Who may review what: only what was delivered to them, and only the two sides of a sale."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import NotAllowed, NotFound
from shared_apps.kernel.ref import Ref
from tenant_apps.ordering.domain.sales import DeliveredPart, delivered_parts
from tenant_apps.partners.permissions import Verb, may
from tenant_apps.partners.queries import partner_with
from tenant_apps.reviews.domain.wording import shown_name

PRODUCT, VENDOR, BUYER = "catalog.product", "partners.partner", "identity.user"


class NotYetDelivered(NotAllowed):
    code, title = "not_delivered", "You can review this once it was delivered to you"


class NothingToReview(NotFound):
    code, title = "subject_unknown", "There is nothing like this to review"


@dataclass(frozen=True, slots=True)
class Right:
    """The right to review a subject after an order: as whom, and what it is called."""

    subject: Ref
    order_id: UUID
    vendor_id: UUID
    author: Ref
    author_name: str
    about: str
    about_url: str


def right_to_review(*, subject: Ref, order_id: UUID, acting: Actor) -> Right:
    """The actor's right to review this, from what was delivered. Raises NotYetDelivered, NothingToReview."""
    if subject.kind not in {PRODUCT, VENDOR, BUYER}:
        raise NothingToReview
    parts = delivered_parts(order_id)
    if not parts:
        raise NotYetDelivered
    rights = (
        rights_of_vendor(parts, acting) if subject.kind == BUYER else rights_of_buyer(parts, acting)
    )
    found = next((right for right in rights if right.subject == subject), None)
    if found is None:
        raise NotYetDelivered
    return found


def rights_of_buyer(parts: list[DeliveredPart], acting: Actor) -> list[Right]:
    """What the buyer of these parts may review: every product once, then every vendor."""
    mine = [part for part in parts if acting.kind == "user" and str(part.user_id) == acting.id]
    author = Ref(BUYER, acting.id)
    name = shown_name(acting.name)
    goods = [
        Right(
            subject=Ref(PRODUCT, str(product.product_id)),
            order_id=part.order_id,
            vendor_id=part.vendor_id,
            author=author,
            author_name=name,
            about=product.title,
            about_url=f"/p/{product.slug}/",
        )
        for part in mine
        for product in part.products
    ]
    shops = [
        Right(
            subject=Ref(VENDOR, str(part.vendor_id)),
            order_id=part.order_id,
            vendor_id=part.vendor_id,
            author=author,
            author_name=name,
            about=part.vendor_name,
            about_url=f"/shops/{partner_with(part.vendor_id).slug}/",
        )
        for part in mine
    ]
    return [*goods, *shops]


def rights_of_vendor(parts: list[DeliveredPart], acting: Actor) -> list[Right]:
    """The buyer, for the people of each vendor whose part arrived; nobody reviews a guest."""
    return [
        Right(
            subject=Ref(BUYER, str(part.user_id)),
            order_id=part.order_id,
            vendor_id=part.vendor_id,
            author=Ref(VENDOR, str(part.vendor_id)),
            author_name=part.vendor_name,
            about=part.order_number,
            about_url="",
        )
        for part in parts
        if part.user_id
        and acting.kind == "user"
        and may(acting, Verb.ANSWER_MESSAGES, part.vendor_id)
    ]
