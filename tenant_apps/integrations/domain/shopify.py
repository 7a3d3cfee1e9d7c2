"""Shopify's product CSV: rows with one Handle are one product (rules).

Its first row names title and options; rows with a price are variants; rows without price and
option values are further pictures. Status and Published are two things: only what is active and
published goes on sale.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from shared_apps.kernel.slugs import slug_of
from tenant_apps.catalog.domain.drafts import OptionDraft, ProductDraft, VariantDraft
from tenant_apps.integrations.domain import values
from tenant_apps.integrations.domain.parsed import Format, Notes, Parsed
from tenant_apps.integrations.domain.rows import Issue, Row
from tenant_apps.integrations.domain.spool import Keys
from tenant_apps.integrations.domain.values import BadValue

_METAFIELD = re.compile(r"^(.+) \(product\.metafields\.shopify\.([a-z0-9-]+)\)$")
_AXES = (1, 2, 3)


def keys_of(row: Row) -> Keys:
    return row.get("Handle"), (), ""


def parse(rows: Sequence[Row], currency: str) -> Parsed:
    """One product from the rows of one Handle."""
    first = next((row for row in rows if row.get("Title")), rows[0])
    notes = Notes()
    _read_images(rows, notes)
    axes = _axes(first, rows)
    variants = _variants(rows, axes, currency, notes)
    if not first.get("Title"):
        notes.error(first, "Title", "missing_title", "No row of this handle has a title")
    elif not variants:
        notes.error(first, "Variant Price", "missing_price", "No variant has a price")
    draft = _draft(first, axes, variants, notes) if variants and first.get("Title") else None
    return Parsed(len(rows), first.number, draft, _state(first), tuple(notes.issues))


def _draft(
    first: Row, axes: dict[int, str], variants: list[VariantDraft], notes: Notes
) -> ProductDraft:
    is_gift_card = values.yes(first.get("Gift Card"))
    if is_gift_card:
        message = "Imported as a digital product: it does not top up a balance"
        notes.warning(first, "Gift Card", "gift_card", message)
    return ProductDraft(
        title=first.get("Title"),
        slug=slug_of(first.get("Handle"), length_max=200),
        summary=first.get("SEO Description")[:300],
        description_html=first.get("Body (HTML)"),
        category_names=_category(first),
        brand=first.get("Vendor")[:120],
        product_type=first.get("Type")[:120],
        tags=values.split_list(first.get("Tags")),
        attributes=_attributes(first),
        is_digital=is_gift_card,
        options=tuple(
            OptionDraft(
                name,
                tuple(dict.fromkeys(variant.option_values[place] for variant in variants)),
            )
            for place, name in enumerate(axes.values())
        ),
        variants=tuple(variants),
        images=tuple(notes.images),
        source="shopify",
        external_ref=first.get("Handle")[:255],
    )


def _state(first: Row) -> str:
    status = first.get("Status").lower() or "active"
    if status == "archived":
        return "archived"
    return "published" if status == "active" and values.yes(first.get("Published")) else "draft"


def _category(first: Row) -> tuple[str, ...]:
    stated = first.get("Product Category") or first.get("Standardized Product Type")
    names = tuple(name.strip()[:120] for name in stated.split(">") if name.strip())
    if names and names != ("Uncategorized",):
        return names[:6]
    return (first.get("Type")[:120],) if first.get("Type") else ()


def _attributes(first: Row) -> dict[str, Any]:
    """What Shopify's standard metafields state."""
    found: dict[str, Any] = {}
    for column, value in first.values.items():
        field = _METAFIELD.match(column)
        if field and value:
            parts = [part.strip()[:120] for part in value.split(";") if part.strip()]
            found[field.group(2)] = parts if len(parts) > 1 else parts[0]
    return found


def _is_variant(row: Row) -> bool:
    return bool(row.get("Variant Price") or row.get("Option1 Value"))


def _axes(first: Row, rows: Sequence[Row]) -> dict[int, str]:
    """The options that are really used, by their number: "Title"/"Default Title" is none."""
    used = [axis for axis in _AXES if any(row.get(f"Option{axis} Value") for row in rows)]
    names = {axis: first.get(f"Option{axis} Name")[:120] or f"Option {axis}" for axis in used}
    stated = {row.get("Option1 Value") for row in rows if _is_variant(row)}
    if names == {1: "Title"} and stated <= {"Default Title"}:
        return {}
    return names


def _variants(
    rows: Sequence[Row], axes: dict[int, str], currency: str, notes: Notes
) -> list[VariantDraft]:
    found: dict[tuple[str, ...], VariantDraft] = {}
    for row in rows:
        if not _is_variant(row):
            continue
        try:
            variant = _variant(row, axes, currency, notes)
        except BadValue as error:
            notes.error(row, "Variant Price", "bad_value", str(error))
            continue
        if "" in variant.option_values:
            notes.error(row, "Option1 Value", "missing_option", "A value for each option is needed")
        elif variant.option_values in found:
            notes.error(row, "Option1 Value", "duplicate_options", "An earlier row has the same")
        else:
            found[variant.option_values] = variant
    return list(found.values())


def _variant(row: Row, axes: dict[int, str], currency: str, notes: Notes) -> VariantDraft:
    if not row.get("Variant Price"):
        raise BadValue("The price is missing")
    is_tracked = bool(row.get("Variant Inventory Tracker")) and _states_quantities(row)
    return VariantDraft(
        prices=(
            values.price(row.get("Variant Price"), row.get("Variant Compare At Price"), currency),
        ),
        option_values=tuple(row.get(f"Option{axis} Value")[:255] for axis in axes),
        sku=row.get("Variant SKU").lstrip("'")[:120],
        barcode=row.get("Variant Barcode").lstrip("'")[:60],
        weight_g=values.grams(row.get("Variant Grams")),
        quantity=_quantity(row, notes) if is_tracked else None,
        is_tracked=is_tracked,
        allows_backorder=row.get("Variant Inventory Policy").lower() == "continue",
        image=notes.image(row, "Variant Image", row.get("Variant Image")),
        row=row.number,
    )


def _states_quantities(row: Row) -> bool:
    return "Variant Inventory Qty" in row.values


def _quantity(row: Row, notes: Notes) -> int:
    quantity = values.whole(row.get("Variant Inventory Qty") or "0")
    if quantity < 0:
        message = f"{quantity} became 0: what is owed to buyers is not stock"
        notes.warning(row, "Variant Inventory Qty", "negative_quantity", message)
    return max(0, quantity)


def _read_images(rows: Sequence[Row], notes: Notes) -> None:
    """All pictures by their stated position, then by the order of the file."""
    pictured = [row for row in rows if row.get("Image Src")]
    for row in sorted(pictured, key=lambda row: (_position(row), row.number)):
        notes.image(row, "Image Src", row.get("Image Src"), row.get("Image Alt Text"))


def _position(row: Row) -> int:
    text = row.get("Image Position")
    return int(text) if text.isdigit() else 10_000


def _orphan(row: Row) -> Issue:
    return Issue(row.number, "Handle", "missing_handle", "Every row needs the product's handle")


def _notices(row: Row) -> list[Issue]:
    if row.get("Variant Inventory Tracker") and not _states_quantities(row):
        message = "The file states no quantities: stock of its products is not counted"
        return [Issue(1, "Variant Inventory Qty", "no_quantities", message, is_error=False)]
    return []


SHOPIFY = Format(
    source="shopify",
    required=("Handle", "Title", "Variant Price"),
    keys_of=keys_of,
    parse=parse,
    orphan=_orphan,
    notices=_notices,
)
