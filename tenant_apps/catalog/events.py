"""What happened to products and stock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared_apps.kernel.events import Event


@dataclass(frozen=True, slots=True)
class ProductSubmitted(Event):
    name: ClassVar[str] = "catalog.product_submitted.v1"

    product_id: str
    vendor_id: str
    title: str


@dataclass(frozen=True, slots=True)
class ProductPublished(Event):
    name: ClassVar[str] = "catalog.product_published.v1"

    product_id: str
    vendor_id: str
    title: str


@dataclass(frozen=True, slots=True)
class ProductRejected(Event):
    name: ClassVar[str] = "catalog.product_rejected.v1"

    product_id: str
    vendor_id: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProductArchived(Event):
    """The product is no longer on sale: archived, or taken back to a draft."""

    name: ClassVar[str] = "catalog.product_archived.v1"

    product_id: str
    vendor_id: str
    title: str


@dataclass(frozen=True, slots=True)
class ProductChanged(Event):
    """What shoppers see of a published product changed."""

    name: ClassVar[str] = "catalog.product_changed.v1"

    product_id: str
    vendor_id: str
    title: str


@dataclass(frozen=True, slots=True)
class CategoryChanged(Event):
    """A category was named, moved or removed; `path` is its present address."""

    name: ClassVar[str] = "catalog.category_changed.v1"

    category_id: str
    path: str


@dataclass(frozen=True, slots=True)
class StockChanged(Event):
    """What can be bought of a variant changed (inventory.updated of the seeds)."""

    name: ClassVar[str] = "catalog.stock_changed.v1"

    product_id: str
    variant_id: str
    available: int
    in_stock: bool


@dataclass(frozen=True, slots=True)
class StockRanLow(Event):
    name: ClassVar[str] = "catalog.stock_ran_low.v1"

    product_id: str
    variant_id: str
    vendor_id: str
    available: int
    threshold: int
