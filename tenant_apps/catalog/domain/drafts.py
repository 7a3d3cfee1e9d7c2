"""A product as somebody wants it to be: from a form, the API or an imported file.

Everything here is a rule: plain values, their checks and a fingerprint.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.money import Money

OPTIONS_MAX = 5
VARIANTS_MAX = 500
IMAGES_MAX = 100
DESCRIPTION_LENGTH_MAX = 50_000


class InvalidProduct(Unprocessable):
    code, title = "invalid_product", "Some values of this product need another look"


@dataclass(frozen=True, slots=True)
class PriceDraft:
    amount: Money
    compare_at: Money | None = None


@dataclass(frozen=True, slots=True)
class ImageDraft:
    """A picture by stored file or, when imported, by the address it came from."""

    source_url: str = ""
    file_id: UUID | None = None
    alt: str = ""
    picture: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OptionDraft:
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VariantDraft:
    """One thing to buy. None leaves what is stored (`quantity` is what can be sold now).

    `image` is the index of its picture among the product's; `row` the line it was read from.
    """

    prices: tuple[PriceDraft, ...]
    option_values: tuple[str, ...] = ()
    sku: str = ""
    barcode: str = ""
    weight_g: int | None = None
    quantity: int | None = None
    is_tracked: bool | None = None
    allows_backorder: bool | None = None
    image: int | None = None
    row: int = 0


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """The whole of a product. `category_names` is a path of names for imports; an id wins."""

    title: str
    variants: tuple[VariantDraft, ...]
    slug: str = ""
    summary: str = ""
    description_html: str = ""
    category_id: UUID | None = None
    category_names: tuple[str, ...] = ()
    brand: str = ""
    product_type: str = ""
    tags: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    is_digital: bool = False
    is_featured: bool = False
    tax_class: str = "standard"
    options: tuple[OptionDraft, ...] = ()
    images: tuple[ImageDraft, ...] = ()
    source: str = ""
    external_ref: str = ""


def fingerprint(draft: ProductDraft) -> str:
    """A digest of everything a draft says, but not of the lines it was read from."""
    content = asdict(draft)
    for variant in content["variants"]:
        variant.pop("row")
    packed = json.dumps(content, sort_keys=True, default=_plain)
    return hashlib.sha256(packed.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)


def check(draft: ProductDraft) -> None:
    """Raise InvalidProduct with every mistake, by field ("variants.2.option_values")."""
    errors: dict[str, list[str]] = {}
    _check_texts(draft, errors)
    _check_counts(draft, errors)
    _check_variants(draft, errors)
    if errors:
        raise InvalidProduct(errors=errors)


_LENGTHS = {
    "title": 300,
    "slug": 255,
    "summary": 300,
    "brand": 120,
    "product_type": 120,
    "tax_class": 40,
    "external_ref": 255,
    "description_html": DESCRIPTION_LENGTH_MAX,
}


def _check_texts(draft: ProductDraft, errors: dict[str, list[str]]) -> None:
    if not draft.title.strip():
        errors["title"] = ["A product needs a title"]
    for name, length in _LENGTHS.items():
        if len(getattr(draft, name)) > length:
            errors[name] = [f"At most {length} characters"]
    if any(len(tag) > 120 for tag in draft.tags):
        errors["tags"] = ["A tag has at most 120 characters"]


def _check_counts(draft: ProductDraft, errors: dict[str, list[str]]) -> None:
    for name, count, most in (
        ("options", len(draft.options), OPTIONS_MAX),
        ("variants", len(draft.variants), VARIANTS_MAX),
        ("images", len(draft.images), IMAGES_MAX),
    ):
        if count > most:
            errors[name] = [f"At most {most}"]
    if not draft.variants:
        errors["variants"] = ["A product needs at least one variant with a price"]
    names = Counter(option.name.casefold() for option in draft.options)
    if any(count > 1 for count in names.values()):
        errors["options"] = ["Two options have the same name"]
    if any(not option.name.strip() or not option.values for option in draft.options):
        errors["options"] = ["An option needs a name and values"]


def _check_variants(draft: ProductDraft, errors: dict[str, list[str]]) -> None:
    seen: set[tuple[str, ...]] = set()
    skus = Counter(variant.sku for variant in draft.variants if variant.sku)
    for index, variant in enumerate(draft.variants):
        here = f"variants.{index}"
        if len(variant.option_values) != len(draft.options):
            errors[f"{here}.option_values"] = ["One value for each option"]
        elif any(
            value not in option.values
            for option, value in zip(draft.options, variant.option_values, strict=True)
        ):
            errors[f"{here}.option_values"] = ["This is not one of the option's values"]
        elif variant.option_values in seen:
            errors[f"{here}.option_values"] = ["Another variant has the same options"]
        seen.add(variant.option_values)
        if skus[variant.sku] > 1:
            errors[f"{here}.sku"] = ["Another variant has the same SKU"]
        errors |= _variant_errors(variant, here, images=len(draft.images))


def _variant_errors(variant: VariantDraft, here: str, *, images: int) -> dict[str, list[str]]:
    errors = _price_errors(variant.prices, here)
    if len(variant.sku) > 120 or len(variant.barcode) > 60:
        errors[f"{here}.sku"] = ["At most 120 characters, barcodes at most 60"]
    if variant.quantity is not None and variant.quantity < 0:
        errors[f"{here}.quantity"] = ["A quantity is not negative"]
    if variant.image is not None and not 0 <= variant.image < images:
        errors[f"{here}.image"] = ["This picture is not one of the product's"]
    return errors


def _price_errors(prices: tuple[PriceDraft, ...], here: str) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if not prices:
        errors[f"{here}.prices"] = ["Give a price"]
    if len({price.amount.currency for price in prices}) != len(prices):
        errors[f"{here}.prices"] = ["One price for each currency"]
    for price in prices:
        if price.amount.minor < 0:
            errors[f"{here}.prices"] = ["A price is not negative"]
        if price.compare_at is not None and price.compare_at <= price.amount:
            errors[f"{here}.compare_at"] = ["The former price is higher than the price"]
    return errors
