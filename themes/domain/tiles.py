"""What cards of a page show: plain values, whoever sells, drives or hosts behind them."""

from __future__ import annotations

from dataclasses import dataclass

from shared_apps.kernel.money import Money
from themes.domain.pictures import Picture


@dataclass(frozen=True, slots=True)
class ProductTile:
    """A product on a card. `was` is a struck former price, `tag` a short word such as New, `sponsored` an ad.

    `from_price` says that variants cost more. `rating` is 0 to 5, None without reviews.
    """

    name: str
    url: str
    price: Money
    picture: Picture | None = None
    seller: str = ""
    was: Money | None = None
    from_price: bool = False
    rating: float | None = None
    reviews: int = 0
    tag: str = ""
    sponsored: bool = False
    sold_out: bool = False


@dataclass(frozen=True, slots=True)
class CategoryTile:
    name: str
    url: str
    picture: Picture | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class VendorTile:
    name: str
    url: str
    place: str = ""
    tagline: str = ""
    picture: Picture | None = None
    rating: float | None = None
    products: int = 0
