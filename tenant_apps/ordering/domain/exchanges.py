"""Another variant instead of the money: same product, same price, set aside until it is sent.

A difference in price is not charged or paid back here: the page says so and offers the return for
the money and a new order instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import step
from tenant_apps.catalog.domain import stock
from tenant_apps.catalog.domain.stock import StockLine
from tenant_apps.catalog.queries import ProductUnknown, offers, product_with
from tenant_apps.ordering.domain.parts import Quantities
from tenant_apps.ordering.models import OrderLine, Return

# The row of the reservation only has to live until it is sold, in the same transaction.
_HELD_FOR = timedelta(minutes=5)


class ExchangeNotOffered(Unprocessable):
    code, title = "exchange_not_offered", "Choose another variant of the same product"


class ExchangePriceDiffers(Unprocessable):
    code = "exchange_price_differs"
    title = "The other variant has another price: send this one back for the money and order that"


def check_replacements(
    lines: Sequence[OrderLine],
    items: Quantities,
    replacements: Mapping[UUID, UUID],
    *,
    currency: str,
) -> None:
    """Each line needs a variant of its product at its price. One query.

    Raises ExchangeNotOffered, ExchangePriceDiffers.
    """
    found = offers(list(replacements.values()), currency=currency)
    for line in lines:
        if line.id not in items:
            continue
        offer = found.get(replacements.get(line.id, line.id))
        if offer is None or offer.product_id != line.product_id or offer.price is None:
            raise ExchangeNotOffered
        if offer.price.minor != line.unit_price_minor:
            raise ExchangePriceDiffers(price=offer.price.as_json())


def choices_for(
    lines: Iterable[tuple[UUID, UUID, UUID, Money]], *, currency: str
) -> dict[UUID, list[tuple[UUID, str]]]:
    """What each line (line, product, variant, unit price) could be exchanged for now.

    Other variants of its product at its price that are there, with their names. One query a product.
    """
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for line_id, product_id, variant_id, unit in lines:
        try:
            product = product_with(product_id, currency=currency, on_sale=True)
        except ProductUnknown:
            continue
        found[line_id] = [
            (other.id, other.label or other.sku)
            for other in product.variants
            if other.id != variant_id and other.price == unit and other.in_stock
        ]
    return {line_id: others for line_id, others in found.items() if others}


@step
def set_aside(found: Return, *, at: datetime) -> None:
    """Sell the replacements to the return, so that nobody else gets them.

    Raises InsufficientStock.
    """
    take_from_stock(lines=_replacements(found), subject=_ref(found), at=at)


@step
def put_back(found: Return, *, at: datetime, besides: Quantities | None = None) -> None:
    """Let the replacements go again, or only as many of each line as `besides` says."""
    lines = [
        StockLine(each.replacement_id, count)
        for each in found.lines.order_by("id")
        if each.replacement_id
        and (count := each.quantity if besides is None else besides.get(each.line_id, 0))
    ]
    if lines:
        stock.cancel(lines=lines, subject=str(_ref(found)), at=at)


@step
def ship_replacements(found: Return, *, at: datetime) -> None:
    """What was set aside for the accepted units leaves the shelf."""
    lines = [
        StockLine(each.replacement_id, count)
        for each in found.lines.order_by("id")
        if each.replacement_id and (count := each.restocked_quantity + each.written_off_quantity)
    ]
    stock.ship(lines=lines, subject=str(_ref(found)), at=at)


@step
def take_from_stock(*, lines: Sequence[StockLine], subject: Ref, at: datetime) -> None:
    """Sell units for nothing to a return or claim; raises InsufficientStock."""
    holder = str(subject)
    stock.reserve(lines=lines, holder=holder, until=at + _HELD_FOR, at=at)
    stock.sell(lines=lines, holder=holder, subject=holder, at=at)


def _replacements(found: Return) -> list[StockLine]:
    return [
        StockLine(each.replacement_id, each.quantity)
        for each in found.lines.order_by("id")
        if each.replacement_id
    ]


def _ref(found: Return) -> Ref:
    return Ref("ordering.return", str(found.id))
