"""The weeks before: what other shoppers bought, when it arrived, and what they said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from config.demo import orders, people
from config.demo.people import Password
from config.demo.worlds import Piece, World
from shared_apps.identity.domain.people import Person
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.money import Money
from shared_apps.kernel.slugs import slug_of
from tenant_apps.catalog.queries import product_at
from tenant_apps.ordering.domain.addresses import Address
from tenant_apps.ordering.domain.history import PastLine, PastOrder, record_past_order
from tenant_apps.ordering.domain.sales import delivered_parts
from tenant_apps.reviews.domain.moderation import report_review
from tenant_apps.reviews.domain.replies import reply_to_review
from tenant_apps.reviews.domain.reviews import Wording, write_review
from tenant_apps.reviews.domain.rights import VENDOR, rights_of_buyer

SHOPPERS = (
    "Mara Lindqvist",
    "Tom Abernathy",
    "Inês Carvalho",
    "Yuki Tanabe",
    "Ama Owusu",
    "Piet de Wit",
)
# Days ago of each order: closer together towards today, as in a shop that grows.
DAYS_AGO = (58, 53, 49, 44, 40, 37, 33, 30, 27, 25, 22, 20, 18, 16, 14, 12, 11, 9, 8, 6, 5, 4, 3, 1)
SENT_AFTER, ARRIVED_AFTER, REVIEWED_AFTER = timedelta(days=1), timedelta(days=3), timedelta(days=5)
ENOUGH_STOCK = 4
EVERY_SILENT = 6  # this one says nothing


@dataclass(frozen=True, slots=True)
class Opinion:
    rating: int
    title: str
    text: str
    reply: str = ""


OF_GOODS = (
    Opinion(5, "Even better in the hand", "Arrived well packed and looks just like the pictures."),
    Opinion(4, "Very happy", "Good quality for the price. It took a day longer than I hoped."),
    Opinion(5, "A present that landed", "My sister has not stopped talking about it."),
    Opinion(
        3,
        "Nice, but smaller than I thought",
        "Read the measurements before you order. The finish is lovely though.",
        "Thank you for the hint: the measurements now stand right below the price.",
    ),
    Opinion(5, "", "Second one I bought. Enough said."),
    Opinion(
        2,
        "A scratch on the back",
        "Not something you see every day, but at this price I had hoped for more care.",
        "We are sorry. A new one is on its way to you, and the old one may stay.",
    ),
    Opinion(4, "Solid", "Does what it should, feels well made."),
    Opinion(5, "Lovely", ""),
)
OF_SHOPS = (
    Opinion(5, "Quick and kind", "A hand-written note in the parcel. That is how it should be."),
    Opinion(4, "", "Good contact, good packing."),
    Opinion(5, "Would buy again", ""),
)


def replay(*, world: World, password: Password, at: datetime) -> int:
    """Orders, parcels and reviews as if the shop had been open for weeks; says how many are new.

    What is there already stays as it is.
    """
    opened = at - timedelta(days=max(DAYS_AGO) + 1)
    shoppers = [
        people.settle(email=email_of(world, name), name=name, password=password, at=opened)
        for name in SHOPPERS
    ]
    return sum(
        _live_through(world, shoppers[place % len(shoppers)], place, at - timedelta(days=days), at)
        for place, days in enumerate(DAYS_AGO)
    )


def email_of(world: World, name: str) -> str:
    return f"{name.partition(' ')[0].lower().replace('ê', 'e')}@{world.slug}.example"


def _live_through(world: World, shopper: Person, place: int, at: datetime, until: datetime) -> bool:
    """One order from basket to review, as far as there was time; False when it is known."""
    past = _order(world, shopper, place, at)
    if not record_past_order(past=past, acting=SYSTEM, at=until):
        return False
    if at + SENT_AFTER < until:
        orders.hand_over(past.id, at=at + SENT_AFTER)
    if at + ARRIVED_AFTER < until:
        orders.arrive(past.id, at=at + ARRIVED_AFTER)
    if at + REVIEWED_AFTER < until and place % EVERY_SILENT != 0:
        _review(shopper, past.id, place, at + REVIEWED_AFTER)
    return True


def _order(world: World, shopper: Person, place: int, at: datetime) -> PastOrder:
    lines, vendors = [], set()
    for piece in _pieces(world, place):
        product = product_at(slug_of(piece.title))
        variant = product.first_choice
        if variant is not None and variant.price is not None:
            lines.append(PastLine(variant.id, 1, variant.price))
            vendors.add(product.vendor.id)
    return PastOrder(
        id=uuid5(NAMESPACE_URL, f"galleria:demo:{world.slug}:order:{place}"),
        user_id=shopper.id,
        email=shopper.email,
        address=Address(name=shopper.name, **orders.ADDRESS),
        lines=lines,
        delivery={vendor_id: Money.zero(world.currency) for vendor_id in vendors},
        currency=world.currency,
        ordered_at=at,
        paid_at=at,
        source=f"demo:{world.slug}:{place}",
        paid_with="card",
    )


def _pieces(world: World, place: int) -> list[Piece]:
    """Two or three pieces from all over the shelves (rule)."""
    plenty = [piece for piece in world.pieces if piece.stock >= ENOUGH_STOCK]
    numbers = {(place * 5 + step * 7) % len(plenty) for step in range(2 + place % 2)}
    return [plenty[number] for number in sorted(numbers)]


def _review(shopper: Person, order_id: UUID, place: int, at: datetime) -> None:
    acting = people.actor(shopper)
    for number, right in enumerate(rights_of_buyer(delivered_parts(order_id), acting)):
        is_shop = right.subject.kind == VENDOR
        opinions = OF_SHOPS if is_shop else OF_GOODS
        said = opinions[(place + number) % len(opinions)]
        review_id = write_review(
            subject=right.subject,
            order_id=order_id,
            wording=Wording(said.rating, said.title, said.text),
            acting=acting,
            at=at,
        )
        if said.reply:
            reply_to_review(review_id=review_id, text=said.reply, acting=SYSTEM, at=at)
        elif place == 1 and number == 0:
            report_review(review_id=review_id, reason="off_topic", acting=acting, at=at)
