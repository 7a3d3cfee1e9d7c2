"""What rooms above know and settlement asks for: sold lines, products, names of subjects.

Each fills its part from apps.ready(); a part that nobody filled knows nothing. So "simulate"
replays order lines and "explain" finds a product without this room importing either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared_apps.kernel.errors import InvariantBroken
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from tenant_apps.settlement.domain.commissions import CommissionSubject

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class SoldLine:
    """One line of an order with the commission that was frozen on it.

    `base` is what the percentage was taken of; a delivery has no product and counts one piece.
    """

    subject: CommissionSubject
    vendor_name: str
    base: Money
    quantity: int
    commission: Money
    commission_tax: Money
    is_delivery: bool = False


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What of a product decides its commission, and what it is called."""

    id: UUID
    title: str
    vendor_id: UUID
    vendor_name: str
    category_path: str

    @property
    def public_id(self) -> str:
        return public_id("prod", self.id)

    @property
    def subject(self) -> CommissionSubject:
        return CommissionSubject(self.vendor_id, self.id, self.category_path)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Lookups of the catalogue: products by id or by words, and every category's path."""

    products: Callable[[Iterable[UUID]], dict[UUID, ProductFacts]] = lambda _ids: {}
    find: Callable[[str], list[ProductFacts]] = lambda _words: []
    category_paths: Callable[[], list[tuple[str, str]]] = list

    def product(self, product_id: UUID) -> ProductFacts | None:
        return self.products([product_id]).get(product_id)


@dataclass
class _Filled:
    catalogue: Catalogue = field(default_factory=Catalogue)
    sold_since: Callable[[datetime], Iterable[SoldLine]] = lambda _since: []
    names: dict[str, Callable[[Iterable[str]], Mapping[str, str]]] = field(default_factory=dict)


_filled = _Filled()


def fill_catalogue(catalogue: Catalogue) -> None:
    """Say how products and categories are looked up."""
    _filled.catalogue = catalogue


def fill_sales(sold_since: Callable[[datetime], Iterable[SoldLine]]) -> None:
    """Say how the lines sold since a moment are read."""
    _filled.sold_since = sold_since


def fill_names(kind: str, names: Callable[[Iterable[str]], Mapping[str, str]]) -> None:
    """Say how the subjects of a kind are called; `names` maps ids to what people know them by."""
    if kind in _filled.names:
        raise InvariantBroken(f"the names of {kind} are known already")
    _filled.names[kind] = names


def catalogue() -> Catalogue:
    return _filled.catalogue


def sold_since(moment: datetime) -> Iterable[SoldLine]:
    """The order lines placed since then, with their frozen commission."""
    return _filled.sold_since(moment)


def short_name(subject: str) -> str:
    """A subject that nobody names: the end of its id (rule)."""
    return f"…{subject.rpartition(':')[2][-_SHOWN:]}"


def names_of(subjects: Iterable[str]) -> dict[str, str]:
    """What people know these subjects by; those that nobody names are left out."""
    by_kind: dict[str, list[str]] = {}
    for subject in subjects:
        kind, _, subject_id = subject.partition(":")
        if kind in _filled.names and subject_id:
            by_kind.setdefault(kind, []).append(subject_id)
    return {
        f"{kind}:{subject_id}": name
        for kind, ids in by_kind.items()
        for subject_id, name in _filled.names[kind](ids).items()
    }
