"""Zones: named sets of places, of the operator or of one partner.

Who may change them is for the room to say that uses them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from shared_apps.kernel.errors import Conflict, NotFound, Unprocessable
from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.transactions import step
from tenant_apps.places.domain.areas import checked_areas
from tenant_apps.places.models import Zone

ZONE_PREFIX = "zone"


class ZoneUnknown(NotFound):
    code, title = "zone_unknown", "There is no such zone"


class ZoneInUse(Conflict):
    code, title = "zone_in_use", "Something is still delivered to this zone"


class BadZone(Unprocessable):
    code, title = "bad_zone", "This zone cannot work"


@dataclass(frozen=True, slots=True)
class ZoneView:
    id: UUID
    owner_id: UUID | None
    name: str
    areas: tuple[str, ...]

    @property
    def public_id(self) -> str:
        return public_id(ZONE_PREFIX, self.id)


def zones_of(owner_id: UUID | None) -> list[ZoneView]:
    """The zones of an owner, by name. One query."""
    rows = Zone.objects.filter(owner_id=owner_id).order_by("name")
    return [ZoneView(row.id, row.owner_id, row.name, tuple(row.areas)) for row in rows]


@step
def add_zone(*, owner_id: UUID | None, name: str, areas: Iterable[str], at: datetime) -> UUID:
    """A new zone of an owner (None: the operator). Raises BadZone, BadArea."""
    said = " ".join(name.split())
    if not said:
        raise BadZone(errors={"name": ["Give the zone a name."]})
    wanted = checked_areas(areas)
    try:
        with transaction.atomic():
            row = Zone.objects.create(
                id=uuid7(), owner_id=owner_id, name=said, areas=wanted, created_at=at
            )
    except IntegrityError as error:
        raise BadZone(errors={"name": ["There is a zone of that name."]}) from error
    return row.id


@step
def change_areas(*, zone_id: UUID, owner_id: UUID | None, areas: Iterable[str]) -> None:
    """What the zone holds from now on. Raises ZoneUnknown, BadArea."""
    wanted = checked_areas(areas)
    if not Zone.objects.filter(id=zone_id, owner_id=owner_id).update(areas=wanted):
        raise ZoneUnknown


@step
def remove_zone(*, zone_id: UUID, owner_id: UUID | None) -> None:
    """Raises ZoneUnknown; ZoneInUse while something refers to it."""
    row = Zone.objects.filter(id=zone_id, owner_id=owner_id).first()
    if row is None:
        raise ZoneUnknown
    try:
        row.delete()
    except ProtectedError as error:
        raise ZoneInUse from error
