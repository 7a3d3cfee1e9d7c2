"""WooCommerce's product CSV: a row a product, and a row for each variation of one (rules).

A variation names its parent by SKU or "id:<ID>" and may stand anywhere in the file. A variation
without a value for an attribute is for any of its values and becomes one variant for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product as combinations_of
from typing import Any

from shared_apps.kernel.slugs import slug_of
from tenant_apps.catalog.domain.drafts import OptionDraft, ProductDraft, VariantDraft
from tenant_apps.catalog.domain.html import text_of
from tenant_apps.integrations.domain import values
from tenant_apps.integrations.domain.parsed import Format, Notes, Parsed
from tenant_apps.integrations.domain.rows import Issue, Row
from tenant_apps.integrations.domain.spool import Keys
from tenant_apps.integrations.domain.values import BadValue

_ATTRIBUTE = re.compile(r"^Attribute (\d+) name$")
_WEIGHT = re.compile(r"^Weight \((kg|g|lbs?|oz)\)$")
_UNSUPPORTED = {
    "grouped": "A grouped product only shows others together; import those",
    "external": "An external product is sold elsewhere",
}
_VARIANTS_MAX = 500


@dataclass(frozen=True, slots=True)
class Stated:
    """An attribute as a row states it."""

    name: str
    choices: tuple[str, ...]


def keys_of(row: Row) -> Keys:
    if "variation" in _types(row):
        return "", (), row.get("Parent")
    own = f"id:{row.get('ID')}" if row.get("ID") else f"sku:{row.get('SKU')}"
    if own == "sku:":
        return "", (), ""
    return own, tuple(name for name in (own, row.get("SKU")) if name), ""


def parse(rows: Sequence[Row], currency: str) -> Parsed:
    """One product from its row and the rows of its variations."""
    owners = [row for row in rows if "variation" not in _types(row)]
    first, notes = owners[0], Notes()
    for extra in owners[1:]:
        notes.error(extra, "ID", "duplicate_product", "An earlier row has the same id")
    for kind, message in _UNSUPPORTED.items():
        if kind in _types(first):
            notes.error(first, "Type", "unsupported_type", message)
            return Parsed(len(rows), first.number, None, "draft", tuple(notes.issues))
    for url in values.split_list(first.get("Images")):
        notes.image(first, "Images", url)
    options = _options(first, rows)
    variants = _variants(first, rows, options, currency, notes)
    draft = None
    if not first.get("Name"):
        notes.error(first, "Name", "missing_title", "The product needs a name")
    elif variants:
        draft = _draft(first, options, variants, notes)
    elif not any(issue.is_error for issue in notes.issues):
        notes.error(first, "Regular price", "missing_price", "No variation has a price")
    return Parsed(len(rows), first.number, draft, _state(first, notes), tuple(notes.issues))


def _draft(
    first: Row, options: list[OptionDraft], variants: list[VariantDraft], notes: Notes
) -> ProductDraft:
    short, types = first.get("Short description"), _types(first)
    names, others = _categories(first)
    if first.get("Download 1 URL"):
        message = "The product was imported, its files were not"
        notes.warning(first, "Download 1 URL", "downloads_not_imported", message)
    used = {option.name for option in options}
    used_values = [set(variant.option_values) for variant in variants]
    return ProductDraft(
        title=first.get("Name"),
        slug=slug_of(first.get("Name"), length_max=200),
        summary=text_of(_lines(short))[:300],
        description_html=_lines(first.get("Description") or short),
        category_names=names,
        tags=tuple(dict.fromkeys([*values.split_list(first.get("Tags")), *others])),
        brand=first.get("Brands")[:120],
        attributes=_attributes(first, used),
        is_digital="virtual" in types or "downloadable" in types,
        is_featured=values.yes(first.get("Is featured?")),
        tax_class="zero" if first.get("Tax status") == "none" else _tax_class(first),
        options=tuple(
            OptionDraft(
                option.name, tuple(value for value in option.values if _is_used(value, used_values))
            )
            for option in options
        ),
        variants=tuple(variants),
        images=tuple(notes.images),
        source="woocommerce",
        external_ref=keys_of(first)[0][:255],
    )


def _is_used(value: str, used_values: list[set[str]]) -> bool:
    return any(value in each for each in used_values)


def _types(row: Row) -> set[str]:
    return {part.strip() for part in row.get("Type").lower().split(",")}


def _lines(text: str) -> str:
    """WooCommerce writes line breaks as the two characters backslash and n."""
    return text.replace("\\n", "<br>")


def _state(first: Row, notes: Notes) -> str:
    if first.get("Published") != "1":
        return "draft"
    if first.get("Visibility in catalog") == "hidden":
        message = "Hidden in the catalogue there, so a draft here"
        notes.warning(first, "Visibility in catalog", "hidden", message)
        return "draft"
    return "published"


def _tax_class(first: Row) -> str:
    return slug_of(first.get("Tax class"), length_max=40) if first.get("Tax class") else "standard"


def _categories(first: Row) -> tuple[tuple[str, ...], list[str]]:
    """The first category is the product's, the names of the others become tags."""
    paths = [
        tuple(name.strip()[:120] for name in path.split(">") if name.strip())
        for path in values.split_list(first.get("Categories"))
    ]
    paths = [path for path in paths if path]
    return (paths[0][:6] if paths else ()), [path[-1] for path in paths[1:]]


def _stated(row: Row) -> Iterator[Stated]:
    for column in row.values:
        numbered = _ATTRIBUTE.match(column)
        name = row.get(column)
        if numbered and name:
            choices = values.split_list(row.get(f"Attribute {numbered.group(1)} value(s)"))
            yield Stated(name[:120], choices)


def _options(first: Row, rows: Sequence[Row]) -> list[OptionDraft]:
    """The attributes that variations name, with the values of the parent and of the variations."""
    variations = [row for row in rows if "variation" in _types(row)]
    named: dict[str, list[str]] = {}
    for row in variations:
        for stated in _stated(row):
            named.setdefault(stated.name, []).extend(stated.choices)
    own = {stated.name: stated.choices for stated in _stated(first)}
    order = [name for name in own if name in named] + [name for name in named if name not in own]
    return [
        OptionDraft(name, tuple(dict.fromkeys([*own.get(name, ()), *named[name]])))
        for name in order
    ]


def _variants(
    first: Row, rows: Sequence[Row], options: list[OptionDraft], currency: str, notes: Notes
) -> list[VariantDraft]:
    if "variable" not in _types(first):
        return _read(first, (), currency, notes)
    variations = [row for row in rows if "variation" in _types(row)]
    found: dict[tuple[str, ...], VariantDraft] = {}
    # What is stated for certain values goes before what is for any.
    for row in sorted(variations, key=lambda row: (len(_open_axes(row, options)), row.number)):
        open_axes = _open_axes(row, options)
        for values_of_row in _combinations(row, options):
            suffix = _suffix(values_of_row, options, open_axes)
            if values_of_row in found or len(found) >= _VARIANTS_MAX:
                if not open_axes:
                    notes.error(row, "Attribute 1 value(s)", "duplicate_options", "Stated before")
                continue
            for variant in _read(row, values_of_row, currency, notes, suffix=suffix):
                found[values_of_row] = variant
    order = {variation.number: place for place, variation in enumerate(variations)}
    return sorted(found.values(), key=lambda variant: order.get(variant.row, 0))


def _open_axes(row: Row, options: list[OptionDraft]) -> list[str]:
    stated = {each.name for each in _stated(row) if each.choices}
    return [option.name for option in options if option.name not in stated]


def _suffix(
    option_values: tuple[str, ...], options: list[OptionDraft], open_axes: list[str]
) -> str:
    """What tells the SKUs of one row's variants apart: the values the row left open."""
    pairs = zip(options, option_values, strict=True)
    parts = [slug_of(value, length_max=30) for option, value in pairs if option.name in open_axes]
    return "".join(f"-{part}" for part in parts)


def _combinations(row: Row, options: list[OptionDraft]) -> list[tuple[str, ...]]:
    stated = {each.name: each.choices[:1] for each in _stated(row) if each.choices}
    return list(combinations_of(*(stated.get(option.name, option.values) for option in options)))


def _read(
    row: Row,
    option_values: tuple[str, ...],
    currency: str,
    notes: Notes,
    *,
    suffix: str = "",
) -> list[VariantDraft]:
    """The variant of a row, or nothing and an error."""
    try:
        return [_variant(row, option_values, currency, notes, suffix=suffix)]
    except BadValue as error:
        if not any(issue.row == row.number and issue.is_error for issue in notes.issues):
            notes.error(row, "Regular price", "bad_value", str(error))
        return []


def _variant(
    row: Row,
    option_values: tuple[str, ...],
    currency: str,
    notes: Notes,
    *,
    suffix: str,
) -> VariantDraft:
    regular, sale = row.get("Regular price"), row.get("Sale price")
    if not (regular or sale):
        raise BadValue("The price is missing")
    quantity, is_tracked = _stock(row, notes)
    sku = f"{row.get('SKU')}{suffix}" if row.get("SKU") else ""
    pictures = [notes.image(row, "Images", url) for url in values.split_list(row.get("Images"))]
    is_variation = "variation" in _types(row)
    return VariantDraft(
        prices=(values.price(sale or regular, regular, currency),),
        option_values=option_values,
        sku=sku[:120],
        barcode=(row.get("GTIN, UPC, EAN, or ISBN"))[:60],
        weight_g=_weight(row),
        quantity=quantity,
        is_tracked=is_tracked,
        allows_backorder=row.get("Backorders allowed?").lower() in {"1", "notify", "yes"},
        image=pictures[0] if pictures and is_variation else None,
        row=row.number,
    )


def _stock(row: Row, notes: Notes) -> tuple[int | None, bool]:
    """The quantity and whether it is counted; "not in stock" without a number is none."""
    if row.get("Stock") in {"", "parent"}:
        return (None, False) if values.yes(row.get("In stock?") or "1") else (0, True)
    quantity = values.whole(row.get("Stock"))
    if quantity < 0:
        message = f"{quantity} became 0: what is owed to buyers is not stock"
        notes.warning(row, "Stock", "negative_quantity", message)
    return max(0, quantity), True


def _weight(row: Row) -> int | None:
    for column in row.values:
        unit = _WEIGHT.match(column)
        if unit and row.get(column):
            return values.grams(row.get(column), unit.group(1).rstrip("s"))
    return None


def _attributes(first: Row, used: set[str]) -> dict[str, Any]:
    """What the product states besides its options."""
    return {
        slug_of(stated.name, length_max=60): list(stated.choices)
        if len(stated.choices) > 1
        else stated.choices[0]
        for stated in _stated(first)
        if stated.name not in used and stated.choices
    }


def _orphan(row: Row) -> Issue:
    if "variation" in _types(row):
        message = f"There is no product {row.get('Parent')!r} in this file"
        return Issue(row.number, "Parent", "missing_parent", message)
    return Issue(row.number, "ID", "missing_id", "A product needs an ID or a SKU")


def _notices(row: Row) -> list[Issue]:
    return []


WOOCOMMERCE = Format(
    source="woocommerce",
    required=("Type", "Name", "Regular price"),
    keys_of=keys_of,
    parse=parse,
    orphan=_orphan,
    notices=_notices,
)
