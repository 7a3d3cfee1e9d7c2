"""What of the catalogue decides a commission: settlement asks, this room answers."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from tenant_apps.catalog.models import Category, Product
from tenant_apps.settlement.domain.sales import Catalogue, ProductFacts

_FOUND_MAX = 10


def products_facts(ids: Iterable[UUID]) -> dict[UUID, ProductFacts]:
    """Products by id, whatever their state. One query."""
    rows = Product.objects.select_related("vendor", "category").filter(id__in=set(ids))
    return {row.id: _facts(row) for row in rows}


def find_products(words: str) -> list[ProductFacts]:
    """Products whose title holds these words; without words the newest. One query."""
    rows = Product.objects.select_related("vendor", "category").order_by("-created_at", "-id")
    found = rows.filter(title__icontains=words) if words else rows
    return [_facts(row) for row in found[:_FOUND_MAX]]


def category_paths() -> list[tuple[str, str]]:
    """Every category's path with the name people know it by. One query."""
    rows = Category.objects.order_by("path").values_list("path", "name", "depth")
    return [(path, f"{'— ' * depth}{name}") for path, name, depth in rows]


def _facts(row: Product) -> ProductFacts:
    return ProductFacts(
        id=row.id,
        title=row.title,
        vendor_id=row.vendor_id,
        vendor_name=row.vendor.name,
        category_path=row.category.path if row.category else "",
    )


CATALOGUE = Catalogue(products=products_facts, find=find_products, category_paths=category_paths)
