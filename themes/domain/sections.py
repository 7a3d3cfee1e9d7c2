"""Rule: the sections of a page, from what the operator arranged and what the shops supply.

The page asks `supplies_needed(design)` what to fetch, fetches it, and hands it to `section_views(design, supply)`.
A section without its goods is left out, so a new storefront never shows an empty shelf.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from themes.domain.artwork import picture_of
from themes.domain.packages import theme
from themes.domain.tiles import CategoryTile, ProductTile, VendorTile
from themes.queries import Design, SectionSpec

Goods = Literal["products", "categories", "vendors"]
Tile = ProductTile | CategoryTile | VendorTile
_GOODS: Mapping[str, Goods] = {
    "products": "products",
    "categories": "categories",
    "vendors": "vendors",
    "hero_map": "vendors",
}
HERO_MAP_SHOPS = 3


@dataclass(frozen=True, slots=True)
class SupplyNeed:
    """What one section has to be given. `source` of products: newest, popular, rated or sale."""

    key: str
    goods: Goods
    limit: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section ready to render: `{% include section.template with section=section only %}`."""

    key: str
    type: str
    settings: Mapping[str, Any]
    tiles: Sequence[Tile] = field(default_factory=tuple)
    first: bool = False

    @property
    def template(self) -> str:
        return f"sections/{self.type}.html"


def supplies_needed(design: Design) -> list[SupplyNeed]:
    """What the page has to fetch for the design's home page."""
    needs = []
    for spec in design.sections:
        goods = _GOODS.get(spec.type)
        if goods:
            settings = _settings(design, spec)
            limit = int(settings.get("limit", HERO_MAP_SHOPS))
            needs.append(SupplyNeed(spec.key, goods, limit, str(settings.get("source", ""))))
    return needs


def section_views(design: Design, supply: Mapping[str, Sequence[Tile]]) -> list[SectionView]:
    """The sections in order; `supply` maps a section's key to its tiles."""
    known = theme(design.chain[0]).sections
    views: list[SectionView] = []
    for spec in design.sections:
        tiles = supply.get(spec.key, ())
        shelf = spec.type in _GOODS and not spec.type.startswith("hero_")
        if spec.type not in known or (shelf and not tiles):
            continue
        settings = _settings(design, spec)
        views.append(SectionView(spec.key, spec.type, settings, tiles, first=not views))
    return views


def _settings(design: Design, spec: SectionSpec) -> dict[str, Any]:
    """The operator's settings over the section's defaults, pictures resolved."""
    kind = theme(design.chain[0]).sections.get(spec.type)
    merged = {**(kind.defaults if kind else {}), **spec.settings}
    if "images" in merged:
        found = (picture_of(image) for image in merged["images"])
        merged["pictures"] = [picture for picture in found if picture]
    return merged
