"""A few orders, bought as a customer buys: basket, checkout, the gateway's page, and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http.client import HTTPMessage
from typing import IO
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener
from uuid import UUID

from django.conf import settings

from config.demo import people
from config.demo.people import Password
from config.demo.worlds import Piece, World
from shared_apps.identity.domain.people import Person
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.slugs import slug_of
from tenant_apps.catalog.queries import product_at
from tenant_apps.ordering.domain.addresses import Address
from tenant_apps.ordering.domain.carts import CartOwner, add_to_cart
from tenant_apps.ordering.domain.checkout import check_out
from tenant_apps.ordering.domain.fulfilment import Tracking, deliver, ship, start_processing
from tenant_apps.ordering.domain.placing import finish_checkout
from tenant_apps.ordering.domain.planning import CheckoutDetails
from tenant_apps.ordering.queries import any_order, orders_page

# Places of the pieces in each basket, and how far the parcels of the first baskets have come.
BASKETS = ((0, 1), (3, 6, 5), (2, 7), (4,))
DELIVERED, SHIPPED = 1, 2
ADDRESS = {"line1": "12 Harbour Row", "city": "Rotterdam", "postcode": "3011 AA", "country": "NL"}
SECONDS = 10


class PageRefused(RuntimeError):
    """The gateway's page did not take the card."""


def buy(*, world: World, password: Password) -> int:
    """The demo's customer buys until there is an order for each basket; says how many were bought now."""
    if not settings.GALLERIA_PAY_SANDBOX_URL:
        return 0
    customer = people.settle(
        email=people.customer_email(world),
        name=people.CUSTOMER_NAME,
        password=password,
        at=now(),
    )
    had = len(orders_page(user_id=customer.id, guest_key=None).items)
    for place, basket in enumerate(BASKETS[had:], start=had):
        pieces = [world.pieces[number] for number in basket]
        _send(purchase(customer, pieces, at=now()), place, at=now())
    return max(0, len(BASKETS) - had)


def purchase(customer: Person, pieces: Sequence[Piece], *, at: datetime) -> UUID:
    """Somebody fills a basket, checks out and pays on the gateway's page; returns the order's id."""
    owner = CartOwner(user_id=customer.id)
    for piece in pieces:
        variant = product_at(slug_of(piece.title)).first_choice
        if variant is not None:
            add_to_cart(owner=owner, variant_id=variant.id, quantity=1, at=at)
    details = CheckoutDetails(
        email=customer.email, address=Address(name=customer.name, **ADDRESS), language="en-gb"
    )
    started = check_out(owner=owner, details=details, acting=people.actor(customer), at=at)
    if not started.is_placed:
        finish_checkout(provider_id=_pay(started.redirect_url), at=at)
    return started.order_id


class _Halt(HTTPRedirectHandler):
    """Shows where an answer leads instead of going there."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def _pay(page: str) -> str:
    """Press "pay" on the sandbox's page; returns the provider's id of what was paid."""
    sandbox, asked = urlsplit(settings.GALLERIA_PAY_SANDBOX_URL), urlsplit(page)
    address = asked._replace(scheme=sandbox.scheme, netloc=sandbox.netloc).geturl()
    form = urlencode({"action": "pay", "card": "visa"}).encode()
    request = Request(address, data=form)  # noqa: S310 - our own sandbox
    try:
        with build_opener(_Halt).open(request, timeout=SECONDS) as answer:
            raise PageRefused(f"The page of the payment answered {answer.status}")
    except HTTPError as leading:
        back = leading.headers.get("Location", "")
    paid = parse_qs(urlsplit(back).query).get("payment")
    if not paid:
        raise PageRefused(f"The page of the payment leads to {back!r}")
    return paid[0]


def _send(order_id: UUID, place: int, *, at: datetime) -> None:
    """The shops hand over the parcels of the first baskets, and the very first arrives."""
    if place >= SHIPPED:
        return
    hand_over(order_id, at=at)
    if place < DELIVERED:
        arrive(order_id, at=at)


def hand_over(order_id: UUID, *, at: datetime) -> None:
    """Every shop of an order prepares its parcel and gives it to the carrier."""
    for number, part in enumerate(any_order(order_id).parts):
        start_processing(vendor_order_id=part.id, acting=SYSTEM, at=at)
        tracking = Tracking(carrier="Quay Parcels", number=f"QP{str(part.id.int)[-9:]}{number}")
        ship(vendor_order_id=part.id, tracking=tracking, acting=SYSTEM, at=at)


def arrive(order_id: UUID, *, at: datetime) -> None:
    """Every parcel of an order is at the door."""
    for part in any_order(order_id).parts:
        deliver(vendor_order_id=part.id, acting=SYSTEM, at=at)
