"""What the operator decides about tax. Placed orders keep what they were placed with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import NotFound, Unprocessable
from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.money import BASIS_POINTS
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from tenant_apps.ordering.domain.taxes import STANDARD, Rate
from tenant_apps.ordering.models import SellingTerms, TaxRate, TaxSettings, TaxZone
from tenant_apps.partners.permissions import require_operator
from tenant_apps.partners.queries import partner_with
from tenant_apps.places.domain.addresses import countries
from tenant_apps.places.domain.areas import checked_areas

CLASSES = (STANDARD, "reduced", "super_reduced", "zero")
ZONE_PREFIX = "txz"
_CLASS_MAX, _NAME_MAX = 40, 80


class BadTax(Unprocessable):
    code, title = "bad_tax", "This tax cannot work"


class TaxZoneUnknown(NotFound):
    code, title = "tax_zone_unknown", "There is no such tax zone"


@dataclass(frozen=True, slots=True)
class TaxChoices:
    """The operator's choices that hold everywhere; `default_*` where no zone fits."""

    prices_include_tax: bool = True
    home_country: str = ""
    default_name: str = ""
    default_bps: int = 0
    delivery_class: str = STANDARD
    fee_tax_bps: int = 0


@dataclass(frozen=True, slots=True)
class TaxZoneDraft:
    """Areas and the rates that hold there; what a rate is called is told on invoices."""

    name: str
    areas: Sequence[str]
    rates: Mapping[str, Rate]


@dataclass(frozen=True, slots=True)
class TaxZoneView:
    id: UUID
    name: str
    areas: tuple[str, ...]
    rates: Mapping[str, Rate]

    @property
    def public_id(self) -> str:
        return public_id(ZONE_PREFIX, self.id)


def tax_choices() -> TaxChoices:
    """What holds now. One query."""
    row = TaxSettings.objects.filter(pk=1).first()
    if row is None:
        return TaxChoices()
    return TaxChoices(**{name: getattr(row, name) for name in asdict(TaxChoices())})


def tax_zones() -> list[TaxZoneView]:
    """Every zone with its rates, in their order. Two queries."""
    rows = TaxZone.objects.prefetch_related("rates").order_by("position")
    return [
        TaxZoneView(
            id=row.id,
            name=row.name,
            areas=tuple(row.areas),
            rates={rate.tax_class: Rate(rate.name, rate.bps) for rate in row.rates.all()},
        )
        for row in rows
    ]


@operation
def choose_taxes(*, choices: TaxChoices, acting: Actor, at: datetime) -> None:
    """Decide what holds everywhere, for orders from now on; audited. Raises BadTax, NotAllowed."""
    require_operator(acting)
    errors: dict[str, list[str]] = {}
    if choices.home_country and choices.home_country not in dict(countries()):
        errors["home_country"] = ["Choose a country."]
    for name in ("default_bps", "fee_tax_bps"):
        if not 0 <= getattr(choices, name) <= BASIS_POINTS:
            errors[name] = ["Between 0 and 100 per cent."]
    if choices.default_bps and not choices.default_name:
        errors["default_name"] = ["Say what the tax is called."]
    if errors:
        raise BadTax(errors=errors)
    before = tax_choices()
    TaxSettings.objects.update_or_create(pk=1, defaults=asdict(choices))
    _audit("choose", "settings", acting, at, {"before": asdict(before), "now": asdict(choices)})


@operation
def add_tax_zone(*, draft: TaxZoneDraft, acting: Actor, at: datetime) -> UUID:
    """A new zone with its rates; audited. Raises BadTax, BadArea, NotAllowed."""
    require_operator(acting)
    areas = _checked(draft)
    last = TaxZone.objects.aggregate(last=Max("position"))["last"] or 0
    row = TaxZone(id=uuid7(), position=last + 1, name=draft.name, areas=areas, created_at=at)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise BadTax(errors={"name": ["There is a zone of that name."]}) from error
    _write_rates(row, draft)
    _audit("add_zone", str(row.id), acting, at, _told(draft))
    return row.id


@operation
def change_tax_zone(*, zone_id: UUID, draft: TaxZoneDraft, acting: Actor, at: datetime) -> None:
    """Other areas or rates from now on; audited. Raises TaxZoneUnknown, BadTax, BadArea."""
    require_operator(acting)
    row = _locked(zone_id)
    areas = _checked(draft)
    row.name, row.areas = draft.name, areas
    try:
        with transaction.atomic():
            row.save(update_fields=["name", "areas"])
    except IntegrityError as error:
        raise BadTax(errors={"name": ["There is a zone of that name."]}) from error
    row.rates.all().delete()
    _write_rates(row, draft)
    _audit("change_zone", str(row.id), acting, at, _told(draft))


@operation
def remove_tax_zone(*, zone_id: UUID, acting: Actor, at: datetime) -> None:
    """What was in it bears the default from now on; audited. Raises TaxZoneUnknown."""
    require_operator(acting)
    row = _locked(zone_id)
    row.delete()
    _audit("remove_zone", str(zone_id), acting, at, {"name": row.name})


@operation
def choose_liability(
    *, vendor_id: UUID, is_operator_liable: bool, acting: Actor, at: datetime
) -> None:
    """Who remits the tax on a vendor's sales from now on; audited.

    Raises PartnerNotFound, NotAllowed.
    """
    require_operator(acting)
    partner_with(vendor_id)
    SellingTerms.objects.update_or_create(
        vendor_id=vendor_id,
        defaults={"is_operator_liable": is_operator_liable},
        create_defaults={
            "is_operator_liable": is_operator_liable,
            "currency": current_tenant().currency,
        },
    )
    changes = {"is_operator_liable": is_operator_liable}
    _audit("choose_liability", str(vendor_id), acting, at, changes)


def liable_vendors() -> frozenset[UUID]:
    """The vendors whose tax the operator remits. One query."""
    rows = SellingTerms.objects.filter(is_operator_liable=True)
    return frozenset(rows.values_list("vendor_id", flat=True))


def _locked(zone_id: UUID) -> TaxZone:
    row: TaxZone | None = TaxZone.objects.select_for_update().filter(id=zone_id).first()
    if row is None:
        raise TaxZoneUnknown
    return row


def _checked(draft: TaxZoneDraft) -> list[str]:
    errors: dict[str, list[str]] = {}
    if not draft.name.strip() or len(draft.name) > _NAME_MAX:
        errors["name"] = ["Give the zone a name."]
    if not draft.rates:
        errors["rates"] = ["A zone needs a rate, be it 0 per cent."]
    for tax_class, rate in draft.rates.items():
        if not tax_class or len(tax_class) > _CLASS_MAX or not 0 <= rate.bps <= BASIS_POINTS:
            errors["rates"] = [f"{tax_class}: between 0 and 100 per cent."]
        elif rate.bps and not rate.name.strip():
            errors["tax_name"] = ["Say what the tax is called."]
    if errors:
        raise BadTax(errors=errors)
    return checked_areas(draft.areas)


def _write_rates(row: TaxZone, draft: TaxZoneDraft) -> None:
    TaxRate.objects.bulk_create(
        TaxRate(zone=row, tax_class=tax_class, name=rate.name, bps=rate.bps)
        for tax_class, rate in draft.rates.items()
    )


def _told(draft: TaxZoneDraft) -> dict[str, object]:
    rates = {tax_class: rate.bps for tax_class, rate in draft.rates.items()}
    return {"name": draft.name, "areas": list(draft.areas), "rates": rates}


def _audit(
    what: str, subject: str, acting: Actor, at: datetime, changes: Mapping[str, object]
) -> None:
    record(
        f"ordering.taxes.{what}",
        subject=Ref("ordering.taxes", subject),
        acting=acting,
        at=at,
        changes=changes,
    )
