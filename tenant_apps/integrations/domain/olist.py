"""Real history: the orders of Olist's sellers, taken over by the operations that a shop uses itself.

Everything has an id made from the one in the files, so that a run that was interrupted, or is made
twice, goes on where it was and writes nothing again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from shared_apps.identity.domain.people import NewPerson, create_person
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.slugs import slug_of
from shared_apps.kernel.transactions import operation
from tenant_apps.catalog.domain import moderation, products
from tenant_apps.catalog.domain.drafts import PriceDraft, ProductDraft, VariantDraft
from tenant_apps.catalog.queries import product_with
from tenant_apps.integrations.domain.imports import Tally
from tenant_apps.integrations.domain.olist_files import CURRENCY, Item, Olist, Sale, read_olist
from tenant_apps.integrations.domain.rows import Issue
from tenant_apps.ordering.domain import cancelling, fulfilment, history
from tenant_apps.ordering.domain.addresses import Address
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.domain.history import PastLine, PastOrder
from tenant_apps.ordering.queries import any_order
from tenant_apps.partners.domain import applications
from tenant_apps.partners.domain.applications import Application
from tenant_apps.partners.queries import PartnerNotFound, PartnerSummary, partner_at
from tenant_apps.reviews.domain.reviews import AlreadyReviewed, Wording, write_review

SOURCE = "olist"
_TOLERANCE_MINOR = 2
_ON_THE_WAY = frozenset({"shipped", "delivered"})
_TAKEN_ON = _ON_THE_WAY | {"processing", "invoiced", "approved"}
_CALLED_OFF = frozenset({"canceled", "unavailable"})


@dataclass(slots=True)
class _Taking:
    """One run: what was read, what became of it, and what already has an id here."""

    olist: Olist
    acting: Actor
    now: Callable[[], datetime]
    tally: Tally = field(default_factory=Tally)
    vendors: dict[str, PartnerSummary] = field(default_factory=dict)
    variants: dict[tuple[str, str], UUID] = field(default_factory=dict)
    product_ids: dict[tuple[str, str], UUID] = field(default_factory=dict)

    def count(self, **more: int) -> None:
        for name, number in more.items():
            self.tally.created[name] = self.tally.created.get(name, 0) + number

    def note(self, row: int, name: str, code: str, message: str, *, is_error: bool) -> None:
        self.tally.issues.append(Issue(row, name, code, message, is_error=is_error))


def import_olist(
    *,
    paths: Iterable[Path],
    acting: Actor,
    now: Callable[[], datetime],
    is_dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Tally:
    """Take sellers, products, customers, orders, payments and reviews over (journey).

    Every order is one operation at the times of then, followed by what its vendors did. An order
    that cannot be taken over is reported by its line and the others go on. A dry run only reads.
    Raises UnreadableFile.
    """
    olist = read_olist(paths)
    taking = _Taking(olist, acting, now)
    sales = [sale for sale in olist.sales() if _is_sale(taking, sale)]
    taking.tally.rows = olist.rows
    if not is_dry_run:
        pieces = Counter((item.product_id, item.seller_id) for s in sales for item in s.items)
        last = {(item.product_id, item.seller_id): item for s in sales for item in s.items}
        for key, units in pieces.items():
            with _reported(taking, 0, "product"):
                _list(taking, last[key], units)
        for place, sale in enumerate(sales, start=1):
            with _reported(taking, sale.row, "order"):
                _take(taking, sale)
            if progress:
                progress(place, len(sales))
    taking.tally.issues += olist.issues
    taking.tally.failed = sum(issue.is_error for issue in taking.tally.issues)
    return taking.tally


@contextmanager
def _reported(taking: _Taking, row: int, name: str) -> Iterator[None]:
    """What is refused becomes an issue of its row, and the run goes on."""
    try:
        yield
    except DomainError as error:
        taking.note(row, name, error.code, error.detail or error.title, is_error=True)


def _is_sale(taking: _Taking, sale: Sale) -> bool:
    """Whether there is something to take over, and how far its payments fit."""
    if not sale.items:
        taking.tally.skipped += 1
        taking.note(sale.row, "items", "order_without_items", "Left out", is_error=False)
        return False
    if sale.status == "created":
        taking.tally.skipped += 1
        taking.note(sale.row, "order_status", "order_not_paid", "Left out", is_error=False)
        return False
    if abs(sale.paid.minor - sale.total.minor) > _TOLERANCE_MINOR:
        message = f"{sale.paid} was paid for {sale.total}; taken over as {sale.total}"
        taking.note(sale.row, "payment_value", "payment_differs", message, is_error=False)
    return True


def _list(taking: _Taking, item: Item, units: int) -> None:
    """The seller and their product, at its last price, with as many pieces as were sold."""
    vendor = _vendor(taking, item.seller_id)
    row = taking.olist.one("products", item.product_id) or {}
    category = taking.olist.category_of(row) if row.get("product_category_name") else ""
    weight = row.get("product_weight_g", "").partition(".")[0]
    draft = ProductDraft(
        title=f"{category or 'Piece'} {item.product_id[:6]}",
        variants=(
            VariantDraft(
                prices=(PriceDraft(item.price),),
                quantity=units,
                is_tracked=True,
                weight_g=int(weight) if weight.isdigit() else None,
            ),
        ),
        category_names=(category,) if category else (),
        source=SOURCE,
        external_ref=item.product_id,
    )
    key = (item.product_id, item.seller_id)
    outcome, taking.product_ids[key], taking.variants[key] = _put(taking, vendor, draft)
    taking.count(products=outcome == "created")


@operation
def _put(taking: _Taking, vendor: PartnerSummary, draft: ProductDraft) -> tuple[str, UUID, UUID]:
    at = taking.now()
    put = products.put_product(vendor=vendor, draft=draft, acting=taking.acting, at=at)
    moderation.bring_to(product_id=put.product_id, state="published", acting=taking.acting, at=at)
    return put.outcome, put.product_id, product_with(put.product_id).variants[0].id


def _vendor(taking: _Taking, seller_id: str) -> PartnerSummary:
    if seller_id not in taking.vendors:
        row = taking.olist.one("sellers", seller_id)
        city = row["seller_city"].title() if row else "Seller"
        name = f"{city} {seller_id[:6]}"
        try:
            found = partner_at(slug_of(name), kind="vendor")
        except PartnerNotFound:
            wanted = Application(kind="vendor", name=name, currency=CURRENCY, country="BR")
            found = applications.register(
                application=wanted, owner_id=None, acting=taking.acting, at=taking.now()
            )
            taking.count(vendors=1)
        taking.vendors[seller_id] = found
    return taking.vendors[seller_id]


def _take(taking: _Taking, sale: Sale) -> None:
    """One order with all that came after it."""
    user_id, email = _customer(taking, sale)
    past = _past_order(taking, sale, user_id, email)
    if not history.record_past_order(past=past, acting=taking.acting, at=taking.now()):
        taking.tally.skipped += 1
        return
    taking.count(orders=1, payments=1 if sale.total else 0, vendor_orders=len(past.delivery))
    _follow(taking, sale, past.id)
    if sale.status == "delivered":
        _review(taking, sale, past.id, user_id)


@operation
def _customer(taking: _Taking, sale: Sale) -> tuple[UUID, str]:
    unique = sale.customer["customer_unique_id"]
    person = NewPerson(
        id=uuid5(NAMESPACE_URL, f"{SOURCE}:customer:{unique}"),
        email=f"{unique}@olist.example",
        name=f"Customer {unique[:6]}",
    )
    made = create_person(person=person, acting=taking.acting, at=sale.ordered_at)
    return made.id, made.email


def _past_order(taking: _Taking, sale: Sale, user_id: UUID, email: str) -> PastOrder:
    lines: dict[UUID, PastLine] = {}
    delivery: dict[UUID, Money] = {}
    for item in sale.items:
        variant_id = taking.variants.get((item.product_id, item.seller_id))
        if variant_id is None:
            raise history.PastOrderRefused("One of its products could not be taken over")
        known = lines.get(variant_id)
        if known is not None and known.unit_price != item.price:
            raise history.PastOrderRefused("One product has two prices in it")
        lines[variant_id] = PastLine(variant_id, known.quantity + 1 if known else 1, item.price)
        vendor = taking.vendors[item.seller_id]
        delivery[vendor.id] = delivery.get(vendor.id, Money.zero(CURRENCY)) + item.freight
    place = sale.customer
    return PastOrder(
        id=uuid5(NAMESPACE_URL, f"{SOURCE}:order:{sale.order_id}"),
        user_id=user_id,
        email=email,
        address=Address(
            name=f"Customer {place['customer_unique_id'][:6]}",
            line1="-",
            postcode=place.get("customer_zip_code_prefix", ""),
            city=place["customer_city"].title(),
            region=place["customer_state"],
            country="BR",
        ),
        lines=list(lines.values()),
        delivery=delivery,
        currency=CURRENCY,
        ordered_at=sale.ordered_at,
        paid_at=max(sale.approved_at or sale.ordered_at, sale.ordered_at),
        source=f"{SOURCE}:{sale.order_id}",
        paid_with=sale.paid_with,
    )


def _follow(taking: _Taking, sale: Sale, order_id: UUID) -> None:
    """What the vendors did with it, or that it was called off."""
    began = max(sale.approved_at or sale.ordered_at, sale.ordered_at)
    if sale.status in _CALLED_OFF:
        cancelling.cancel_order(
            order_id=order_id, reason=sale.status, acting=taking.acting, at=began
        )
        taking.count(cancelled_orders=1)
        return
    sent = max(sale.shipped_at or began, began)
    parts = any_order(order_id).parts if sale.status in _TAKEN_ON else ()
    for part_id in [part.id for part in parts]:
        fulfilment.start_processing(vendor_order_id=part_id, acting=taking.acting, at=began)
        if sale.status in _ON_THE_WAY:
            nothing = Tracking()
            fulfilment.ship(
                vendor_order_id=part_id, tracking=nothing, acting=taking.acting, at=sent
            )
        if sale.status == "delivered":
            arrived = max(sale.delivered_at or sent, sent)
            fulfilment.deliver(vendor_order_id=part_id, acting=taking.acting, at=arrived)


def _review(taking: _Taking, sale: Sale, order_id: UUID, user_id: UUID) -> None:
    """The customer's opinion of the order, told of its first product; of two the first counts."""
    first = sale.items[0]
    subject = Ref("catalog.product", str(taking.product_ids[first.product_id, first.seller_id]))
    name = f"Customer {sale.customer['customer_unique_id'][:6]}"
    for opinion in sale.opinions:
        with suppress(AlreadyReviewed):
            write_review(
                subject=subject,
                order_id=order_id,
                wording=Wording(opinion.stars, opinion.title, opinion.text),
                acting=Actor("user", str(user_id), name, frozenset({"customer"})),
                at=opinion.at,
            )
            taking.count(reviews=1)
