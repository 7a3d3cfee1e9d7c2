"""Events that change what cards show."""

from __future__ import annotations

from uuid import UUID

from shared_apps.kernel.ref import Ref
from shared_apps.outbox.domain.subscriptions import Delivery, handles
from tenant_apps.catalog.events import (
    CategoryChanged,
    ProductArchived,
    ProductChanged,
    ProductPublished,
    StockChanged,
)
from tenant_apps.discovery.domain import cards
from tenant_apps.partners.events import (
    PartnerApproved,
    PartnerChanged,
    PartnerClosed,
    PartnerResumed,
    PartnerSuspended,
)
from tenant_apps.reviews.events import RatingChanged
from tenant_apps.reviews.queries import rating_of


@handles(ProductPublished)
def list_product(event: ProductPublished, delivery: Delivery) -> None:
    cards.write_product_card(product_id=UUID(event.product_id), at=delivery.at)


@handles(ProductChanged)
def relist_product(event: ProductChanged, delivery: Delivery) -> None:
    cards.write_product_card(product_id=UUID(event.product_id), at=delivery.at)


@handles(ProductArchived)
def hide_product(event: ProductArchived, delivery: Delivery) -> None:
    # It may be back on sale by now: the product decides, not the order of events.
    cards.write_product_card(product_id=UUID(event.product_id), at=delivery.at)


@handles(StockChanged)
def show_stock(event: StockChanged, _delivery: Delivery) -> None:
    cards.write_stock(product_id=UUID(event.product_id), variant_id=UUID(event.variant_id))


@handles(CategoryChanged)
def move_products(event: CategoryChanged, delivery: Delivery) -> None:
    cards.write_category(path=event.path, at=delivery.at)


@handles(PartnerSuspended)
def hide_suspended(event: PartnerSuspended, delivery: Delivery) -> None:
    cards.write_owner(owner_id=UUID(event.partner_id), at=delivery.at)


@handles(PartnerClosed)
def hide_closed(event: PartnerClosed, delivery: Delivery) -> None:
    cards.write_owner(owner_id=UUID(event.partner_id), at=delivery.at)


@handles(PartnerResumed)
def show_resumed(event: PartnerResumed, delivery: Delivery) -> None:
    cards.write_owner(owner_id=UUID(event.partner_id), at=delivery.at)


@handles(PartnerApproved)
def show_approved(event: PartnerApproved, delivery: Delivery) -> None:
    cards.write_owner(owner_id=UUID(event.partner_id), at=delivery.at)


@handles(PartnerChanged)
def rename_owner(event: PartnerChanged, delivery: Delivery) -> None:
    cards.write_owner(owner_id=UUID(event.partner_id), at=delivery.at)


@handles(RatingChanged)
def show_rating(event: RatingChanged, _delivery: Delivery) -> None:
    # Events come in any order: the reviews are asked what they come to now.
    subject = Ref.parse(event.subject)
    found = rating_of(subject)
    cards.write_rating(ref=subject, average_hundredths=found.average_hundredths, count=found.count)
