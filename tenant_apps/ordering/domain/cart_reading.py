"""A cart as its page and the API show it: by vendor, to the cent, with what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Sum

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from tenant_apps.catalog.queries import Offer
from tenant_apps.ordering.domain.addresses import Address
from tenant_apps.ordering.domain.carts import CartOwner, draft_of
from tenant_apps.ordering.domain.delivery import DeliveryOption
from tenant_apps.ordering.domain.planning import PlannedPart
from tenant_apps.ordering.domain.pricing import Sums, no_sums
from tenant_apps.ordering.domain.quoting import Asked, Basket, Priced, price_basket, read_basket
from tenant_apps.ordering.domain.tendering import StoredValue, Tender, spend, stored_value_of
from tenant_apps.ordering.domain.validation import CartProblem, CartRow, problems_of
from tenant_apps.ordering.models import Cart, CartLine, Order, OrderLine
from tenant_apps.ordering.models.carts import QUANTITY_MAX
from tenant_apps.payments.queries import outstanding
from tenant_apps.promotions.domain.discounts import AppliedDiscount


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
    """What of the cart one vendor would send: how it could come, how it comes and at which cost.

    `chosen` is None where nothing can be bought or sent; `subtotal` is before discounts.
    """

    vendor_id: UUID | None
    vendor_name: str
    vendor_slug: str
    lines: Sequence[CartLineView]
    subtotal: Money
    options: Sequence[DeliveryOption] = ()
    chosen: DeliveryOption | None = None
    delivery: Money | None = None
    total: Money | None = None
    problems: Sequence[CartProblem] = ()

    @property
    def public_id(self) -> str:
        return public_id("part", self.vendor_id) if self.vendor_id else ""


@dataclass(frozen=True, slots=True)
class CartView:
    """`total` is what the customer owes; `tenders` of stored value pay a part, `due` is the rest.

    Without an address (`is_estimate`) tax and delivery are what they would be at the least.
    `held_until` is until when an unfinished checkout of this cart keeps the goods for it.
    """

    currency: str
    groups: Sequence[CartGroup]
    problems: Sequence[CartProblem]
    total: Money
    count: int
    sums: Sums
    due: Money
    cart_id: UUID | None = None
    version: int = 0
    applied: Sequence[AppliedDiscount] = ()
    codes: Sequence[str] = ()
    stored: Sequence[StoredValue] = ()
    tenders: Sequence[Tender] = ()
    prices_include_tax: bool = True
    is_estimate: bool = True
    held_until: datetime | None = None
    country: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.groups

    @property
    def can_check_out(self) -> bool:
        return bool(self.groups) and not any(p.code not in _LATER for p in self.problems)

    @property
    def goods(self) -> Money:
        return self.sums.subtotal


# What may still be put right on the checkout page itself.
_LATER = frozenset({"delivery_not_offered", "delivery_method_unknown", "code_refused"})


@dataclass(frozen=True, slots=True)
class SoFar:
    """What the customer said on the checkout page until now."""

    address: Address | None = None
    delivery: Mapping[str, str] = field(default_factory=dict)
    email: str = ""
    uses_wallet: bool = False


def cart_of(*, owner: CartOwner, at: datetime, so_far: SoFar | None = None) -> CartView:
    """The owner's open cart priced for what is known; an empty one for who has none.

    Ten queries, and those for codes and stored value.
    """
    said = so_far or SoFar()
    cart = Cart.objects.filter(state="open", **owner.lookup).first() if owner.is_known else None
    lines = list(cart.lines.order_by("added_at", "id")) if cart else []
    if cart is None or not lines:
        return _empty(cart)
    draft = draft_of(cart, at=at)
    held = _held_for(draft) if draft else {}
    rows = [_row(line, held) for line in lines]
    basket = read_basket(cart, rows, at=at, with_commission=False)
    asked = Asked(
        at=at,
        address=said.address,
        delivery=said.delivery,
        email=said.email,
        user_id=cart.user_id,
        subject=Ref("ordering.order", str(draft.id)) if draft else None,
    )
    return _view(cart, draft, basket, price_basket(basket, asked), said)


def count_in_cart(owner: CartOwner) -> int:
    """How many pieces are in the owner's cart. One query, none for who cannot have one."""
    if not owner.is_known:
        return 0
    where = {f"cart__{name}": value for name, value in owner.lookup.items()}
    found = CartLine.objects.filter(cart__state="open", **where)
    return int(found.aggregate(count=Sum("quantity"))["count"] or 0)


def _row(line: CartLine, held: Mapping[UUID, int]) -> CartRow:
    return CartRow(
        line.variant_id, line.quantity, line.price_seen_minor, held.get(line.variant_id, 0)
    )


def _empty(cart: Cart | None) -> CartView:
    currency = cart.currency if cart else current_tenant().currency
    nothing = Money.zero(currency)
    return CartView(
        currency=currency,
        groups=(),
        problems=(CartProblem("cart_empty"),),
        total=nothing,
        count=0,
        sums=no_sums(currency),
        due=nothing,
        cart_id=cart.id if cart else None,
        version=cart.version if cart else 0,
    )


def _held_for(draft: Order) -> dict[UUID, int]:
    """What this cart's own unfinished checkout holds of the stock."""
    rows = OrderLine.objects.filter(vendor_order__order=draft)
    return dict(rows.values_list("variant_id", "quantity"))


def _view(cart: Cart, draft: Order | None, basket: Basket, priced: Priced, said: SoFar) -> CartView:
    groups = _groups(basket, priced)
    own = outstanding(Ref("ordering.order", str(draft.id))) if draft else []
    stored = stored_value_of(cart, own)
    tenders, due = spend(priced.sums.total, stored, uses_wallet=said.uses_wallet)
    problems = [problem for group in groups for line in group.lines for problem in line.problems]
    return CartView(
        currency=cart.currency,
        groups=groups,
        problems=[*problems, *priced.problems],
        total=priced.sums.total,
        count=sum(row.quantity for row in basket.rows),
        sums=priced.sums,
        due=due,
        cart_id=cart.id,
        version=cart.version,
        applied=priced.applied,
        codes=cart.codes,
        stored=stored,
        tenders=tenders,
        prices_include_tax=basket.terms.taxes.prices_include_tax,
        is_estimate=said.address is None,
        held_until=draft.expires_at if draft else None,
        country=said.address.country if said.address else basket.terms.taxes.home_country,
    )


def _groups(basket: Basket, priced: Priced) -> list[CartGroup]:
    lines: dict[UUID | None, list[CartLineView]] = {}
    for row in basket.rows:
        offer = basket.offers.get(row.variant_id)
        view = _line_view(row, offer, basket)
        lines.setdefault(offer.vendor_id if offer else None, []).append(view)
    parts = {part.vendor_id: part for part in priced.parts}
    return [_group(each, basket, priced, parts, views) for each, views in lines.items()]


def _line_view(row: CartRow, offer: Offer | None, basket: Basket) -> CartLineView:
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
        total=unit * row.quantity if unit is not None else Money.zero(basket.currency),
        problems=problems_of(row, offer, basket.closed, basket.currency),
    )


def _group(
    vendor_id: UUID | None,
    basket: Basket,
    priced: Priced,
    parts: Mapping[UUID, PlannedPart],
    lines: Sequence[CartLineView],
) -> CartGroup:
    offer = basket.offers.get(lines[0].variant_id)
    subtotal = sum((line.total for line in lines), Money.zero(basket.currency))
    part = parts.get(vendor_id) if vendor_id else None
    if offer is None or vendor_id is None or part is None:
        name, slug = (offer.vendor_name, offer.vendor_slug) if offer else ("", "")
        return CartGroup(vendor_id, name, slug, lines, subtotal)
    return CartGroup(
        vendor_id=vendor_id,
        vendor_name=offer.vendor_name,
        vendor_slug=offer.vendor_slug,
        lines=lines,
        subtotal=subtotal,
        options=priced.options[vendor_id],
        chosen=part.option if part.option.code else None,
        delivery=part.delivery.price - part.delivery.discount,
        total=part.total,
        problems=[each for each in priced.problems if each.vendor_id == vendor_id],
    )
