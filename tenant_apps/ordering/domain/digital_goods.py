"""Goods without a parcel: what a variant's buyers get, and how often they may fetch it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.crypto import decrypt, encrypt
from shared_apps.kernel.errors import Conflict, NotFound, Unprocessable
from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import record_move
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation, step
from shared_apps.media.domain.access import private_url
from shared_apps.media.domain.files import Upload, store_private_file
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.catalog.queries import offers
from tenant_apps.ordering.domain import fulfilment, orders, parts
from tenant_apps.ordering.domain.carts import CartOwner
from tenant_apps.ordering.domain.fulfilment import Tracking
from tenant_apps.ordering.events import DownloadGranted
from tenant_apps.ordering.lifecycle import DOWNLOAD
from tenant_apps.ordering.models import (
    DigitalGood,
    Download,
    DownloadGrant,
    LicenceKey,
    OrderLine,
    Reversal,
    VendorOrder,
)
from tenant_apps.partners.permissions import Verb, require
from tenant_apps.payments.queries import outstanding

KEYS_MAX = 5000
_KEY_LENGTH_MAX = 500
_SENDABLE = frozenset({"confirmed", "processing", "partially_shipped"})


class DownloadUnknown(NotFound):
    code, title = "record_not_found", "There is no such download here"


class DownloadOver(Conflict):
    """`reason` is limit, expired or revoked."""

    code, title = "download_over", "This cannot be downloaded any more"


class NothingToGive(Unprocessable):
    code, title = "digital_good_is_empty", "Add a file, licence keys, or both"


class NotDigital(Unprocessable):
    code, title = "not_digital", "Mark the product as digital first"


@dataclass(frozen=True, slots=True)
class DigitalTerms:
    """How often and how long a buyer may download; 0 is without limit."""

    download_limit: int = 5
    valid_days: int = 0
    has_keys: bool = False


def offer_digital(
    *, variant_id: UUID, upload: Upload | None, terms: DigitalTerms, acting: Actor, at: datetime
) -> None:
    """Say what buyers of a variant get (journey): the file is stored first, then noted.

    Without an upload the file stays as it is. Buyers of before keep what they bought. Raises
    NotDigital, NothingToGive, NotYourPartner, FileTooLarge.
    """
    vendor_id = _vendor_of(variant_id)
    require(acting, Verb.EDIT_PRODUCTS, vendor_id)
    file_id, name = None, ""
    if upload is not None:
        kept = store_private_file(
            data=upload.data, name=upload.name, content_type="", acting=acting, at=at
        )
        file_id, name = kept.id, upload.name
    _note_good(
        variant_id=variant_id,
        vendor_id=vendor_id,
        file_id=file_id,
        file_name=name,
        terms=terms,
        acting=acting,
        at=at,
    )


@operation
def add_keys(*, variant_id: UUID, keys: Sequence[str], acting: Actor, at: datetime) -> int:
    """Add licence keys to a variant's pool, each once; whoever waits for one gets it now.

    Returns how many were new. Raises DownloadUnknown, NotYourPartner, NothingToGive.
    """
    good = DigitalGood.objects.select_for_update().filter(variant_id=variant_id).first()
    if good is None:
        raise DownloadUnknown
    require(acting, Verb.EDIT_PRODUCTS, good.vendor_id)
    texts = list(dict.fromkeys(key.strip()[:_KEY_LENGTH_MAX] for key in keys if key.strip()))
    if not texts or len(texts) > KEYS_MAX:
        raise NothingToGive(most=KEYS_MAX)
    before = good.keys.count()
    LicenceKey.objects.bulk_create(
        [
            LicenceKey(
                id=uuid7(), good=good, secret=encrypt(text), fingerprint=_print(text), added_at=at
            )
            for text in texts
        ],
        ignore_conflicts=True,
    )
    added = good.keys.count() - before
    if not good.has_keys:
        good.has_keys = True
        good.save(update_fields=["has_keys"])
    waiting = DownloadGrant.objects.filter(good=good, state="granted", key__isnull=True)
    _give_keys(list(waiting.order_by("id")))
    subject = Ref("catalog.variant", str(variant_id))
    changes = {"keys": added}
    record("ordering.digital.add_keys", subject=subject, acting=acting, at=at, changes=changes)
    return added


@step
def grant_downloads(*, vendor_order_id: UUID, at: datetime) -> int:
    """Hand over what is digital in a paid vendor order; a repeat changes nothing.

    One grant for each unit, with a key of the pool where there are keys; the lines count as sent
    and arrived, so that a part without parcels is delivered at once. What is to be paid in cash
    waits for the cash. DownloadGranted. Returns how many were granted. Raises OrderUnknown.
    """
    row = parts.locked(vendor_order_id)
    grants, lines = _missing_grants(row, at=at)
    if not grants or is_owed_cash(row):
        return 0
    DownloadGrant.objects.bulk_create(grants)
    _give_keys(grants)
    left = {line.id: count for line in lines if (count := parts.left_of(line))}
    if left and row.state in _SENDABLE:
        parcel_id = fulfilment.send(
            row=row, tracking=Tracking(), quantities=left, acting=SYSTEM, at=at
        )
        fulfilment.arrive(row=row, parcel_id=parcel_id, acting=SYSTEM, at=at)
    told = {"count": len(grants)}
    orders.note(row.order, "download_granted", vendor_order=row, data=told, acting=SYSTEM, at=at)
    publish(
        DownloadGranted(
            vendor_order_id=str(row.id),
            order_id=str(row.order_id),
            vendor_id=str(row.vendor_id),
            count=len(grants),
        ),
        subject=orders.vendor_order_ref(row.id),
    )
    return len(grants)


@step
def grant_downloads_of(*, order_id: UUID, at: datetime) -> int:
    """The same for every part of an order, when it is placed; returns how many were granted."""
    placed = VendorOrder.objects.filter(order_id=order_id, order__state="placed").order_by("id")
    ids = list(placed.values_list("id", flat=True))
    return sum(grant_downloads(vendor_order_id=each, at=at) for each in ids)


@operation
def fetch(*, grant_id: UUID, owner: CartOwner, acting: Actor, at: datetime) -> str:
    """Count one download and open an address of the file for a quarter of an hour.

    Two at once never pass the limit: a conditional UPDATE decides. Raises DownloadUnknown,
    NotYourOrder, DownloadOver.
    """
    found = DownloadGrant.objects.select_related("line__vendor_order__order")
    grant = found.filter(id=grant_id, file_id__isnull=False).first()
    if grant is None or grant.file_id is None:
        raise DownloadUnknown
    parts.require_owner(grant.line.vendor_order.order, owner)
    counted = (
        DownloadGrant.objects.filter(id=grant_id, state="granted")
        .filter(Q(limit=0) | Q(used__lt=F("limit")))
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at))
        .update(used=F("used") + 1)
    )
    if not counted:
        raise DownloadOver(reason=why_over(grant, at=at))
    Download.objects.create(grant=grant, actor=f"{acting.kind}:{acting.id}", at=at)
    return private_url(file_id=grant.file_id)


@step
def revoke_refunded(*, batch: UUID, at: datetime) -> int:
    """What was paid back by the unit cannot be fetched any more; a repeat changes nothing."""
    revoked = 0
    undone = Reversal.objects.filter(batch=batch, quantity__gt=0).values("line_id")
    for line in OrderLine.objects.filter(id__in=undone).order_by("id"):
        gone = line.downloads.filter(state="revoked").count()
        due = max(0, line.refunded_quantity - line.cancelled_quantity - gone)
        for grant in line.downloads.filter(state="granted").order_by("-unit")[:due]:
            record_move(grant, DOWNLOAD, "revoke", acting=SYSTEM, at=at)
            revoked += 1
    return revoked


def why_over(grant: DownloadGrant, *, at: datetime) -> str:
    """Why a grant gives nothing any more (rule); "" when it does."""
    if grant.state == "revoked":
        return "revoked"
    if grant.expires_at is not None and grant.expires_at <= at:
        return "expired"
    return "limit" if grant.limit and grant.used >= grant.limit else ""


def readable_key(secret: str) -> str:
    """A stored key as its buyer reads it; the caller has seen that it is theirs."""
    return decrypt(secret)


@operation
def _note_good(
    *,
    variant_id: UUID,
    vendor_id: UUID,
    file_id: UUID | None,
    file_name: str,
    terms: DigitalTerms,
    acting: Actor,
    at: datetime,
) -> None:
    """The variant's digital good as the vendor wants it from now on."""
    good = DigitalGood.objects.select_for_update().filter(variant_id=variant_id).first()
    good = good or DigitalGood(variant_id=variant_id, vendor_id=vendor_id, created_at=at)
    if file_id is not None:
        good.file_id, good.file_name = file_id, file_name
    good.has_keys = terms.has_keys or good.keys.exists()
    if good.file_id is None and not good.has_keys:
        raise NothingToGive
    good.download_limit, good.valid_days = terms.download_limit, terms.valid_days
    good.save()
    subject = Ref("catalog.variant", str(variant_id))
    record("ordering.digital.offer", subject=subject, acting=acting, at=at)


def _vendor_of(variant_id: UUID) -> UUID:
    offer = offers([variant_id]).get(variant_id)
    if offer is None:
        raise DownloadUnknown
    if not offer.is_digital:
        raise NotDigital
    return offer.vendor_id


def is_owed_cash(row: VendorOrder) -> bool:
    """Whether cash is still to be collected for the order. One query."""
    due = outstanding(orders.ref_of(row.order_id))
    return any(payment.method == "cash" for payment in due)


def _missing_grants(
    row: VendorOrder, *, at: datetime
) -> tuple[list[DownloadGrant], list[OrderLine]]:
    """A grant for every unit of a digital line that is neither granted nor cancelled."""
    if row.state in {"pending", "cancelled"}:
        return [], []
    lines = parts.lines_of(row)
    found = DigitalGood.objects.filter(
        variant_id__in=[line.variant_id for line in lines], is_active=True
    )
    goods = {good.variant_id: good for good in found}
    digital = [line for line in lines if line.variant_id in goods]
    grants = []
    for line in digital:
        known = line.downloads.count()
        missing = line.quantity - line.refunded_quantity - known
        grants += [
            _grant(line, known + unit, goods[line.variant_id], at=at)
            for unit in range(1, missing + 1)
        ]
    return grants, digital


def _grant(line: OrderLine, unit: int, good: DigitalGood, *, at: datetime) -> DownloadGrant:
    return DownloadGrant(
        id=uuid7(),
        line=line,
        unit=unit,
        good=good,
        file_id=good.file_id,
        file_name=good.file_name,
        limit=good.download_limit,
        expires_at=at + timedelta(days=good.valid_days) if good.valid_days else None,
        created_at=at,
    )


def _give_keys(grants: Sequence[DownloadGrant]) -> None:
    """A free key for each that wants one, as far as they reach; nobody else takes the same."""
    for grant in grants:
        if not grant.good.has_keys:
            continue
        free = LicenceKey.objects.filter(good_id=grant.good_id, grant__isnull=True)
        key = free.select_for_update(skip_locked=True).order_by("id").first()
        if key is not None:
            key.grant = grant
            key.save(update_fields=["grant"])


def _print(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
