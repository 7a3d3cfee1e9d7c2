"""Vendors and products in the bound tenant, made by the domain's own operations."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared_apps.identity.models import User
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.money import Money
from tenant_apps.catalog.domain import moderation
from tenant_apps.catalog.domain.drafts import PriceDraft, ProductDraft, VariantDraft
from tenant_apps.catalog.domain.products import create_product
from tenant_apps.catalog.models import StockItem, Variant
from tenant_apps.partners.domain.applications import Application, register
from tests.world import NOW


@dataclass(frozen=True)
class Vendor:
    id: UUID
    name: str
    user: User

    @property
    def actor(self) -> Actor:
        return Actor("user", str(self.user.id), self.user.name, frozenset({"vendor"}))


@dataclass(frozen=True)
class Item:
    """A product with one variant."""

    product_id: UUID
    variant_id: UUID
    vendor: Vendor

    @property
    def stock(self) -> StockItem:
        return StockItem.objects.get(variant_id=self.variant_id)


def make_user(email: str, *, name: str = "", roles: tuple[str, ...] = ()) -> User:
    user = User.objects.create_user(
        email, "a long pass phrase", name=name or email.split("@", maxsplit=1)[0]
    )
    for role in roles:
        user.grants.create(role=role, granted_by="system", granted_at=NOW)
    return user


def make_vendor(name: str = "Potter") -> Vendor:
    user = make_user(f"{name.lower()}@vendors.example", name=name, roles=("vendor",))
    partner = register(
        application=Application(kind="vendor", name=name, currency="EUR"),
        owner_id=user.id,
        acting=SYSTEM,
        at=NOW,
    )
    return Vendor(partner.id, name, user)


def make_item(vendor: Vendor, title: str = "Bowl", *, price: str = "24.50", stock: int = 5) -> Item:
    variant = VariantDraft(
        prices=(PriceDraft(Money.parse(price, "EUR")),), quantity=stock, is_tracked=True
    )
    draft = ProductDraft(title=title, variants=(variant,))
    product_id = create_product(vendor_id=vendor.id, draft=draft, acting=SYSTEM, at=NOW)
    moderation.publish_product(product_id=product_id, acting=SYSTEM, at=NOW)
    return Item(product_id, Variant.objects.get(product_id=product_id).id, vendor)
