"""The way of a product to the shop and out of it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict, Unprocessable
from shared_apps.kernel.events import Event
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.catalog import events
from tenant_apps.catalog.domain.products import locked_product, need_room_for_one_more, ref_of
from tenant_apps.catalog.lifecycle import PRODUCT
from tenant_apps.catalog.models import Product, VariantPrice
from tenant_apps.partners import permissions
from tenant_apps.partners.permissions import Verb
from tenant_apps.partners.queries import partner_with


class VendorNotApproved(Conflict):
    code, title = "vendor_not_approved", "Approve the vendor first; then its products can go live"


class NothingToSell(Unprocessable):
    code, title = "nothing_to_sell", "A product needs a variant with a price before it goes on"


@operation
def submit(*, product_id: UUID, acting: Actor, at: datetime, note: str = "") -> None:
    """The vendor asks for approval: move, audit, ProductSubmitted.

    Raises ProductNotFound, NotYourPartner, MoveNotAllowed, NothingToSell.
    """
    _by_vendor(product_id, "submit", acting=acting, at=at, note=note)


@operation
def withdraw(*, product_id: UUID, acting: Actor, at: datetime) -> None:
    """The vendor takes a submitted product back to a draft: move, audit."""
    _by_vendor(product_id, "withdraw", acting=acting, at=at)


@operation
def unpublish(*, product_id: UUID, acting: Actor, at: datetime) -> None:
    """Take a product off the shop for now: move, audit, ProductArchived."""
    _by_vendor(product_id, "unpublish", acting=acting, at=at)


@operation
def archive(*, product_id: UUID, acting: Actor, at: datetime, note: str = "") -> None:
    """Take a product out of the catalogue: move, audit, ProductArchived."""
    _by_vendor(product_id, "archive", acting=acting, at=at, note=note)


@operation
def restore(*, product_id: UUID, acting: Actor, at: datetime) -> None:
    """Bring an archived product back as a draft: move, audit. Raises TierLimitReached."""
    need_room_for_one_more()
    _by_vendor(product_id, "restore", acting=acting, at=at)


@operation
def publish_product(*, product_id: UUID, acting: Actor, at: datetime, note: str = "") -> None:
    """The operator approves a product: move, audit, ProductPublished.

    Raises ProductNotFound, NotAllowed, VendorNotApproved, NothingToSell, MoveNotAllowed.
    """
    permissions.require_operator(acting)
    product = locked_product(product_id)
    if partner_with(product.vendor_id).state != "approved":
        raise VendorNotApproved
    put_on_sale(product=product, acting=acting, at=at, note=note)


@operation
def reject(*, product_id: UUID, reason: str, acting: Actor, at: datetime) -> None:
    """The operator asks for changes with a reason: move, audit, ProductRejected."""
    permissions.require_operator(acting)
    if not reason.strip():
        raise Unprocessable(errors={"reason": ["Say what to change; the vendor reads it"]})
    _move(locked_product(product_id), "reject", acting=acting, at=at, note=reason)


@step
def put_on_sale(*, product: Product, acting: Actor, at: datetime, note: str = "") -> None:
    """Publish a locked product of an approved vendor. Raises NothingToSell, MoveNotAllowed."""
    _need_something_to_sell(product)
    _move(product, "publish", acting=acting, at=at, note=note)
    Product.objects.filter(pk=product.pk).update(published_at=at)


@step
def bring_to(*, product_id: UUID, state: str, acting: Actor, at: datetime) -> None:
    """Bring an imported product to the state its file says, by the moves that lead there.

    A published one is only submitted when the actor is not the operator or the vendor is not
    approved. What the file says again changes nothing.
    """
    product = locked_product(product_id)
    if state == "published":
        approved = partner_with(product.vendor_id).state == "approved"
        state = "published" if permissions.is_operator(acting) and approved else "submitted"
    for move in _WAYS.get((product.state, state), ()):
        if move == "publish":
            put_on_sale(product=product, acting=acting, at=at)
        else:
            _move(product, move, acting=acting, at=at)


# From where it is to where the file wants it; what is not listed stays as it is: a submitted or
# rejected product waits for people, and a published one is not sent back to the queue.
_WAYS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("draft", "published"): ("publish",),
    ("submitted", "published"): ("publish",),
    ("archived", "published"): ("restore", "publish"),
    ("draft", "submitted"): ("submit",),
    ("archived", "submitted"): ("restore", "submit"),
    ("archived", "draft"): ("restore",),
    ("published", "draft"): ("unpublish",),
    ("draft", "archived"): ("archive",),
    ("submitted", "archived"): ("archive",),
    ("published", "archived"): ("archive",),
    ("rejected", "archived"): ("archive",),
}

_EVENTS: Mapping[str, type[Event]] = {
    "submit": events.ProductSubmitted,
    "publish": events.ProductPublished,
    "reject": events.ProductRejected,
    "archive": events.ProductArchived,
    "unpublish": events.ProductArchived,
}


@step
def _by_vendor(product_id: UUID, move: str, *, acting: Actor, at: datetime, note: str = "") -> None:
    product = locked_product(product_id)
    permissions.require(acting, Verb.EDIT_PRODUCTS, product.vendor_id)
    if move == "submit":
        _need_something_to_sell(product)
    _move(product, move, acting=acting, at=at, note=note)


@step
def _move(product: Product, move: str, *, acting: Actor, at: datetime, note: str = "") -> None:
    before = product.state
    record_move(product, PRODUCT, move, acting=acting, at=at, note=note)
    record(
        f"catalog.product.{move}",
        subject=ref_of(product.id),
        acting=acting,
        at=at,
        changes={"state": [before, product.state], **({"note": note} if note else {})},
    )
    if move in _EVENTS:
        fields = {
            "product_id": str(product.id),
            "vendor_id": str(product.vendor_id),
            "title": product.title,
            **({"reason": note} if move == "reject" else {}),
        }
        publish(_EVENTS[move](**fields))


def _need_something_to_sell(product: Product) -> None:
    prices = VariantPrice.objects.filter(variant__product=product, variant__is_active=True)
    if not prices.exists():
        raise NothingToSell
