"""How a vendor's part reaches the customer, and what that costs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from tenant_apps.ordering.models import DeliveryRate
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
    vendor_ids: Collection[UUID], *, currency: str
) -> Mapping[UUID, tuple[Method, ...]]:
    """What each vendor offers: their own ways, else the operator's. One query."""
    rows = (
        DeliveryRate.objects.filter(
            Q(method__vendor__in=vendor_ids) | Q(method__vendor=None),
            method__is_active=True,
            method__currency=currency,
        )
        .select_related("method", "zone")
        .order_by("method__position", "method__created_at", "method_id", "id")
    )
    found: dict[UUID | None, dict[UUID, list[DeliveryRate]]] = {}
    for row in rows:
        found.setdefault(row.method.vendor_id, {}).setdefault(row.method_id, []).append(row)
    offered = {owner: _methods(rates.values()) for owner, rates in found.items()}
    default = offered.get(None, (STANDARD,))
    return {vendor_id: offered.get(vendor_id, default) for vendor_id in vendor_ids}


def _methods(rates: Iterable[Sequence[DeliveryRate]]) -> tuple[Method, ...]:
    return tuple(_method(rows) for rows in rates)


def _method(rows: Sequence[DeliveryRate]) -> Method:
    row = rows[0].method
    return Method(
        code=public_id(METHOD_PREFIX, row.id),
        name=row.name,
        kind=row.kind,
        note=row.note,
        days_min=row.days_min,
        days_max=row.days_max,
        bands=tuple(
            Band(
                areas=tuple(rate.zone.areas) if rate.zone else (ANYWHERE,),
                up_to_g=rate.up_to_g,
                price_minor=rate.price_minor,
                free_from_minor=rate.free_from_minor,
            )
            for rate in rows
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
