"""What followed a sale, as customers, vendors and the operator may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money
from shared_apps.kernel.pages import Page, page_of
from shared_apps.media.domain.access import private_url
from tenant_apps.ordering.lifecycle import CLAIM_OPEN, RETURN_OPEN
from tenant_apps.ordering.models import (
    Claim,
    DigitalGood,
    Document,
    DownloadGrant,
    Return,
    ReturnLine,
)

RETURN_PREFIX, CLAIM_PREFIX, DOCUMENT_PREFIX, DOWNLOAD_PREFIX = "ret", "clm", "doc", "dl"
V = TypeVar("V", "ReturnView", "ClaimView", "DocumentView")


class NotHere(NotFound):
    code, title = "record_not_found", "There is nothing of that name here"


@dataclass(frozen=True, slots=True)
class ReturnLineView:
    line_id: UUID
    title: str
    variant_title: str
    quantity: int
    restocked: int
    written_off: int
    refused: int
    replacement: str
    unit: Money


@dataclass(frozen=True, slots=True)
class ReturnView:
    """A return of one vendor's goods."""

    id: UUID
    number: str
    part_id: UUID
    part_number: str
    order_id: UUID
    vendor_id: UUID
    vendor_name: str
    state: str
    reason: str
    wanted: str
    note: str
    answer: str
    is_vendors_fault: bool
    refund: Money
    fee: Money
    created_at: datetime
    lines: Sequence[ReturnLineView]

    @property
    def public_id(self) -> str:
        return public_id(RETURN_PREFIX, self.id)

    @property
    def is_open(self) -> bool:
        return self.state in RETURN_OPEN

    @property
    def can_withdraw(self) -> bool:
        return self.state in {"requested", "approved"}


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A complaint about what one vendor sent; `items` are (title, count)."""

    id: UUID
    number: str
    part_id: UUID
    part_number: str
    order_id: UUID
    order_number: str
    vendor_id: UUID
    vendor_name: str
    state: str
    kind: str
    note: str
    vendor_answer: str
    decision_note: str
    refund: Money
    claimed: Money
    created_at: datetime
    decided_at: datetime | None
    items: Sequence[tuple[str, int]]

    @property
    def public_id(self) -> str:
        return public_id(CLAIM_PREFIX, self.id)

    @property
    def order_public_id(self) -> str:
        return public_id("ord", self.order_id)

    @property
    def is_open(self) -> bool:
        return self.state in CLAIM_OPEN


@dataclass(frozen=True, slots=True)
class DocumentView:
    id: UUID
    kind: str
    number: str
    part_id: UUID | None
    partner_id: UUID
    total: Money
    sha256: str
    issued_at: datetime
    file_id: UUID

    @property
    def public_id(self) -> str:
        return public_id(DOCUMENT_PREFIX, self.id)


@dataclass(frozen=True, slots=True)
class DownloadView:
    """One unit of a digital good; `secret` is its key as it was stored, "" without one."""

    id: UUID
    order_id: UUID
    order_number: str
    title: str
    file_name: str
    used: int
    limit: int
    expires_at: datetime | None
    state: str
    secret: str
    is_key_awaited: bool

    @property
    def public_id(self) -> str:
        return public_id(DOWNLOAD_PREFIX, self.id)

    @property
    def order_public_id(self) -> str:
        return public_id("ord", self.order_id)

    @property
    def left(self) -> int | None:
        """How often it can still be fetched; None for always."""
        return self.limit - self.used if self.limit else None


@dataclass(frozen=True, slots=True)
class DigitalGoodView:
    variant_id: UUID
    title: str
    file_name: str
    has_keys: bool
    keys_free: int
    keys_given: int
    waiting: int
    download_limit: int
    valid_days: int

    @property
    def public_id(self) -> str:
        return public_id("var", self.variant_id)


def returns_of(part_ids: Iterable[UUID]) -> dict[UUID, list[ReturnView]]:
    """Returns by vendor order, oldest first. Two queries."""
    rows = _returns().filter(vendor_order__in=list(part_ids)).order_by("id")
    return _by_part(_return_view(row) for row in rows)


def returns_page(
    *, vendor_id: UUID | None = None, is_open: bool = False, cursor: str = "", limit: int = 25
) -> Page[ReturnView]:
    """One vendor's returns, or (None) all, newest first. Two queries."""
    rows = _returns()
    if vendor_id is not None:
        rows = rows.filter(vendor_id=vendor_id)
    if is_open:
        rows = rows.filter(state__in=RETURN_OPEN)
    page = page_of(rows, cursor=cursor, limit=limit)
    views = [_return_view(row) for row in page.items]
    return Page(views, page.next_cursor, page.prev_cursor)


def return_with(return_id: UUID, *, vendor_id: UUID | None = None) -> ReturnView:
    """One return, of this vendor or (None) of any; raises NotHere. Two queries."""
    rows = _returns().filter(id=return_id)
    row = (rows.filter(vendor_id=vendor_id) if vendor_id is not None else rows).first()
    if row is None:
        raise NotHere
    return _return_view(row)


def waiting_returns(vendor_id: UUID) -> int:
    """How many returns wait for the vendor to do something. One query."""
    waiting = ("requested", "received", "inspected")
    return Return.objects.filter(vendor_id=vendor_id, state__in=waiting).count()


def claims_of(part_ids: Iterable[UUID]) -> dict[UUID, list[ClaimView]]:
    """Claims by vendor order, oldest first. Two queries."""
    rows = _claims().filter(vendor_order__in=list(part_ids)).order_by("id")
    return _by_part(_claim_view(row) for row in rows)


def claims_page(*, is_open: bool = False, cursor: str = "", limit: int = 25) -> Page[ClaimView]:
    """All claims, newest first, for the operator. Two queries."""
    rows = _claims().filter(state__in=CLAIM_OPEN) if is_open else _claims()
    page = page_of(rows, cursor=cursor, limit=limit)
    views = [_claim_view(row) for row in page.items]
    return Page(views, page.next_cursor, page.prev_cursor)


def claim_with(claim_id: UUID, *, vendor_id: UUID | None = None) -> ClaimView:
    """One claim, about this vendor or (None) any; raises NotHere. Two queries."""
    rows = _claims().filter(id=claim_id)
    row = (rows.filter(vendor_id=vendor_id) if vendor_id is not None else rows).first()
    if row is None:
        raise NotHere
    return _claim_view(row)


def open_claims() -> int:
    """How many claims wait for the operator. One query."""
    return Claim.objects.filter(state__in=CLAIM_OPEN).count()


def documents_of(part_ids: Iterable[UUID]) -> dict[UUID, list[DocumentView]]:
    """Invoices and credit notes by vendor order, oldest first. One query."""
    rows = Document.objects.filter(vendor_order__in=list(part_ids)).order_by("id")
    return _by_part(_document_view(row) for row in rows)


def document_url(document_id: UUID, *, part_ids: Iterable[UUID]) -> str:
    """Where the PDF lies for a quarter of an hour; raises NotHere for other orders' documents."""
    row = Document.objects.filter(id=document_id, vendor_order__in=list(part_ids)).first()
    if row is None:
        raise NotHere
    return private_url(file_id=row.file_id)


def downloads_of(*, user_id: UUID | None, guest_key: UUID | None) -> list[DownloadView]:
    """What a customer or guest may fetch, newest first. One query."""
    orders = Q(pk__in=[])
    if user_id is not None:
        orders = Q(line__vendor_order__order__user_id=user_id)
    elif guest_key is not None:
        orders = Q(
            line__vendor_order__order__guest_key=guest_key,
            line__vendor_order__order__user__isnull=True,
        )
    rows = DownloadGrant.objects.filter(orders).select_related(
        "good", "key", "line__vendor_order__order"
    )
    return [_download_view(row) for row in rows.order_by("-id")[:200]]


def digital_goods_of(vendor_id: UUID) -> list[DigitalGoodView]:
    """A vendor's digital goods with the state of their keys. One query."""
    rows = DigitalGood.objects.filter(vendor_id=vendor_id).select_related("variant__product")
    counted = rows.annotate(
        free=Count("keys", filter=Q(keys__grant__isnull=True), distinct=True),
        given=Count("keys", filter=Q(keys__grant__isnull=False), distinct=True),
        waiting=Count(
            "grants", filter=Q(grants__key__isnull=True, grants__state="granted"), distinct=True
        ),
    )
    return [
        DigitalGoodView(
            variant_id=row.variant_id,
            title=" · ".join(filter(None, [row.variant.product.title, str(row.variant)])),
            file_name=row.file_name,
            has_keys=row.has_keys,
            keys_free=row.free,
            keys_given=row.given,
            waiting=row.waiting if row.has_keys else 0,
            download_limit=row.download_limit,
            valid_days=row.valid_days,
        )
        for row in counted.order_by("id")
    ]


def _by_part(views: Iterable[V]) -> dict[UUID, list[V]]:
    found: defaultdict[UUID, list[V]] = defaultdict(list)
    for view in views:
        if view.part_id is not None:
            found[view.part_id].append(view)
    return dict(found)


def _returns() -> QuerySet[Return]:
    rows = Return.objects.select_related("vendor_order__order")
    return rows.prefetch_related("lines__line", "lines__replacement")


def _return_view(row: Return) -> ReturnView:
    currency = row.vendor_order.currency
    return ReturnView(
        id=row.id,
        number=row.number,
        part_id=row.vendor_order_id,
        part_number=row.vendor_order.number,
        order_id=row.vendor_order.order_id,
        vendor_id=row.vendor_id,
        vendor_name=row.vendor_order.vendor_name,
        state=row.state,
        reason=row.reason,
        wanted=row.wanted,
        note=row.note,
        answer=row.answer,
        is_vendors_fault=row.is_vendors_fault,
        refund=Money(row.refund_minor, currency),
        fee=Money(row.fee_minor, currency),
        created_at=row.created_at,
        lines=[_return_line(each, currency) for each in row.lines.all()],
    )


def _return_line(row: ReturnLine, currency: str) -> ReturnLineView:
    return ReturnLineView(
        line_id=row.line_id,
        title=row.line.title,
        variant_title=row.line.variant_title,
        quantity=row.quantity,
        restocked=row.restocked_quantity,
        written_off=row.written_off_quantity,
        refused=row.refused_quantity,
        replacement=str(row.replacement) if row.replacement else "",
        unit=Money(row.line.unit_price_minor, currency),
    )


def _claims() -> QuerySet[Claim]:
    rows = Claim.objects.select_related("vendor_order__order")
    return rows.prefetch_related("lines__line")


def _claim_view(row: Claim) -> ClaimView:
    part = row.vendor_order
    lines = list(row.lines.all())
    claimed = sum(each.line.total_minor * each.quantity // each.line.quantity for each in lines)
    return ClaimView(
        id=row.id,
        number=row.number,
        part_id=part.id,
        part_number=part.number,
        order_id=part.order_id,
        order_number=part.order.number,
        vendor_id=row.vendor_id,
        vendor_name=part.vendor_name,
        state=row.state,
        kind=row.kind,
        note=row.note,
        vendor_answer=row.vendor_answer,
        decision_note=row.decision_note,
        refund=Money(row.refund_minor, part.currency),
        claimed=Money(claimed, part.currency),
        created_at=row.created_at,
        decided_at=row.decided_at,
        items=[(each.line.title, each.quantity) for each in lines],
    )


def _document_view(row: Document) -> DocumentView:
    return DocumentView(
        id=row.id,
        kind=row.kind,
        number=row.number,
        part_id=row.vendor_order_id,
        partner_id=row.partner_id,
        total=Money(row.total_minor, row.currency),
        sha256=row.sha256,
        issued_at=row.issued_at,
        file_id=row.file_id,
    )


def _download_view(row: DownloadGrant) -> DownloadView:
    key = getattr(row, "key", None)
    order = row.line.vendor_order.order
    return DownloadView(
        id=row.id,
        order_id=order.id,
        order_number=order.number,
        title=" · ".join(filter(None, [row.line.title, row.line.variant_title])),
        file_name=row.file_name,
        used=row.used,
        limit=row.limit,
        expires_at=row.expires_at,
        state=row.state,
        secret=key.secret if key is not None else "",
        is_key_awaited=row.good.has_keys and key is None,
    )
