"""Rows of an order: writing them, noting what happened, giving an unpaid one up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.context import TierTerms
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.catalog.domain import stock
from tenant_apps.ordering.domain.planning import PlannedLine, PlannedPart
from tenant_apps.ordering.events import OrderExpired
from tenant_apps.ordering.lifecycle import ORDER, ORDER_OPEN
from tenant_apps.ordering.models import Order, OrderEvent, OrderLine, VendorOrder
from tenant_apps.payments.domain import tenders
from tenant_apps.promotions.domain import discounts
from tenant_apps.promotions.domain.discounts import AppliedDiscount

ORDER_KIND = "ordering.order"
VENDOR_ORDER_KIND = "ordering.vendor_order"


class OrderUnknown(NotFound):
    code, title = "order_unknown", "There is no such order"


def discount_json(applied: AppliedDiscount) -> dict[str, Any]:
    """What an order keeps of a code (rule): enough to count it again."""
    return {
        "promotion_id": str(applied.promotion_id),
        "code": applied.code,
        "title": applied.title,
        "off": applied.off.minor,
        "subsidy": applied.subsidy.minor,
    }


def quote_of(order: Order) -> discounts.Quote:
    """The codes an order was written with, as if they had just been quoted (rule)."""
    applied = tuple(
        AppliedDiscount(
            UUID(each["promotion_id"]),
            each["code"],
            each["title"],
            Money(each["off"], order.currency),
            Money(each["subsidy"], order.currency),
        )
        for each in order.discounts
    )
    return discounts.Quote(applied, {}, {}, ())


def ref_of(order_id: UUID) -> Ref:
    return Ref(ORDER_KIND, str(order_id))


def vendor_order_ref(vendor_order_id: UUID) -> Ref:
    return Ref(VENDOR_ORDER_KIND, str(vendor_order_id))


@step
def write_parts(
    order: Order, parts: Sequence[PlannedPart], *, tier: TierTerms, at: datetime
) -> list[VendorOrder]:
    """One vendor order for each part, in the same order, with its lines frozen."""
    rows = [
        _vendor_order(order, part, place=place, at=at) for place, part in enumerate(parts, start=1)
    ]
    VendorOrder.objects.bulk_create(rows)
    OrderLine.objects.bulk_create(
        _line(row, line, tier) for row, part in zip(rows, parts, strict=True) for line in part.lines
    )
    return rows


@step
def note(
    order: Order,
    kind: str,
    *,
    vendor_order: VendorOrder | None = None,
    data: Mapping[str, Any] | None = None,
    acting: Actor,
    at: datetime,
) -> None:
    """Append to the order's timeline."""
    OrderEvent.objects.create(
        order=order,
        vendor_order=vendor_order,
        kind=kind,
        actor=f"{acting.kind}:{acting.id}",
        data=dict(data or {}),
        at=at,
    )


@step
def note_all(order: Order, kinds: Mapping[VendorOrder | None, str], *, at: datetime) -> None:
    """Append what the house itself did: one entry each, for a part or (None) for the whole."""
    actor = f"{SYSTEM.kind}:{SYSTEM.id}"
    OrderEvent.objects.bulk_create(
        OrderEvent(order=order, vendor_order=row, kind=kind, actor=actor, at=at)
        for row, kind in kinds.items()
    )


@operation
def give_up(*, order_id: UUID, at: datetime) -> None:
    """Nothing was paid and nothing will be: free the stock, let the customer start again."""
    expire(order_id=order_id, reason="payment_failed", at=at)


@step
def expire(*, order_id: UUID, reason: str, at: datetime) -> None:
    """End an unpaid order: stock, codes and stored value are free. A placed one stays as it is."""
    order = Order.objects.select_for_update().filter(id=order_id).first()
    if order is None or order.state not in ORDER_OPEN:
        return
    record_move(order, ORDER, "expire", acting=SYSTEM, at=at, note=reason)
    note(order, "expired", data={"reason": reason}, acting=SYSTEM, at=at)
    publish(OrderExpired(order_id=str(order.id), number=order.number), subject=ref_of(order.id))
    stock.release(holder=str(ref_of(order.id)), at=at)
    tenders.release_stored_value(subject=ref_of(order.id), at=at)
    if order.discounts:
        discounts.give_back_codes(subject=ref_of(order.id), at=at)


def _vendor_order(order: Order, part: PlannedPart, *, place: int, at: datetime) -> VendorOrder:
    sums, sent, tax = part.sums, part.delivery, part.delivery_tax
    return VendorOrder(
        id=uuid7(),
        order=order,
        number=f"{order.number}-{place}",
        vendor_id=part.vendor_id,
        vendor_name=part.vendor_name,
        delivery_method=part.option.code,
        delivery_name=part.option.name,
        delivery_days=part.option.days,
        is_pickup=part.option.is_pickup,
        currency=order.currency,
        subtotal_minor=sums.subtotal.minor,
        delivery_minor=sums.delivery.minor,
        delivery_discount_minor=sent.discount.minor,
        delivery_subsidy_minor=sent.subsidy.minor,
        delivery_tax_name=tax.name,
        delivery_tax_jurisdiction=tax.jurisdiction,
        delivery_tax_bps=tax.bps,
        delivery_tax_minor=sent.tax.minor,
        delivery_tax_added_minor=sent.tax_added.minor,
        delivery_retained_tax_minor=sent.retained_tax.minor,
        discount_minor=sums.discount.minor,
        subsidy_minor=sums.subsidy.minor,
        tax_minor=sums.tax.minor,
        tax_added_minor=sums.tax_added.minor,
        total_minor=sums.total.minor,
        commission_minor=sums.commission.minor,
        commission_tax_minor=sums.commission_tax.minor,
        retained_tax_minor=sums.retained_tax.minor,
        take_minor=sums.take.minor,
        earning_minor=sums.earning.minor,
        created_at=at,
    )


def _line(row: VendorOrder, line: PlannedLine, tier: TierTerms) -> OrderLine:
    offer, price, tax, commission = line.offer, line.price, line.tax, line.commission
    return OrderLine(
        id=uuid7(),
        vendor_order=row,
        variant_id=offer.variant_id,
        product_id=offer.product_id,
        product_slug=offer.slug,
        category_path=offer.category_path,
        title=offer.title,
        variant_title=offer.variant_label[:300],
        sku=offer.sku,
        is_digital=offer.is_digital,
        weight_g=offer.weight_g,
        quantity=price.quantity,
        unit_price_minor=price.unit.minor,
        subtotal_minor=price.subtotal.minor,
        discount_minor=price.discount.minor,
        subsidy_minor=price.subsidy.minor,
        tax_class=tax.tax_class,
        tax_name=tax.name,
        tax_jurisdiction=tax.jurisdiction,
        tax_bps=tax.bps,
        tax_minor=price.tax.minor,
        tax_added_minor=price.tax_added.minor,
        total_minor=price.total.minor,
        commission_rule_id=commission.rule_id,
        commission_rule_name=commission.rule_name,
        commission_bps=commission.bps,
        commission_fixed_minor=commission.fixed.minor,
        commission_minor=price.commission.minor,
        commission_tax_bps=line.fee_tax_bps,
        commission_tax_minor=price.commission_tax.minor,
        retained_tax_minor=price.retained_tax.minor,
        take_bps=line.take_bps,
        take_minor=price.take.minor,
        tier_code=tier.code,
        tier_version=tier.version,
        earning_minor=price.earning.minor,
    )
