"""How a vendor's part reaches the customer, and what that costs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from tenant_apps.places.domain.addresses import Address
from tenant_apps.places.domain.areas import ANYWHERE, NOWHERE, fit

METHOD_PREFIX = "dlv"


@dataclass(frozen=True, slots=True)
class Band:
    """One rate of a method; `up_to_g` None holds any weight."""

    areas: tuple[str, ...]
    up_to_g: int | None
    price_minor: int
    free_from_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """A way of delivery as it was set up, with its rates."""

    code: str
    name: str
    kind: str = "shipping"
    note: str = ""
    days_min: int | None = None
    days_max: int | None = None
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class Parcel:
    """What of an order one vendor would send; `goods` is its value before discounts."""

    goods: Money
    weight_g: int = 0
    is_digital: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryOption:
    """A way that is offered for one parcel to one address, with its price."""

    code: str
    name: str
    price: Money
    kind: str = "shipping"
    note: str = ""
    days_min: int | None = None
    days_max: int | None = None

    @property
    def is_pickup(self) -> bool:
        return self.kind == "pickup"

    @property
    def days(self) -> str:
        """The estimate in working days, "" when none was given."""
        if self.days_min is None or self.days_max is None:
            return ""
        same = self.days_min == self.days_max
        return str(self.days_min) if same else f"{self.days_min}-{self.days_max}"


# What holds while neither the vendor nor the operator has set anything up, and for downloads.
STANDARD = Method("standard", "Standard delivery", bands=(Band((ANYWHERE,), None, 0),))
DOWNLOAD = Method("digital", "Download", kind="digital", bands=(Band((ANYWHERE,), None, 0),))


def options_for(
    parcel: Parcel, methods: Sequence[Method], address: Address | None
) -> tuple[DeliveryOption, ...]:
    """The ways a parcel can go to an address (rule); none where the vendor does not deliver.

    While the address is not known: every way that holds the weight, at its least price.
    """
    if parcel.is_digital:
        methods = (DOWNLOAD,)
    found = ((method, _band_for(method, parcel, address)) for method in methods)
    return tuple(_option(method, band, parcel) for method, band in found if band is not None)


def methods_by_vendor(
    vendor_ids: Collection[UUID], rows: Sequence[Sequence[Any]]
) -> Mapping[UUID, tuple[Method, ...]]:
    """What each vendor offers from its rates (rule): their own ways, else the operator's.

    A rate is [vendor, method, name, kind, note, days from, to, areas, up to, price, free from].
    """
    found: dict[UUID | None, dict[str, list[Sequence[Any]]]] = {}
    for row in rows:
        owner = UUID(row[0]) if row[0] else None
        found.setdefault(owner, {}).setdefault(row[1], []).append(row)
    offered = {
        owner: tuple(_method(method_id, bands) for method_id, bands in methods.items())
        for owner, methods in found.items()
    }
    default = offered.get(None, (STANDARD,))
    return {vendor_id: offered.get(vendor_id, default) for vendor_id in vendor_ids}


def _method(method_id: str, rows: Sequence[Sequence[Any]]) -> Method:
    _vendor, _id, name, kind, note, days_min, days_max, *_band = rows[0]
    return Method(
        code=public_id(METHOD_PREFIX, UUID(method_id)),
        name=name,
        kind=kind,
        note=note,
        days_min=days_min,
        days_max=days_max,
        bands=tuple(
            Band(tuple(areas or (ANYWHERE,)), up_to_g, price, free_from)
            for *_method, areas, up_to_g, price, free_from in rows
        ),
    )


def _band_for(method: Method, parcel: Parcel, address: Address | None) -> Band | None:
    """Of the bands for the closest zone that hold the weight, the lightest."""
    if address is None:
        anywhere = [band for band in method.bands if _holds(band, parcel)]
        return min(anywhere, key=_price_of, default=None)
    fitting = [(fit(band.areas, address), band) for band in method.bands]
    closest = max((closeness for closeness, _ in fitting), default=NOWHERE)
    if closest == NOWHERE:
        return None
    holding = [band for closeness, band in fitting if closeness == closest and _holds(band, parcel)]
    return min(holding, key=_capacity, default=None)


def _holds(band: Band, parcel: Parcel) -> bool:
    return band.up_to_g is None or band.up_to_g >= parcel.weight_g


def _price_of(band: Band) -> int:
    return band.price_minor


def _capacity(band: Band) -> tuple[bool, int, int]:
    return band.up_to_g is None, band.up_to_g or 0, band.price_minor


def _option(method: Method, band: Band, parcel: Parcel) -> DeliveryOption:
    is_free = band.free_from_minor is not None and parcel.goods.minor >= band.free_from_minor
    return DeliveryOption(
        code=method.code,
        name=method.name,
        price=Money(0 if is_free else band.price_minor, parcel.goods.currency),
        kind=method.kind,
        note=method.note,
        days_min=method.days_min,
        days_max=method.days_max,
    )
