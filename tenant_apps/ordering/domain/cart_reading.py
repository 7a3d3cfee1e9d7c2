"""A cart as its page and the API show it: by vendor, with what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Sum

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from tenant_apps.catalog.queries import Offer, offers
from tenant_apps.ordering.domain.carts import CartOwner
from tenant_apps.ordering.domain.delivery import Method, methods_by_vendor
from tenant_apps.ordering.domain.validation import CartProblem, CartRow, problems_of
from tenant_apps.ordering.lifecycle import ORDER_OPEN
from tenant_apps.ordering.models import Cart, CartLine, OrderLine
from tenant_apps.ordering.models.carts import QUANTITY_MAX
from tenant_apps.partners.queries import partners_by_id


@dataclass(frozen=True, slots=True)
class CartLineView:
    """`quantity_max` is what can be had; `unit` is None when it cannot be bought any more."""

    variant_id: UUID
    title: str
    variant_title: str
    url: str
    image: Mapping[str, Any]
    quantity: int
    quantity_max: int
    unit: Money | None
    total: Money
    problems: Sequence[CartProblem]

    @property
    def public_id(self) -> str:
        return public_id("var", self.variant_id)


@dataclass(frozen=True, slots=True)
class CartGroup:
    """What of the cart one vendor would send."""

    vendor_id: UUID | None
    vendor_name: str
    vendor_slug: str
    lines: Sequence[CartLineView]
    subtotal: Money
    methods: Sequence[Method]


@dataclass(frozen=True, slots=True)
class CartView:
    currency: str
    groups: Sequence[CartGroup]
    problems: Sequence[CartProblem]
    total: Money
    count: int
    cart_id: UUID | None = None

    @property
    def is_empty(self) -> bool:
        return not self.groups

    @property
    def can_check_out(self) -> bool:
        return bool(self.groups) and not self.problems


def cart_of(*, owner: CartOwner, at: datetime) -> CartView:
    """The owner's open cart; an empty one for who has none. Five queries."""
    cart = Cart.objects.filter(state="open", **owner.lookup).first() if owner.is_known else None
    currency = cart.currency if cart else current_tenant().currency
    lines = list(cart.lines.order_by("added_at", "id")) if cart else []
    if cart is None or not lines:
        empty = CartProblem("cart_empty")
        return CartView(currency, (), (empty,), Money.zero(currency), 0, cart.id if cart else None)
    found = offers([line.variant_id for line in lines], currency=currency)
    vendors = partners_by_id({offer.vendor_id for offer in found.values()})
    closed = {vendor.id for vendor in vendors.values() if not vendor.is_open_on(at.date())}
    held = _held_for(cart, at=at)
    views: dict[UUID | None, list[CartLineView]] = {}
    for line in lines:
        offer = found.get(line.variant_id)
        row = CartRow(
            line.variant_id, line.quantity, line.price_seen_minor, held.get(line.variant_id, 0)
        )
        view = _line_view(row, offer, problems_of(row, offer, closed, currency), currency)
        views.setdefault(offer.vendor_id if offer else None, []).append(view)
    methods = methods_by_vendor([each for each in views if each], currency=currency)
    groups = [_group(group, found, methods, currency) for group in views.values()]
    return CartView(
        currency=currency,
        groups=groups,
        problems=[
            problem for group in views.values() for line in group for problem in line.problems
        ],
        total=sum((group.subtotal for group in groups), Money.zero(currency)),
        count=sum(line.quantity for line in lines),
        cart_id=cart.id,
    )


def count_in_cart(owner: CartOwner) -> int:
    """How many pieces are in the owner's cart. One query, none for who cannot have one."""
    if not owner.is_known:
        return 0
    where = {f"cart__{name}": value for name, value in owner.lookup.items()}
    found = CartLine.objects.filter(cart__state="open", **where)
    return int(found.aggregate(count=Sum("quantity"))["count"] or 0)


def _held_for(cart: Cart, *, at: datetime) -> dict[UUID, int]:
    """What this cart's own unfinished checkout holds of the stock."""
    rows = OrderLine.objects.filter(
        vendor_order__order__cart=cart,
        vendor_order__order__state__in=ORDER_OPEN,
        vendor_order__order__expires_at__gt=at,
    )
    return dict(rows.values_list("variant_id", "quantity"))


def _line_view(
    row: CartRow, offer: Offer | None, problems: Sequence[CartProblem], currency: str
) -> CartLineView:
    unit = offer.price if offer is not None and offer.is_on_sale else None
    left = QUANTITY_MAX if offer is None or offer.available is None else offer.available + row.held
    return CartLineView(
        variant_id=row.variant_id,
        title=offer.title if offer else "",
        variant_title=offer.variant_label if offer else "",
        url=offer.url if offer else "",
        image=offer.image if offer else {},
        quantity=row.quantity,
        quantity_max=max(row.quantity, min(left, QUANTITY_MAX)),
        unit=unit,
        total=unit * row.quantity if unit is not None else Money.zero(currency),
        problems=problems,
    )


def _group(
    lines: Sequence[CartLineView],
    found: Mapping[UUID, Offer],
    methods: Mapping[UUID, Sequence[Method]],
    currency: str,
) -> CartGroup:
    offer = found.get(lines[0].variant_id)
    return CartGroup(
        vendor_id=offer.vendor_id if offer else None,
        vendor_name=offer.vendor_name if offer else "",
        vendor_slug=offer.vendor_slug if offer else "",
        lines=lines,
        subtotal=sum((line.total for line in lines), Money.zero(currency)),
        methods=methods[offer.vendor_id] if offer else (),
    )
