"""The three marketplaces of the demo, as data: people, shops and goods are made up."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
SLUGS = ("loam", "volt", "azur")


@dataclass(frozen=True, slots=True)
class Facet:
    code: str
    name: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category; `art` names its picture as every `art` does: what is drawn, a colon, the seed."""

    name: str
    art: str
    text: str


@dataclass(frozen=True, slots=True)
class Shop:
    name: str
    tagline: str
    about: str
    country: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to buy a piece: the values of its options, the price and the place of its picture."""

    values: tuple[str, ...]
    price: Decimal
    stock: int
    picture: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Something a shop sells. `options` maps a name to its values; `was` is a former price."""

    title: str
    vendor: str
    category: str
    art: tuple[str, ...]
    price: Decimal
    stock: int
    text: str
    was: Decimal | None = None
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    extra: Mapping[str, Decimal] = field(default_factory=dict)
    sold_out: frozenset[str] = frozenset()
    attributes: Mapping[str, str] = field(default_factory=dict)

    def choices(self) -> list[Choice]:
        """Every combination of the options; the first option's values have the pictures in order."""
        found = []
        for values in product(*self.options.values()):
            place = next(iter(self.options.values())).index(values[0]) if values else 0
            found.append(
                Choice(
                    values=values,
                    price=self.price + sum(self.extra.get(value, Decimal(0)) for value in values),
                    stock=0 if " / ".join(values) in self.sold_out else self.stock,
                    picture=min(place, len(self.art) - 1),
                )
            )
        return found


@dataclass(frozen=True, slots=True)
class World:
    slug: str
    name: str
    theme: str
    tier: str
    currency: str
    operator: str
    facets: tuple[Facet, ...]
    shelves: tuple[Shelf, ...]
    shops: tuple[Shop, ...]
    pieces: tuple[Piece, ...]

    def pieces_of(self, shop: str) -> list[Piece]:
        return [piece for piece in self.pieces if piece.vendor == shop]


def load(slug: str) -> World:
    """One world from its file."""
    data = tomllib.loads((FOLDER / f"{slug}.toml").read_text(encoding="utf-8"))
    return World(
        slug=slug,
        name=data["name"],
        theme=data["theme"],
        tier=data["tier"],
        currency=data["currency"],
        operator=data["operator"],
        facets=tuple(
            Facet(each["code"], each["name"], tuple(each["choices"])) for each in data["attributes"]
        ),
        shelves=tuple(Shelf(**each) for each in data["categories"]),
        shops=tuple(Shop(**each) for each in data["vendors"]),
        pieces=tuple(_piece(each) for each in data["products"]),
    )


def _piece(data: Mapping[str, Any]) -> Piece:
    options: Mapping[str, Sequence[str]] = data.get("options", {})
    return Piece(
        title=data["title"],
        vendor=data["vendor"],
        category=data["category"],
        art=tuple(data["art"]),
        price=Decimal(data["price"]),
        stock=data["stock"],
        text=data["text"],
        was=Decimal(data["was"]) if "was" in data else None,
        options={name: tuple(values) for name, values in options.items()},
        extra={value: Decimal(amount) for value, amount in data.get("extra", {}).items()},
        sold_out=frozenset(data.get("sold_out", ())),
        attributes=data.get("attributes", {}),
    )
