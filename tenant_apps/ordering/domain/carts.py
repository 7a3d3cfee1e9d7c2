"""What somebody means to buy: one open cart for each customer and each guest."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import NotFound, Unprocessable
from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from tenant_apps.catalog.queries import Offer, offers
from tenant_apps.ordering.domain.quoting import HOPELESS, Asked, price_basket, read_basket
from tenant_apps.ordering.domain.validation import CartRow
from tenant_apps.ordering.lifecycle import CART, ORDER_OPEN
from tenant_apps.ordering.models import Cart, CartLine, Order
from tenant_apps.ordering.models.carts import QUANTITY_MAX
from tenant_apps.promotions.domain import gift_cards
from tenant_apps.promotions.domain.codes import key_of
from tenant_apps.promotions.domain.gift_cards import GiftCardUnknown, GiftCardView

CODES_MAX, _CODE_LENGTH = 8, 60


class NotForSale(Unprocessable):
    code, title = "not_for_sale", "This cannot be bought at the moment"


class TooFewInStock(Unprocessable):
    code, title = "insufficient_stock", "There are not that many in stock"


class BadQuantity(Unprocessable):
    code, title = "bad_quantity", f"Choose a quantity between 1 and {QUANTITY_MAX}"


class CodeRefused(Unprocessable):
    """`reason` is a word that the pages translate."""

    code, title = "code_refused", "This code cannot be used"


class NotInCart(NotFound):
    code, title = "not_in_cart", "This is not in the cart"


@dataclass(frozen=True, slots=True)
class CartOwner:
    """A customer by id, or a guest by the key of their cookie."""

    user_id: UUID | None = None
    guest_key: UUID | None = None

    @property
    def is_known(self) -> bool:
        """Somebody who was here before; a first visit has neither."""
        return self.user_id is not None or self.guest_key is not None

    @property
    def lookup(self) -> Mapping[str, UUID | None]:
        if self.user_id is not None:
            return {"user_id": self.user_id}
        return {"guest_key": self.guest_key}


@dataclass(frozen=True, slots=True)
class CartCount:
    """A cart after a change: its id and how many pieces are in it."""

    cart_id: UUID
    count: int


@operation
def add_to_cart(*, owner: CartOwner, variant_id: UUID, quantity: int, at: datetime) -> CartCount:
    """Put so many of a variant into the owner's cart, opened if need be.

    The present price is what the customer agrees to. Raises NotForSale, TooFewInStock,
    BadQuantity.
    """
    cart = locked_cart(owner)
    is_fresh = cart is None
    cart = cart or _open_cart(owner, at=at)
    lines = {line.variant_id: line for line in cart.lines.all()}
    present = lines.get(variant_id)
    wanted = quantity + (present.quantity if present else 0)
    offer = _offer_for(variant_id, wanted, currency=cart.currency)
    price = offer.price.minor if offer.price else 0
    if present is None:
        lines[variant_id] = CartLine.objects.create(
            cart=cart,
            variant_id=variant_id,
            quantity=wanted,
            price_seen_minor=price,
            added_at=at,
        )
    else:
        present.quantity, present.price_seen_minor = wanted, price
        present.save(update_fields=["quantity", "price_seen_minor"])
    if not is_fresh:
        _touch(cart, at=at)
    return CartCount(cart.id, sum(line.quantity for line in lines.values()))


@operation
def set_quantity(*, owner: CartOwner, variant_id: UUID, quantity: int, at: datetime) -> CartCount:
    """Change a line to so many; none takes it out. The present price is agreed to.

    Raises NotInCart, NotForSale, TooFewInStock, BadQuantity.
    """
    cart, lines = _cart_with(owner, variant_id)
    line = lines[variant_id]
    if quantity == 0:
        line.delete()
        del lines[variant_id]
    else:
        offer = _offer_for(variant_id, quantity, currency=cart.currency)
        line.quantity = quantity
        line.price_seen_minor = offer.price.minor if offer.price else 0
        line.save(update_fields=["quantity", "price_seen_minor"])
    _touch(cart, at=at)
    return CartCount(cart.id, sum(each.quantity for each in lines.values()))


@operation
def clear_cart(*, owner: CartOwner, at: datetime) -> None:
    """Take everything out."""
    cart = locked_cart(owner)
    if cart is not None:
        cart.lines.all().delete()
        _touch(cart, at=at)


@operation
def accept_changes(*, owner: CartOwner, at: datetime) -> None:
    """Agree to present prices; what is gone leaves the cart, what is short becomes what is left.

    Codes that will never take anything off again leave it too.
    """
    cart = locked_cart(owner)
    if cart is None:
        return
    lines = list(cart.lines.all())
    now_offered = offers([line.variant_id for line in lines], currency=cart.currency)
    for line in lines:
        offer = now_offered.get(line.variant_id)
        if offer is None or offer.price is None or not offer.is_sellable:
            line.delete()
            continue
        line.price_seen_minor = offer.price.minor
        line.quantity = min(line.quantity, offer.available or line.quantity)
        line.save(update_fields=["price_seen_minor", "quantity"])
    if cart.codes:
        _drop_dead_codes(cart, at=at)
    _touch(cart, at=at)


def _drop_dead_codes(cart: Cart, *, at: datetime) -> None:
    asked = Asked(at=at, user_id=cart.user_id)
    priced = price_basket(read_basket(cart, _rows(cart), at=at, with_commission=False), asked)
    dead = {each.code for each in priced.discounts.refused if each.reason in HOPELESS}
    cart.codes = [code for code in cart.codes if code not in dead]
    cart.save(update_fields=["codes"])


def _rows(cart: Cart) -> list[CartRow]:
    return [CartRow(x.variant_id, x.quantity, x.price_seen_minor) for x in cart.lines.all()]


@operation
def merge_carts(*, guest_key: UUID, user_id: UUID, at: datetime) -> None:
    """Somebody signed in: what they chose as a guest joins what they had chosen before.

    Quantities of the same variant: the larger one, so that a second sign-in doubles nothing.
    What the guest ordered becomes theirs too.
    """
    Order.objects.filter(guest_key=guest_key, user=None).update(user_id=user_id)
    guest = locked_cart(CartOwner(guest_key=guest_key))
    if guest is None:
        return
    own = locked_cart(CartOwner(user_id=user_id))
    if own is None:
        guest.user_id, guest.guest_key, guest.updated_at = user_id, None, at
        guest.save(update_fields=["user", "guest_key", "updated_at"])
        return
    present = {line.variant_id: line for line in own.lines.all()}
    for line in guest.lines.all():
        same = present.get(line.variant_id)
        if same is None:
            CartLine.objects.filter(pk=line.pk).update(cart=own)
        elif line.quantity > same.quantity:
            CartLine.objects.filter(pk=same.pk).update(quantity=line.quantity)
    own.codes = list(dict.fromkeys([*own.codes, *guest.codes]))[:CODES_MAX]
    cards = dict([*own.gift_cards, *guest.gift_cards])
    own.gift_cards = [list(pair) for pair in cards.items()][:CODES_MAX]
    own.save(update_fields=["codes", "gift_cards"])
    record_move(guest, CART, "merge", acting=SYSTEM, at=at)
    _touch(own, at=at)


@operation
def enter_code(*, owner: CartOwner, code: str, email: str = "", at: datetime) -> str:
    """Take a coupon's or a gift card's code into the cart; says which of the two it was.

    A coupon that takes nothing off yet is kept, its reason is told with the cart. Raises
    CodeRefused with the reason where it never will.
    """
    cart = locked_cart(owner)
    said = code.strip()
    if cart is None or not said:
        raise CodeRefused(reason="cart_empty" if cart is None else "unknown")
    if len(said) > _CODE_LENGTH or len(cart.codes) + len(cart.gift_cards) >= CODES_MAX:
        raise CodeRefused(reason="unknown" if len(said) > _CODE_LENGTH else "too_many")
    with suppress(GiftCardUnknown):
        card = gift_cards.find(said)
        return _take_card(cart, card, at=at)
    cart.codes = [*(each for each in cart.codes if key_of(each) != key_of(said)), said]
    draft = draft_of(cart, at=at)
    asked = Asked(
        at=at,
        email=email,
        user_id=cart.user_id,
        subject=Ref("ordering.order", str(draft.id)) if draft else None,
    )
    priced = price_basket(read_basket(cart, _rows(cart), at=at, with_commission=False), asked)
    for refused in priced.discounts.refused:
        if key_of(refused.code) == key_of(said) and refused.reason in HOPELESS:
            raise CodeRefused(reason=refused.reason)
    cart.save(update_fields=["codes"])
    _touch(cart, at=at)
    return "coupon"


@operation
def remove_code(*, owner: CartOwner, code: str, at: datetime) -> None:
    """Take a coupon, or a gift card by its source, out of the cart; a repeat changes nothing."""
    cart = locked_cart(owner)
    if cart is not None:
        cart.codes = [each for each in cart.codes if key_of(each) != key_of(code)]
        cart.gift_cards = [pair for pair in cart.gift_cards if pair[0] != code]
        cart.save(update_fields=["codes", "gift_cards"])
        _touch(cart, at=at)


def _take_card(cart: Cart, card: GiftCardView, *, at: datetime) -> str:
    if not card.balance:
        raise CodeRefused(reason="gift_card_empty")
    if card.balance.currency != cart.currency:
        raise CodeRefused(reason="other_currency")
    others = [pair for pair in cart.gift_cards if pair[0] != card.source]
    cart.gift_cards = [*others, [card.source, card.code_end]]
    cart.save(update_fields=["gift_cards"])
    _touch(cart, at=at)
    return "gift_card"


def draft_of(cart: Cart, *, at: datetime) -> Order | None:
    """The cart's own unfinished order that still holds goods for it. One query."""
    rows = Order.objects.filter(cart=cart, state__in=ORDER_OPEN, expires_at__gt=at)
    return rows.first()


@step
def locked_cart(owner: CartOwner) -> Cart | None:
    """The owner's open cart, locked until the commit."""
    found: Cart | None = (
        Cart.objects.select_for_update().filter(state="open", **owner.lookup).first()
    )
    return found


def _open_cart(owner: CartOwner, *, at: datetime) -> Cart:
    fresh = Cart(
        id=uuid7(),
        user_id=owner.user_id,
        guest_key=None if owner.user_id else owner.guest_key,
        currency=current_tenant().currency,
        created_at=at,
        updated_at=at,
    )
    # Two first clicks at once: the database keeps one cart, both find it.
    Cart.objects.bulk_create([fresh], ignore_conflicts=True)
    return Cart.objects.select_for_update().get(state="open", **owner.lookup)


def _cart_with(owner: CartOwner, variant_id: UUID) -> tuple[Cart, dict[UUID, CartLine]]:
    cart = locked_cart(owner)
    lines = {line.variant_id: line for line in cart.lines.all()} if cart else {}
    if cart is None or variant_id not in lines:
        raise NotInCart
    return cart, lines


def _offer_for(variant_id: UUID, quantity: int, *, currency: str) -> Offer:
    if not 1 <= quantity <= QUANTITY_MAX:
        raise BadQuantity(errors={"quantity": [BadQuantity.title]})
    offer = offers([variant_id], currency=currency).get(variant_id)
    if offer is None or not offer.is_on_sale or offer.price is None:
        raise NotForSale(variant=public_id("var", variant_id))
    if not offer.can_supply(quantity):
        raise TooFewInStock(available=offer.available)
    return offer


def _touch(cart: Cart, *, at: datetime) -> None:
    Cart.objects.filter(pk=cart.pk).update(version=F("version") + 1, updated_at=at)
