"""What vendors and the operator set up: ways of delivery with their rates, zones, minimums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import NotFound, Unprocessable
from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.ordering.domain.delivery import METHOD_PREFIX
from tenant_apps.ordering.models import DeliveryMethod, DeliveryRate, SellingTerms
from tenant_apps.partners.permissions import Verb, require, require_operator
from tenant_apps.places.domain import zones

METHODS_MAX, RATES_MAX, DAYS_MAX = 20, 60, 365


class MethodUnknown(NotFound):
    code, title = "delivery_method_not_found", "There is no such way of delivery"


class BadDelivery(Unprocessable):
    code, title = "bad_delivery", "This way of delivery cannot work"


@dataclass(frozen=True, slots=True)
class RateDraft:
    """A price for a zone (None: everywhere) up to a weight (None: any)."""

    price: Money
    zone_id: UUID | None = None
    up_to_g: int | None = None
    free_from: Money | None = None


@dataclass(frozen=True, slots=True)
class MethodDraft:
    """A way of delivery with its first rate."""

    name: str
    rate: RateDraft
    kind: str = "shipping"
    note: str = ""
    days_min: int | None = None
    days_max: int | None = None


@dataclass(frozen=True, slots=True)
class RateView:
    id: int
    zone_name: str
    up_to_g: int | None
    price: Money
    free_from: Money | None


@dataclass(frozen=True, slots=True)
class MethodView:
    id: UUID
    name: str
    kind: str
    note: str
    days_min: int | None
    days_max: int | None
    is_active: bool
    rates: Sequence[RateView]

    @property
    def public_id(self) -> str:
        return public_id(METHOD_PREFIX, self.id)


def methods_of(vendor_id: UUID | None) -> list[MethodView]:
    """What an owner (None: the operator) has set up, in their order. Two queries."""
    rows = DeliveryMethod.objects.filter(vendor_id=vendor_id).prefetch_related("rates__zone")
    return [_view(row) for row in rows.order_by("position", "created_at")]


def minimum_order_of(vendor_id: UUID) -> Money:
    """What a vendor's part must come to. One query."""
    row = SellingTerms.objects.filter(vendor_id=vendor_id).first()
    currency = current_tenant().currency
    return Money(row.minimum_order_minor if row else 0, row.currency if row else currency)


@operation
def add_method(*, vendor_id: UUID | None, draft: MethodDraft, acting: Actor, at: datetime) -> UUID:
    """Offer a way of delivery from now on; audited. Raises BadDelivery, NotYourPartner."""
    _authorise(acting, vendor_id)
    _check_method(draft)
    rows = DeliveryMethod.objects.filter(vendor_id=vendor_id)
    if rows.count() >= METHODS_MAX:
        raise BadDelivery(f"At most {METHODS_MAX} ways of delivery.")
    last = rows.aggregate(last=Max("position"))["last"] or 0
    row = DeliveryMethod.objects.create(
        id=uuid7(),
        vendor_id=vendor_id,
        kind=draft.kind,
        name=draft.name,
        note=draft.note,
        currency=current_tenant().currency,
        days_min=draft.days_min,
        days_max=draft.days_max,
        position=last + 1,
        created_at=at,
    )
    _write_rate(row, draft.rate)
    _audit("add", row, acting, at)
    return row.id


@operation
def add_rate(
    *, method_id: UUID, vendor_id: UUID | None, draft: RateDraft, acting: Actor, at: datetime
) -> None:
    """Another zone or weight band of a method; audited. Raises MethodUnknown, BadDelivery."""
    _authorise(acting, vendor_id)
    row = _locked(method_id, vendor_id)
    if row.rates.count() >= RATES_MAX:
        raise BadDelivery(f"At most {RATES_MAX} rates.")
    _write_rate(row, draft)
    _audit("add_rate", row, acting, at)


@operation
def remove_rate(
    *, rate_id: int, method_id: UUID, vendor_id: UUID | None, acting: Actor, at: datetime
) -> None:
    """Without any rate a method is not offered; audited. Raises MethodUnknown."""
    _authorise(acting, vendor_id)
    row = _locked(method_id, vendor_id)
    row.rates.filter(pk=rate_id).delete()
    _audit("remove_rate", row, acting, at)


@operation
def switch_method(
    *, method_id: UUID, vendor_id: UUID | None, is_active: bool, acting: Actor, at: datetime
) -> None:
    """Offer it or not; audited. Raises MethodUnknown."""
    _authorise(acting, vendor_id)
    row = _locked(method_id, vendor_id)
    row.is_active = is_active
    row.save(update_fields=["is_active"])
    _audit("switch", row, acting, at)


@operation
def remove_method(*, method_id: UUID, vendor_id: UUID | None, acting: Actor, at: datetime) -> None:
    """Orders keep the name and price they were placed with; audited. Raises MethodUnknown."""
    _authorise(acting, vendor_id)
    row = _locked(method_id, vendor_id)
    _audit("remove", row, acting, at)
    row.delete()


@operation
def add_delivery_zone(
    *, vendor_id: UUID | None, name: str, areas: Iterable[str], acting: Actor, at: datetime
) -> UUID:
    """A zone for rates. Raises BadZone, BadArea, NotYourPartner."""
    _authorise(acting, vendor_id)
    return zones.add_zone(owner_id=vendor_id, name=name, areas=areas, at=at)


@operation
def remove_delivery_zone(*, zone_id: UUID, vendor_id: UUID | None, acting: Actor) -> None:
    """Raises ZoneUnknown, ZoneInUse, NotYourPartner."""
    _authorise(acting, vendor_id)
    zones.remove_zone(zone_id=zone_id, owner_id=vendor_id)


@operation
def choose_minimum(*, vendor_id: UUID, minimum: Money, acting: Actor, at: datetime) -> None:
    """The least that a vendor's part must come to; audited. Raises NotYourPartner."""
    _authorise(acting, vendor_id)
    if minimum.minor < 0:
        raise BadDelivery(errors={"minimum": ["Not less than nothing."]})
    values = {"minimum_order_minor": minimum.minor, "currency": minimum.currency}
    SellingTerms.objects.update_or_create(vendor_id=vendor_id, defaults=values)
    record(
        "ordering.selling.choose_minimum",
        subject=Ref("partners.partner", str(vendor_id)),
        acting=acting,
        at=at,
        changes=values,
    )


def _authorise(acting: Actor, vendor_id: UUID | None) -> None:
    if vendor_id is None:
        require_operator(acting)
    else:
        require(acting, Verb.EDIT_PROFILE, vendor_id)


def _locked(method_id: UUID, vendor_id: UUID | None) -> DeliveryMethod:
    rows = DeliveryMethod.objects.select_for_update()
    row: DeliveryMethod | None = rows.filter(id=method_id, vendor_id=vendor_id).first()
    if row is None:
        raise MethodUnknown
    return row


def _check_method(draft: MethodDraft) -> None:
    errors: dict[str, list[str]] = {}
    if draft.kind not in DeliveryMethod.Kind.values:
        errors["kind"] = ["Choose shipping or pickup."]
    if not draft.name.strip():
        errors["name"] = ["Give it a name."]
    days = (draft.days_min, draft.days_max)
    if (days[0] is None) != (days[1] is None):
        errors["days_max"] = ["Say both, or neither."]
    elif days[0] is not None and days[1] is not None and not 0 <= days[0] <= days[1] <= DAYS_MAX:
        errors["days_max"] = ["Not before the first."]
    if errors:
        raise BadDelivery(errors=errors)


def _write_rate(row: DeliveryMethod, draft: RateDraft) -> None:
    known = {zone.id for zone in zones.zones_of(row.vendor_id)}
    if draft.zone_id is not None and draft.zone_id not in known:
        raise BadDelivery(errors={"zone": ["There is no such zone."]})
    if draft.price.currency != row.currency:
        raise BadDelivery(errors={"price": [f"In {row.currency}."]})
    try:
        with transaction.atomic():
            DeliveryRate.objects.create(
                method=row,
                zone_id=draft.zone_id,
                up_to_g=draft.up_to_g,
                price_minor=draft.price.minor,
                free_from_minor=draft.free_from.minor if draft.free_from else None,
            )
    except IntegrityError as error:
        told = "There is a rate for this zone and weight."
        raise BadDelivery(told, errors={"up_to_g": [told]}) from error


def _view(row: DeliveryMethod) -> MethodView:
    rates = sorted(row.rates.all(), key=_in_order)
    return MethodView(
        id=row.id,
        name=row.name,
        kind=row.kind,
        note=row.note,
        days_min=row.days_min,
        days_max=row.days_max,
        is_active=row.is_active,
        rates=[
            RateView(
                id=rate.pk,
                zone_name=rate.zone.name if rate.zone else "",
                up_to_g=rate.up_to_g,
                price=Money(rate.price_minor, row.currency),
                free_from=Money(rate.free_from_minor, row.currency)
                if rate.free_from_minor is not None
                else None,
            )
            for rate in rates
        ],
    )


def _in_order(rate: DeliveryRate) -> tuple[str, bool, int]:
    return rate.zone.name if rate.zone else "", rate.up_to_g is None, rate.up_to_g or 0


def _audit(what: str, row: DeliveryMethod, acting: Actor, at: datetime) -> None:
    record(
        f"ordering.delivery.{what}",
        subject=Ref("ordering.delivery_method", str(row.id)),
        acting=acting,
        at=at,
        changes={"name": row.name, "is_active": row.is_active},
    )
