"""Categories and products."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.money import Money
from shared_apps.outbox.domain.delivery import deliver_pending
from tenant_apps.catalog.domain import categories, moderation, products
from tenant_apps.catalog.domain.categories import CategoryDraft
from tenant_apps.catalog.domain.drafts import (
    ImageDraft,
    OptionDraft,
    PriceDraft,
    ProductDraft,
    VariantDraft,
)
from tenant_apps.catalog.models import Variant
from tenant_apps.partners.queries import PartnerSummary
from tests.world import NOW


def price(minor: int, compare_at: int | None = None, currency: str = "EUR") -> PriceDraft:
    return PriceDraft(
        Money(minor, currency), Money(compare_at, currency) if compare_at is not None else None
    )


def make_category(name: str = "Clothing", *, parent_id: UUID | None = None) -> UUID:
    return categories.create_category(
        draft=CategoryDraft(name=name, parent_id=parent_id), acting=SYSTEM, at=NOW
    )


def draft_of(
    title: str = "Linen shirt", *, minor: int = 5000, quantity: int = 5, **more: Any
) -> Any:
    """A product of one variant, unless told otherwise."""
    more.setdefault("variants", (VariantDraft(prices=(price(minor),), quantity=quantity),))
    more.setdefault("images", (ImageDraft(source_url="https://shop.example/1.jpg", alt=title),))
    return ProductDraft(title=title, **more)


def colours_and_sizes(
    combinations: Sequence[tuple[str, str, int]], *, quantity: int = 5
) -> dict[str, Any]:
    """Options Color and Size with just these variants (color, size, price)."""
    colours = tuple(dict.fromkeys(colour for colour, _, _ in combinations))
    sizes = tuple(dict.fromkeys(size for _, size, _ in combinations))
    return {
        "options": (OptionDraft("Color", colours), OptionDraft("Size", sizes)),
        "variants": tuple(
            VariantDraft(prices=(price(minor),), option_values=(colour, size), quantity=quantity)
            for colour, size, minor in combinations
        ),
    }


def make_product(vendor: PartnerSummary, title: str = "Linen shirt", **more: Any) -> UUID:
    """A draft product."""
    return products.create_product(
        vendor_id=vendor.id, draft=draft_of(title, **more), acting=SYSTEM, at=NOW
    )


def publish_product(product_id: UUID) -> UUID:
    moderation.publish_product(product_id=product_id, acting=SYSTEM, at=NOW)
    return product_id


def make_listing(vendor: PartnerSummary, title: str = "Linen shirt", **more: Any) -> UUID:
    """A published product; call `deliver` to see it in the index."""
    return publish_product(make_product(vendor, title, **more))


def only_variant(product_id: UUID) -> UUID:
    return Variant.objects.get(product_id=product_id, is_active=True).pk


def deliver() -> None:
    """Run the handlers of everything published so far."""
    for _ in range(200):
        if not deliver_pending(at=NOW).delivered:
            return
