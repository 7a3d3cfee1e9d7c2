"""Orders that arrived, as rows: what may be reviewed, without walking through a checkout."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared_apps.kernel.ids import uuid7
from tenant_apps.catalog.models import Product
from tenant_apps.ordering.models import Cart, Order, OrderLine, VendorOrder
from tests.factories.catalog import only_variant
from tests.world import NOW


def make_order(
    user_id: UUID | None,
    product_ids: Sequence[UUID],
    *,
    state: str = "delivered",
    minor: int = 5000,
    quantity: int = 1,
    at: datetime = NOW,
    **more: Any,
) -> Order:
    """A placed order of products, one vendor order for each of their vendors, all in one state."""
    owner = {"user_id": user_id} if user_id else {"guest_key": uuid7()}
    cart = Cart.objects.create(
        **owner, currency="EUR", state="ordered", created_at=at, updated_at=at
    )
    total = minor * quantity * len(product_ids)
    order = Order.objects.create(
        **owner,
        number=f"T-{uuid7().hex[-12:]}",
        cart=cart,
        email="cy@example.com",
        address={
            "name": "Cy Customer",
            "line1": "1 Quay Street",
            "city": "Galway",
            "country": "IE",
        },
        currency="EUR",
        subtotal_minor=total,
        total_minor=total,
        fingerprint="",
        state="placed",
        created_at=at,
        expires_at=at,
        placed_at=at,
        **more,
    )
    products = Product.objects.filter(pk__in=product_ids).order_by("vendor_id", "pk")
    parts: dict[UUID, list[Product]] = {}
    for product in products:
        parts.setdefault(product.vendor_id, []).append(product)
    for place, (_, goods) in enumerate(parts.items(), start=1):
        _part(order, goods, place, state=state, minor=minor, quantity=quantity, at=at)
    return order


def _part(
    order: Order,
    goods: list[Product],
    place: int,
    *,
    state: str,
    minor: int,
    quantity: int,
    at: datetime,
) -> None:
    each = minor * quantity
    total, commission = each * len(goods), each * len(goods) // 10
    part = VendorOrder.objects.create(
        order=order,
        number=f"{order.number}-{place}",
        vendor_id=goods[0].vendor_id,
        vendor_name=goods[0].vendor.name,
        delivery_method="standard",
        delivery_name="Standard",
        currency="EUR",
        subtotal_minor=total,
        total_minor=total,
        commission_minor=commission,
        take_minor=commission // 2,
        earning_minor=total - commission,
        state=state,
        created_at=at,
        confirmed_at=at,
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            vendor_order=part,
            variant_id=only_variant(product.pk),
            product_id=product.pk,
            product_slug=product.slug,
            title=product.title,
            quantity=quantity,
            unit_price_minor=minor,
            subtotal_minor=each,
            tax_class="standard",
            total_minor=each,
            commission_rule_name="Everybody",
            commission_bps=1000,
            commission_minor=each // 10,
            take_bps=500,
            take_minor=each // 20,
            tier_code="growth",
            tier_version=1,
            earning_minor=each - each // 10,
        )
        for product in goods
    )
