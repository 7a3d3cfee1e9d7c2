"""What pages and programs may know of promotions, their codes and gift cards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Count, F, Q, Sum, When
from django.db.models.functions import Coalesce

from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.ids import public_id
from shared_apps.kernel.money import Money, total
from shared_apps.kernel.pages import Page, page_of
from shared_apps.ledger import queries as ledger
from tenant_apps.partners.queries import PartnerSummary, partners_by_id
from tenant_apps.promotions.lifecycle import PROMOTION, USE_COUNTS
from tenant_apps.promotions.models import (
    CodeUse,
    GiftCard,
    LoyaltyReward,
    Promotion,
    PromotionCode,
)

PROMOTION_PREFIX = "promo"
GIFT_CARD_PREFIX = "gift"


class PromotionUnknown(NotFound):
    code, title = "promotion_unknown", "There is no such promotion"


@dataclass(frozen=True, slots=True)
class Usage:
    """How often a promotion took effect, and what it came to."""

    uses: int
    off: Money
    subsidy: Money


@dataclass(frozen=True, slots=True)
class PromotionView:
    """A promotion with its usage; `code` is empty when it has vouchers."""

    id: UUID
    title: str
    code: str
    vendor: PartnerSummary | None
    kind: str
    bps: int
    amount: Money
    maximum: Money
    minimum: Money
    scope: str
    targets: tuple[str, ...]
    bearer: str
    share_bps: int
    starts_at: datetime
    ends_at: datetime | None
    uses_max: int | None
    uses_per_customer: int | None
    used_count: int
    is_stackable: bool
    is_first_order_only: bool
    is_voucher: bool
    state: str
    usage: Usage

    @property
    def public_id(self) -> str:
        return public_id(PROMOTION_PREFIX, self.id)

    @property
    def moves(self) -> frozenset[str]:
        return PROMOTION.moves_from(self.state)

    def state_at(self, at: datetime) -> str:
        """The state as people see it: a running one that has not begun or is over says so."""
        if self.state == "active" and self.starts_at > at:
            return "scheduled"
        if self.state == "active" and self.ends_at is not None and self.ends_at <= at:
            return "over"
        if self.state == "active" and self.uses_max is not None:
            return "used_up" if self.used_count >= self.uses_max else "active"
        return self.state


@dataclass(frozen=True, slots=True)
class CodeView:
    text: str
    batch: int
    used_count: int
    uses_max: int | None


@dataclass(frozen=True, slots=True)
class UseView:
    """One use: by which code, for what, and what it took off."""

    code: str
    subject: str
    off: Money
    subsidy: Money
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GiftCardRow:
    """A card as the operator sees it: never its code."""

    id: UUID
    code_end: str
    origin: str
    amount: Money
    balance: Money
    recipient_email: str
    note: str
    state: str
    created_at: datetime
    expires_at: datetime | None

    @property
    def public_id(self) -> str:
        return public_id(GIFT_CARD_PREFIX, self.id)


def promotions_page(
    *, vendor_id: UUID | None = None, state: str = "", cursor: str = "", limit: int = 25
) -> Page[PromotionView]:
    """Promotions, newest first; only one vendor's when asked. Four queries."""
    rows = Promotion.objects.all()
    if vendor_id is not None:
        rows = rows.filter(vendor_id=vendor_id)
    if state:
        rows = rows.filter(state=state)
    page = page_of(rows, cursor=cursor, limit=limit, order=("-created_at", "-id"))
    return Page(_views(page.items), page.next_cursor, page.prev_cursor)


def promotion_with(promotion_id: UUID, *, vendor_id: UUID | None = None) -> PromotionView:
    """One promotion; raises PromotionUnknown, also for another vendor's."""
    rows = Promotion.objects.filter(id=promotion_id)
    if vendor_id is not None:
        rows = rows.filter(vendor_id=vendor_id)
    found = _views(rows)
    if not found:
        raise PromotionUnknown
    return found[0]


def count_by_state(*, vendor_id: UUID | None = None) -> dict[str, int]:
    """How many promotions are in each state. One query."""
    rows = Promotion.objects.all()
    if vendor_id is not None:
        rows = rows.filter(vendor_id=vendor_id)
    return dict(rows.values_list("state").annotate(count=Count("id")))


def codes_page(
    promotion_id: UUID, *, cursor: str = "", limit: int = 25, unused_only: bool = False
) -> Page[CodeView]:
    """A promotion's codes, newest first."""
    rows = PromotionCode.objects.filter(promotion_id=promotion_id)
    if unused_only:
        rows = rows.filter(used_count=0)
    page = page_of(rows, cursor=cursor, limit=limit, order=("-id",))
    return Page([_code(row) for row in page.items], page.next_cursor, page.prev_cursor)


def every_code(promotion_id: UUID) -> Iterator[CodeView]:
    rows = PromotionCode.objects.filter(promotion_id=promotion_id).order_by("batch", "key")
    return (_code(row) for row in rows.iterator())


def recent_uses(promotion_id: UUID, *, limit: int = 10) -> list[UseView]:
    rows = CodeUse.objects.filter(promotion_id=promotion_id).select_related("code")
    return [
        UseView(
            code=row.code.text,
            subject=row.subject,
            off=Money(row.off_minor, row.currency),
            subsidy=Money(row.subsidy_minor, row.currency),
            state=row.state,
            at=row.created_at,
        )
        for row in rows.order_by("-created_at")[:limit]
    ]


def gift_cards_page(*, cursor: str = "", limit: int = 25) -> Page[GiftCardRow]:
    """Gift cards, newest first, with what is left on each. Two queries."""
    page = page_of(GiftCard.objects.all(), cursor=cursor, limit=limit, order=("-created_at", "-id"))
    codes = (f"{word}:{row.id}" for row in page.items for word in ("gift_card", "gift_card_held"))
    found = ledger.cached_balances(codes)
    rows = [
        GiftCardRow(
            id=row.id,
            code_end=row.code_end,
            origin=row.origin,
            amount=row.amount,
            balance=_left_on(row, found),
            recipient_email=row.recipient_email,
            note=row.note,
            state=row.state,
            created_at=row.created_at,
            expires_at=row.expires_at,
        )
        for row in page.items
    ]
    return Page(rows, page.next_cursor, page.prev_cursor)


def _left_on(row: GiftCard, found: Mapping[tuple[str, str], Money]) -> Money:
    """What can be spent, with what a blocked card keeps for when it is unblocked."""
    words = ("gift_card", "gift_card_held") if row.state == "blocked" else ("gift_card",)
    zero = Money.zero(row.currency)
    return total(
        [found.get((f"{word}:{row.id}", row.currency), zero) for word in words], row.currency
    )


def rewarded(currency: str) -> Money:
    """What the loyalty credit has come to. One query."""
    found = LoyaltyReward.objects.filter(currency=currency).aggregate(minor=Sum("amount_minor"))
    return Money(found["minor"] or 0, currency)


def _views(rows: Iterable[Promotion]) -> list[PromotionView]:
    found = list(rows)
    ids = [row.id for row in found]
    codes = dict(
        PromotionCode.objects.filter(promotion__in=ids, batch=0).values_list("promotion", "text")
    )
    usage = _usage_of(found)
    vendors = partners_by_id({row.vendor_id for row in found if row.vendor_id})
    return [
        _view(
            row,
            codes.get(row.id, ""),
            usage[row.id],
            vendors.get(row.vendor_id) if row.vendor_id else None,
        )
        for row in found
    ]


def _usage_of(rows: list[Promotion]) -> dict[UUID, Usage]:
    """Sums in each promotion's own currency. One query."""
    sums = (
        CodeUse.objects.filter(promotion__in=[row.id for row in rows], state__in=USE_COUNTS)
        .values_list("promotion")
        .annotate(
            count=Count("id"),
            off=Coalesce(Sum(_in_own_currency("off_minor")), 0),
            subsidy=Coalesce(Sum(_in_own_currency("subsidy_minor")), 0),
        )
    )
    found = {promotion: (count, off, subsidy) for promotion, count, off, subsidy in sums}
    usage = {}
    for row in rows:
        count, off, subsidy = found.get(row.id, (0, 0, 0))
        usage[row.id] = Usage(count, Money(off, row.currency), Money(subsidy, row.currency))
    return usage


def _in_own_currency(column: str) -> Case:
    return Case(When(Q(currency=F("promotion__currency")), then=F(column)), default=0)


def _view(row: Promotion, code: str, usage: Usage, vendor: PartnerSummary | None) -> PromotionView:
    currency = row.currency
    return PromotionView(
        id=row.id,
        title=row.title,
        code=code,
        vendor=vendor,
        kind=row.kind,
        bps=row.bps,
        amount=Money(row.amount_minor, currency),
        maximum=Money(row.maximum_minor, currency),
        minimum=Money(row.minimum_minor, currency),
        scope=row.scope,
        targets=tuple(row.targets),
        bearer=row.bearer,
        share_bps=row.share_bps,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        uses_max=row.uses_max,
        uses_per_customer=row.uses_per_customer,
        used_count=row.used_count,
        is_stackable=row.is_stackable,
        is_first_order_only=row.is_first_order_only,
        is_voucher=row.is_voucher,
        state=row.state,
        usage=usage,
    )


def _code(row: PromotionCode) -> CodeView:
    return CodeView(row.text, row.batch, row.used_count, row.uses_max)
