"""A person's address book: read, add, choose the default, take out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from shared_apps.kernel.errors import Conflict, NotFound
from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.transactions import operation
from tenant_apps.places.domain.addresses import Address
from tenant_apps.places.models import SavedAddress

ADDRESSES_MAX = 30
ADDRESS_PREFIX = "addr"


class AddressUnknown(NotFound):
    code, title = "address_unknown", "There is no such address in your address book"


class BookFull(Conflict):
    code, title = "address_book_full", f"An address book holds {ADDRESSES_MAX} addresses"


@dataclass(frozen=True, slots=True)
class AddressView:
    """An entry of an address book."""

    id: UUID
    address: Address
    phone: str
    is_default: bool

    @property
    def public_id(self) -> str:
        return public_id(ADDRESS_PREFIX, self.id)


def address_book(user_id: UUID | None) -> list[AddressView]:
    """A person's addresses, the default first. One query, none for guests."""
    if user_id is None:
        return []
    rows = SavedAddress.objects.filter(user_id=user_id)
    return [_view(row) for row in rows.order_by("-is_default", "created_at", "id")]


def saved_address(*, user_id: UUID, address_id: UUID) -> AddressView:
    """One entry of this person's book; raises AddressUnknown for anybody else's."""
    row = SavedAddress.objects.filter(user_id=user_id, id=address_id).first()
    if row is None:
        raise AddressUnknown
    return _view(row)


@operation
def save_address(
    *, user_id: UUID, address: Address, phone: str = "", is_default: bool = False, at: datetime
) -> UUID:
    """Put an address into the book; the first one is the default, the same one is kept once.

    Returns its id. Raises BookFull.
    """
    rows = _locked(user_id)
    same = next((row for row in rows if _is_same(row, address, phone)), None)
    if same is None:
        if len(rows) >= ADDRESSES_MAX:
            raise BookFull
        same = SavedAddress.objects.create(
            id=uuid7(), user_id=user_id, phone=phone, created_at=at, **asdict(address)
        )
    if is_default or not rows:
        _make_default(user_id, same)
    return same.id


@operation
def change_address(
    *,
    user_id: UUID,
    address_id: UUID,
    address: Address,
    phone: str = "",
    is_default: bool = False,
) -> None:
    """Correct an address; orders keep the one they were placed with. Raises AddressUnknown."""
    row = _one(user_id, address_id)
    for name, value in {**asdict(address), "phone": phone}.items():
        setattr(row, name, value)
    row.save()
    if is_default:
        _make_default(user_id, row)


@operation
def choose_default(*, user_id: UUID, address_id: UUID) -> None:
    """What checkout suggests from now on. Raises AddressUnknown."""
    _make_default(user_id, _one(user_id, address_id))


@operation
def remove_address(*, user_id: UUID, address_id: UUID) -> None:
    """Take it out; the oldest of the others becomes the default. Raises AddressUnknown."""
    row = _one(user_id, address_id)
    row.delete()
    left = SavedAddress.objects.filter(user_id=user_id).order_by("created_at", "id").first()
    if row.is_default and left is not None:
        _make_default(user_id, left)


def _locked(user_id: UUID) -> list[SavedAddress]:
    return list(SavedAddress.objects.select_for_update().filter(user_id=user_id).order_by("id"))


def _one(user_id: UUID, address_id: UUID) -> SavedAddress:
    found = [row for row in _locked(user_id) if row.id == address_id]
    if not found:
        raise AddressUnknown
    return found[0]


def _is_same(row: SavedAddress, address: Address, phone: str) -> bool:
    said = asdict(address)
    return row.phone == phone and all(getattr(row, name) == said[name] for name in said)


def _make_default(user_id: UUID, row: SavedAddress) -> None:
    SavedAddress.objects.filter(user_id=user_id, is_default=True).exclude(pk=row.pk).update(
        is_default=False
    )
    SavedAddress.objects.filter(pk=row.pk).update(is_default=True)


def _view(row: SavedAddress) -> AddressView:
    address = Address(
        name=row.name,
        line1=row.line1,
        line2=row.line2,
        city=row.city,
        region=row.region,
        postcode=row.postcode,
        country=row.country,
    )
    return AddressView(row.id, address, row.phone, row.is_default)
